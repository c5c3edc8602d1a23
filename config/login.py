"""The way into the admin: failures are throttled, and who has a second factor is asked for it."""

from __future__ import annotations

import math
from ipaddress import ip_address
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from unfold.forms import AuthenticationForm

from config.second_factor import asking, devices


class Throttle(AxesStandaloneBackend):  # type: ignore[misc]  # it ships no types
    """Refuses a name and address that failed too often. Without a request nobody came from
    outside, so there is nothing to throttle."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **credentials: Any
    ) -> None:
        if request is not None:
            super().authenticate(request, username=username, **credentials)


class CodeAwaited(Exception):  # noqa: N818 - no error: the login goes on elsewhere
    """The password is right, and the person has a second factor."""

    def __init__(self, user: AbstractBaseUser) -> None:
        super().__init__()
        self.user = user


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # it ships no types
    """Name and password, in the admin's looks."""

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Raises CodeAwaited before the session is anybody's."""
        super().confirm_login_allowed(user)
        if devices.has_one(user):
            raise CodeAwaited(user)


def log_in(request: HttpRequest) -> HttpResponse:
    """The admin's login page; who has a second factor goes on to the page that asks for it."""
    try:
        return admin.site.login(request)
    except CodeAwaited as awaited:
        return asking.ask(request, awaited.user)


def client_address(request: HttpRequest) -> str | None:
    """Where a request came from, as the outermost of our proxies saw it; None when unknown, as
    behind a server that listens on a socket file."""
    proxies: int = settings.TRUSTED_PROXIES
    passed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies and len(passed) >= proxies:
        return _address(passed[-proxies])
    return _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page of a locked login, with the moment from which it may be tried again."""
    wait = get_cool_off(request)
    failures = AxesProxyHandler.get_implementation().get_user_attempts(request, credentials)
    latest = max(filter(None, (each.aggregate(at=Max("attempt_time"))["at"] for each in failures)))
    again_at = latest + wait
    seconds = max(1, math.ceil((again_at - timezone.now()).total_seconds()))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Too many failed logins"),
        "again_at": again_at,
        "minutes": math.ceil(seconds / 60),
        "limit": settings.AXES_FAILURE_LIMIT,
    }
    page = render(request, "admin/locked_out.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    page.headers["Cache-Control"] = "no-store"
    return page
