"""One browser for the tests of a file, and windows of it, logged in as whoever is wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.screen import CHROMIUM, DESKTOP, Opener, Screen, watched
from tests.browser.shop import shop

__all__ = ["browser", "screen", "shop"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs Chromium, and says so where it is missing."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            item.add_marker(
                pytest.mark.skipif(
                    CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"
                )
            )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here; as root it can not use its own sandbox."""
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # The driver keeps an event loop in this thread, which is no reason to forbid queries.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def screen(browser: Browser, live_server: LiveServer) -> Iterator[Opener]:
    """Opens a window, logged in as an administrator, or as a member of the group `role`."""
    contexts = []

    def show(role: str = "", **options: Any) -> Screen:
        context = browser.new_context(**{"viewport": DESKTOP} | options)
        contexts.append(context)
        client = Client()
        client.force_login(_person(role))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        return watched(context.new_page(), live_server.url)

    yield show
    for context in contexts:
        context.close()


def _person(role: str) -> User:
    """Ana, who may do anything; or somebody who is just a member of one group."""
    if not role:
        ana, _ = User.objects.get_or_create(
            username="ana", defaults={"is_superuser": True, "is_staff": True}
        )
        return ana
    member, _ = User.objects.get_or_create(
        username=role.lower().replace(" ", "-"), defaults={"is_staff": True}
    )
    member.groups.set([Group.objects.get(name=role)])
    return member
