"""How a page looks to different people: by day and in the dark, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.screen import DESKTOP, IS_ASKED, PHONE, Screen, keep

SIZES = {"desktop": DESKTOP, "phone": PHONE}
SCHEMES = ("light", "dark")
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
CONTRAST = {"type": "rule", "values": ["color-contrast"]}


def look(window: Screen, name: str) -> list[str]:
    """What is wrong with the open page, in words; its four pictures are kept when asked for."""
    wrong = _not_for_everybody(window.page, {"type": "tag", "values": AA})
    for scheme in SCHEMES:
        _turn(window.page, scheme)
        if scheme == "dark":
            wrong += [f"dark: {each}" for each in _not_for_everybody(window.page, CONTRAST)]
        for size, viewport in SIZES.items():
            window.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            wrong += [f"{size}: {each}" for each in _too_wide(window.page)]
            if IS_ASKED:
                keep(window.page, f"{name}-{size}" + ("-dark" if scheme == "dark" else ""))
    _turn(window.page, "light")
    window.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return [f"{name}: {each}" for each in dict.fromkeys(wrong)]


def _turn(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.evaluate(
        "dark => document.documentElement.classList.toggle('dark', dark)", scheme == "dark"
    )


def _not_for_everybody(page: Page, rules: Mapping[str, object]) -> list[str]:
    found = Axe().run(page, options={"runOnly": rules})
    return [
        f"{each['help']} ({node['html'][:160]})"
        for each in found.response["violations"]
        for node in each["nodes"][:3]
    ]


def _too_wide(page: Page) -> list[str]:
    missing = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{missing} pixels wider than the window"] if missing > 0 else []
