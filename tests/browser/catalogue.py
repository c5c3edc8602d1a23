"""Writes docs/screenshots/README.md: every picture there, by page. `make screenshots` calls it."""

from __future__ import annotations

from collections import defaultdict

from tests.browser.screen import PICTURES

VIEWS = ("desktop", "desktop-dark", "phone", "phone-dark")


def write() -> None:
    """A line for each page, its four views linked; then the steps of stories, one picture each."""
    pages: dict[str, list[str]] = defaultdict(list)
    steps = []
    for path in sorted(PICTURES.glob("*.webp")):
        view = next((each for each in reversed(VIEWS) if path.stem.endswith(f"-{each}")), "")
        if view:
            pages[path.stem.removesuffix(f"-{view}")].append(view)
        else:
            steps.append(path.stem)
    lines = ["# Screenshots", "", "Taken by the tests: `make screenshots`.", ""]
    lines += ["| page | " + " | ".join(view.replace("-", ", ") for view in VIEWS) + " |"]
    lines += ["|---|" + "---|" * len(VIEWS)]
    for page, views in sorted(pages.items()):
        cells = [f"[look]({page}-{view}.webp)" if view in views else "" for view in VIEWS]
        lines.append(f"| {page.replace('-', ' ')} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "On the way: "
        + ", ".join(f"[{name.replace('-', ' ')}]({name}.webp)" for name in steps)
        + ".",
    ]
    (PICTURES / "README.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write()
