"""Between password and session: the page that asks for the code of the second factor.

Until the code is given nobody is logged in. The session only remembers whose password was right,
for a few minutes, and no longer once that password is changed.
"""

from __future__ import annotations

import time

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME, load_backend, login
from django.contrib.auth.models import AbstractBaseUser, User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django_otp.models import Device
from unfold.widgets import UnfoldAdminTextInputWidget

from config.second_factor import devices

AWAITED = "second_factor_awaited"
PATIENCE_SECONDS = 300
WRONG = _(
    "This code is not right, or was used already. Wait for the next one that your app shows; after"
    " several wrong ones, wait a little longer."
)


class CodeForm(forms.Form):
    """One code: what an app shows, or a recovery code. Phones offer to fill it in."""

    code = forms.CharField(
        label=_("Code from your app, or a recovery code"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": "", "spellcheck": "false"}
        ),
    )


def ask(request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
    """Remember whose password was right, and lead to the page below."""
    request.session[AWAITED] = {
        "user": user.pk,
        "backend": getattr(user, "backend", ""),
        "hash": user.get_session_auth_hash(),
        "at": time.time(),
    }
    request.session.cycle_key()
    aim = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, ""))
    query = f"?{urlencode({REDIRECT_FIELD_NAME: aim})}" if aim else ""
    return HttpResponseRedirect(reverse("login-code") + query)


def awaited(request: HttpRequest) -> User | None:
    """Who is to give a code in this session; nobody when it took too long."""
    noted = request.session.get(AWAITED)
    if not noted or not 0 <= time.time() - noted["at"] <= PATIENCE_SECONDS:
        return None
    user = load_backend(noted["backend"]).get_user(noted["user"])
    if user is None or not constant_time_compare(user.get_session_auth_hash(), noted["hash"]):
        return None
    return user if user.is_active and user.is_staff else None


@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code, and logs in with it. Who took too long begins again."""
    user = awaited(request)
    if user is None:
        request.session.pop(AWAITED, None)
        return HttpResponseRedirect(reverse("admin:login"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = _device(request, user, form.cleaned_data["code"])
        if device is not None:
            return _let_in(request, user, device)
        form.add_error("code", WRONG)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Second factor"),
        "form": form,
        "person": user,
        "next": _aim(request),
    }
    return TemplateResponse(request, "admin/login_code.html", context)


def _device(request: HttpRequest, user: User, given: str) -> Device | None:
    """What takes the code. A wrong one counts as a failed login: both are throttled together."""
    credentials = {"username": user.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        vars(request).update(axes_locked_out=True, axes_credentials=credentials)
        return None
    device = devices.verify(user, given)
    if device is None:
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    return device


def _let_in(request: HttpRequest, user: User, device: Device) -> HttpResponse:
    """Only now the session is the person's; it notes by which device."""
    backend = request.session.pop(AWAITED)["backend"]
    vars(user)["otp_device"] = device
    login(request, user, backend)
    return HttpResponseRedirect(_aim(request) or reverse("admin:index"))


def _aim(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of ours."""
    asked: str = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, ""))
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else ""
