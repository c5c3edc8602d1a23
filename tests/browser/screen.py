"""A page of the admin as a person sees it, and all that went wrong on it."""

from __future__ import annotations

import base64
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
VIEWS = {
    "desktop": (DESKTOP, "light"),
    "desktop-dark": (DESKTOP, "dark"),
    "phone-dark": (PHONE, "dark"),
    "phone": (PHONE, "light"),
}
"""How a page is looked at: each view differs in one thing from the one before."""
SETTLED = "document.getAnimations().every((each) => each.playState !== 'running')"
IS_ASKED = os.environ.get("STOCKCAST_SCREENSHOTS") == "1"
QUIET_SECONDS, PATIENCE_SECONDS = 0.1, 30


@dataclass
class Screen:
    """A page of the admin, and all that went wrong on it."""

    page: Page
    origin: str
    troubles: list[str]
    awaited: set[Any] = field(default_factory=set)
    """Requests that are not answered yet."""
    is_menu_judged: bool = False

    def open(self, address: str, status: int = 200) -> None:
        """Go there and wait until it is still."""
        response = self.page.goto(self.origin + address)
        assert response is not None
        assert response.status == status, address
        self.settle()

    def settle(self) -> None:
        """Wait until nothing was asked for during a moment: what a page fetches, it fetches at
        once."""
        end, quiet_since = time.monotonic() + PATIENCE_SECONDS, time.monotonic()
        while time.monotonic() - quiet_since < QUIET_SECONDS:
            self.page.wait_for_timeout(20)
            if self.awaited:
                quiet_since = time.monotonic()
                assert quiet_since < end, f"{self.page.url} waits for {self.awaited}"

    def picture(self, name: str) -> None:
        """Keep what is to be seen, from every view, when pictures are asked for."""
        if not IS_ASKED:
            return
        size, was_dark = self.page.viewport_size, self.page.evaluate(IS_DARK)
        for view, (viewport, scheme) in VIEWS.items():
            self.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            turn(self.page, scheme)
            self.page.evaluate("window.scrollTo(0, 0)")
            keep(self.page, f"{name}-{view}")
        turn(self.page, "dark" if was_dark else "light")
        self.page.set_viewport_size(size or DESKTOP)  # type: ignore[arg-type]


IS_DARK = "document.documentElement.classList.contains('dark')"


def turn(page: Page, scheme: str) -> None:
    """By day or in the dark, without loading it again."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.evaluate(
        "dark => document.documentElement.classList.toggle('dark', dark)", scheme == "dark"
    )


def keep(page: Page, name: str) -> None:
    """A picture of what is in the window, small enough to be kept beside the code."""
    page.wait_for_function(SETTLED)
    PICTURES.mkdir(parents=True, exist_ok=True)
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": 40})
    session.detach()
    (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))


Opener = Callable[..., Screen]


def watched(page: Page, origin: str) -> Screen:
    """Its screen, which keeps errors, console errors and requests to other hosts."""
    screen = Screen(page, origin, [])
    page.on("pageerror", lambda error: screen.troubles.append(f"{page.url}: {error}"))

    def said(message: Any) -> None:
        if message.type == "error":
            screen.troubles.append(f"{page.url}: {message.text}")

    def asked(request: Any) -> None:
        screen.awaited.add(request)
        host = urlsplit(request.url).netloc
        if host and host != urlsplit(origin).netloc:
            screen.troubles.append(f"{page.url} asks {host}")

    def answered(request: Any) -> None:
        screen.awaited.discard(request)

    page.on("console", said)
    page.on("request", asked)
    page.on("requestfinished", answered)
    page.on("requestfailed", answered)
    return screen
