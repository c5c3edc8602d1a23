"""The page on which a person switches their own second factor on and off."""

from __future__ import annotations

import base64
import re
from typing import Any

import qrcode  # type: ignore[import-untyped]
import qrcode.image.svg  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django_otp import login
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.second_factor import devices
from config.second_factor.asking import WRONG, CodeForm


class FirstCodeForm(CodeForm):
    """There is no recovery code yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext("Six digits")


def second_factor(request: HttpRequest) -> HttpResponse:
    """What there is, and what was asked for: each step is a POST, and shows its outcome itself, so
    that neither the app's key nor a recovery code is kept for another page."""
    step = STEPS.get(request.POST.get("step", "")) if request.method == "POST" else None
    return step(request, _me(request)) if step else _show(request)


def _me(request: HttpRequest) -> AbstractBaseUser:
    user = request.user
    if not isinstance(user, AbstractBaseUser):  # the admin opens this page to staff alone
        raise PermissionDenied
    return user


def _show(request: HttpRequest, **more: Any) -> HttpResponse:
    user = _me(request)
    device = devices.of(user)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Second factor"),
        "device": device,
        "codes_left": devices.codes_left(user) if device else 0,
        "form": CodeForm(),
        "is_required": settings.MFA_REQUIRED,
        **more,
    }
    page = TemplateResponse(request, "admin/second_factor.html", context)
    page.headers["Cache-Control"] = "no-store"
    return page


def _begin(request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
    """Show what the app is to read. Who has a factor already switches it off first."""
    if devices.of(user):
        return _show(request)
    return _show(request, form=FirstCodeForm(), **_readable(devices.begin(user)))


def _confirm(request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
    """Switch it on, and show the recovery codes this once."""
    begun = devices.begun(user)
    if begun is None:
        return _show(request)
    form = FirstCodeForm(request.POST)
    device = devices.confirm(user, form.cleaned_data["code"]) if form.is_valid() else None
    if device is None:
        form.add_error("code", WRONG)
        return _show(request, form=form, **_readable(begun))
    login(request, device)
    return _show(request, codes=devices.new_codes(user))


def _renew(request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
    """New recovery codes instead of the old ones."""
    form = CodeForm(request.POST)
    if not _is_right(form, user):
        return _show(request, form=form)
    return _show(request, codes=devices.new_codes(user))


def _switch_off(request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
    """Only with a code: an unattended screen is not enough."""
    form = CodeForm(request.POST)
    if not _is_right(form, user):
        return _show(request, form=form)
    devices.remove(user)
    messages.success(request, gettext("Your second factor is switched off."))
    return HttpResponseRedirect(reverse("second-factor"))


def _is_right(form: CodeForm, user: AbstractBaseUser) -> bool:
    if form.is_valid() and devices.verify(user, form.cleaned_data["code"]):
        return True
    form.add_error("code", WRONG)
    return False


STEPS = {"begin": _begin, "confirm": _confirm, "renew": _renew, "off": _switch_off}


def _readable(device: TOTPDevice) -> dict[str, Any]:
    """The app's key as a picture, and to be typed where no camera is at hand."""
    text = base64.b32encode(device.bin_key).decode()
    return {"picture": _picture(device.config_url), "typed": " ".join(re.findall("....", text))}


def _picture(text: str) -> SafeString:
    """A QR code as SVG. It is made of rectangles alone: nothing of the text is markup."""
    image = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    return SafeString(image.to_string(encoding="unicode"))
