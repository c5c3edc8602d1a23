"""Where the setting demands a second factor of everybody: no page without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from config.second_factor import devices

OPEN = ("second-factor", "login-code", "admin:login", "admin:logout")


class SecondFactorGate:
    """Leads who has none to the page that sets one up, and who has one but did not give its code
    in this session to the login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.MFA_REQUIRED or not self._is_closed(request):
            return self.get_response(request)
        user: Any = request.user
        if devices.has_one(user):
            logout(request)
            return HttpResponseRedirect(reverse("admin:login"))
        return HttpResponseRedirect(reverse("second-factor"))

    def _is_closed(self, request: HttpRequest) -> bool:
        """Whether this page of the admin is closed to this session. Who is not logged in is asked
        to by the page itself."""
        is_admin = request.path_info.startswith(reverse("admin:index"))
        if not is_admin or request.path_info in {reverse(name) for name in OPEN}:
            return False
        user: Any = request.user
        return user.is_authenticated and not user.is_verified()
