"""A page of the admin as a person sees it, and all that went wrong on it."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SETTLED = "document.getAnimations().every((each) => each.playState !== 'running')"
IS_ASKED = os.environ.get("STOCKCAST_SCREENSHOTS") == "1"


@dataclass
class Screen:
    """A page of the admin, and all that went wrong on it."""

    page: Page
    origin: str
    troubles: list[str]

    def open(self, address: str) -> None:
        """Go there and wait until it is still."""
        response = self.page.goto(self.origin + address)
        assert response is not None
        assert response.status == 200, address
        self.page.wait_for_load_state("networkidle")

    def picture(self, name: str) -> None:
        """Keep what is to be seen, when pictures are asked for."""
        if IS_ASKED:
            keep(self.page, name)


def keep(page: Page, name: str) -> None:
    """A picture of what is in the window, small enough to be kept beside the code."""
    page.wait_for_function(SETTLED)
    PICTURES.mkdir(parents=True, exist_ok=True)
    shot = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": 75}
    )
    (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))


Opener = Callable[..., Screen]


def watched(page: Page, origin: str) -> Screen:
    """Its screen, which keeps errors, console errors and requests to other hosts."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))

    def said(message: Any) -> None:
        if message.type == "error":
            troubles.append(f"{page.url}: {message.text}")

    def asked(request: Any) -> None:
        host = urlsplit(request.url).netloc
        if host and host != urlsplit(origin).netloc:
            troubles.append(f"{page.url} asks {host}")

    page.on("console", said)
    page.on("request", asked)
    return Screen(page, origin, troubles)
