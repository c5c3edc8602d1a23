"""What a scanner in hand does: keys, Enter, and a look at what the page says."""

from __future__ import annotations

from tests.browser.screen import Screen

PAUSE = 450  # ms: longer than a scanner takes for a second Enter


def scan(window: Screen, code: str, told: str) -> None:
    """Type like a scanner, and wait until the page has said this."""
    window.page.keyboard.type(code)
    window.page.keyboard.press("Enter")
    said(window, told)


def said(window: Screen, text: str) -> None:
    window.page.wait_for_function(
        "text => document.getElementById('scan-last').innerText.includes(text)", arg=text
    )


def ready(window: Screen) -> None:
    window.page.wait_for_selector("#scan[data-ready]", state="attached")


def finish(window: Screen) -> None:
    """Enter on the empty input, twice, not as fast as a scanner's own."""
    window.page.wait_for_timeout(PAUSE)
    window.page.keyboard.press("Enter")
    said(window, "Press Enter again")
    window.page.wait_for_timeout(PAUSE)
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.page.wait_for_load_state("networkidle")
