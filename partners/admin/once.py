"""What is shown once: the text of a new key or secret.

It goes from the verb that made it into one page and nowhere else. That page is the answer to the
POST that made it, so no address leads to it; it is kept in no message, session, row or cache, and a
POST that is sent again makes nothing new and shows nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from desk.lists import ModelAdmin
from partners.models import Answer, Partner

T = TypeVar("T")


class OnceForm(forms.Form):
    """`token` makes sending it twice harmless."""

    token = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)


def make(partner: Partner, form: OnceForm, verb: Callable[[], T]) -> T | None:
    """What the verb makes; None when this form was sent before."""
    with transaction.atomic():
        name = f"form {form.cleaned_data['token']}"
        defaults = {"fingerprint": "", "status": 201}
        _, is_new = Answer.objects.get_or_create(partner=partner, key=name, defaults=defaults)
        return verb() if is_new else None


def ask(
    page: ModelAdmin, request: HttpRequest, template: str, context: dict[str, Any]
) -> TemplateResponse:
    """The page that asks what is to be made."""
    common = {**page.admin_site.each_context(request), "opts": page.opts}
    return TemplateResponse(request, f"admin/partners/{template}", common | context)


def show(
    page: ModelAdmin, request: HttpRequest, template: str, context: dict[str, Any]
) -> HttpResponse:
    """The page with `text`, which no browser or proxy may keep."""
    answer = ask(page, request, template, context)
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def sent_before(page: ModelAdmin, request: HttpRequest, back: str) -> HttpResponse:
    """Back to where it was asked for, with the reason."""
    page.message_user(
        request,
        gettext(
            "This form was sent before: what it makes was made then, and shown once. If it was not"
            " copied, make another one."
        ),
        messages.WARNING,
    )
    return HttpResponseRedirect(back)
