"""How a page looks to different people: by day and in the dark, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Mapping

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.screen import DESKTOP, IS_ASKED, VIEWS, Screen, keep, turn

AA: Mapping[str, object] = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CONTRAST: Mapping[str, object] = {"type": "rule", "values": ["color-contrast"]}
JUDGES = {"desktop": ("", AA), "desktop-dark": ("dark: ", CONTRAST)}
"""What axe is asked in which view: in the dark only colours are others."""
JUDGED = """async ([rules, known]) => {
    const found = await axe.run({exclude: known}, {runOnly: rules, resultTypes: ["violations"]});
    return found.violations.flatMap((each) =>
        each.nodes.slice(0, 3).map((node) => `${each.help} (${node.html.slice(0, 160)})`));
}"""
"""Only the words are sent back: all that axe found is half a megabyte."""


MENU = "#nav-sidebar-apps"


def look(window: Screen, name: str) -> list[str]:
    """What is wrong with the open page, in words; its four pictures are kept when asked for.

    How wide it is, does not depend on its colours: each size is measured once. And the menu, which
    is the same on every page, is judged on the first that a window is looked at."""
    page, wrong = window.page, list[str]()
    known = [MENU] if window.is_menu_judged else []
    window.is_menu_judged = window.is_menu_judged or page.locator(MENU).count() > 0
    for view, (viewport, scheme) in VIEWS.items():
        if not IS_ASKED and view == "phone-dark":
            continue
        if page.viewport_size != viewport:
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
        turn(page, scheme)
        if view in JUDGES:
            prefix, rules = JUDGES[view]
            wrong += [f"{prefix}{each}" for each in _not_for_everybody(page, rules, known)]
        if scheme == "light":
            wrong += [f"{view}: {each}" for each in _too_wide(page)]
        if IS_ASKED:
            keep(page, f"{name}-{view}")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return [f"{name}: {each}" for each in dict.fromkeys(wrong)]


def _not_for_everybody(page: Page, rules: Mapping[str, object], known: list[str]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(JUDGED, [rules, known]))


def _too_wide(page: Page) -> list[str]:
    missing = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{missing} pixels wider than the window"] if missing > 0 else []
