"""Making a key: what is asked for, and the one page that shows it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from desk.cells import page_of
from desk.fields import WholeNumberField
from desk.lists import ModelAdmin
from partners import keys, scopes
from partners.admin import once
from partners.admin.cells import rights
from partners.models import ApiKey

LIFE = datetime.timedelta(days=365)
FASTEST = 100_000
LONGEST_OVERLAP = 90
Issued = tuple[ApiKey, str]


class NewKeyForm(once.OnceForm):
    """What a new key is for and may do."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What it is for, for example: nightly import."),
        widget=UnfoldAdminTextInputWidget(attrs={"autofocus": "", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        choices=scopes.choices,
        error_messages={"required": _("Choose at least one thing that it may do.")},
    )
    expires_on = forms.DateField(
        label=_("Works until"),
        required=False,
        help_text=_("To the end of that day. Empty: it never expires."),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )
    requests_per_minute = WholeNumberField(
        label=_("Requests per minute"),
        min_value=1,
        max_value=FASTEST,
        initial=600,
        help_text=_("More are refused for a while."),
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("expires_on", (timezone.localdate() + LIFE).isoformat())

    def clean_expires_on(self) -> datetime.date | None:
        """A day to come."""
        day: datetime.date | None = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise ValidationError(
                gettext("This day is over: choose one to come, or leave it empty.")
            )
        return day

    @property
    def expires_at(self) -> datetime.datetime | None:
        """The end of the day, where this site is."""
        day: datetime.date | None = self.cleaned_data["expires_on"]
        if day is None:
            return None
        midnight = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min)
        return timezone.make_aware(midnight)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every resource with its scopes, and whether they are chosen."""
        chosen = set(self["scopes"].value() or [])
        for name, resource in scopes.RESOURCES.items():
            yield {
                "label": resource.label,
                "read": f"{name}:read",
                "write": f"{name}:write" if resource.can_write else "",
                "is_read": f"{name}:read" in chosen,
                "is_written": f"{name}:write" in chosen,
            }


class RotateForm(once.OnceForm):
    """How long the old key still works."""

    days = WholeNumberField(
        label=_("Days that both keys work"),
        min_value=0,
        max_value=LONGEST_OVERLAP,
        initial=keys.OVERLAP.days,
        help_text=_("0: the old one stops at once. It never works longer than it would have."),
        widget=UnfoldAdminIntegerFieldWidget,
    )

    @property
    def overlap(self) -> datetime.timedelta:
        """As keys.rotate takes it."""
        return datetime.timedelta(days=self.cleaned_data["days"])


def show_key(
    page: ModelAdmin, request: HttpRequest, made: Issued | None, back: str
) -> HttpResponse:
    """The only page that ever shows this key."""
    if made is None:
        return once.sent_before(page, request, back)
    key, text = made
    context = {
        "title": gettext("The new key"),
        "key": key,
        "text": text,
        "rights": rights(key.scopes),
        "old": key.replaces,
        "done": page_of(key.partner),
    }
    return once.show(page, request, "key_shown.html", context)
