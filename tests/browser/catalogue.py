"""Writes docs/screenshots/README.md: every picture there, by page. `make screenshots` calls it."""

from __future__ import annotations

from collections import defaultdict

from tests.browser.screen import PICTURES

VIEWS = ("desktop", "desktop-dark", "phone", "phone-dark")
MOST_BYTES = 14_000_000
"""Of all pictures: whoever clones the code takes them along."""


def write() -> None:
    """A line for each page, its four views linked. Raises ValueError where all are too large."""
    pages: dict[str, list[str]] = defaultdict(list)
    for path in PICTURES.glob("*.webp"):
        view = next(each for each in reversed(VIEWS) if path.stem.endswith(f"-{each}"))
        pages[path.stem.removesuffix(f"-{view}")].append(view)
    size = sum(path.stat().st_size for path in PICTURES.glob("*.webp"))
    if size > MOST_BYTES:
        raise ValueError(f"the pictures take {size} bytes, more than {MOST_BYTES}")
    lines = [
        "# Screenshots",
        "",
        f"{len(pages)} pages and steps on the way, taken by the tests: `make screenshots`.",
        "",
        "| page | " + " | ".join(view.replace("-", ", ") for view in VIEWS) + " |",
        "|---|" + "---|" * len(VIEWS),
    ]
    for page, views in sorted(pages.items()):
        cells = [f"[look]({page}-{view}.webp)" if view in views else "" for view in VIEWS]
        lines.append(f"| {page.replace('-', ' ')} | " + " | ".join(cells) + " |")
    (PICTURES / "README.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write()
