"""The form that hands a file in, and who may bring in which kinds."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from desk.errors import Refused
from inventory.files import kinds
from inventory.files.kinds import Kind
from inventory.files.sheets import MOST_BYTES
from syncjobs.models import Upload
from syncjobs.uploads import steps

ENCODINGS = [
    ("", _("Find out by itself")),
    ("utf-8", _("UTF-8")),
    ("cp1250", _("Windows-1250 (Central Europe)")),
    ("cp1252", _("Windows-1252 (Western Europe)")),
]


def may(request: HttpRequest, kind: Kind) -> bool:
    """Whether the person may do by hand what such a file does."""
    return request.user.has_perms(kind.permissions)


def allowed(request: HttpRequest) -> list[Kind]:
    """The kinds of files that the person may bring in."""
    return [kind for kind in kinds.every() if may(request, kind)]


class UploadForm(forms.Form):
    """Which kind, which file. `key` makes sending it twice harmless."""

    key = forms.CharField(initial=uuid.uuid4, widget=forms.HiddenInput, max_length=48)
    kind = forms.ChoiceField(label=_("What is in it"))
    file = forms.FileField(label=_("File"), max_length=255)
    encoding = forms.ChoiceField(
        label=_("Letters in a CSV file"), choices=ENCODINGS, required=False
    )

    def __init__(self, request: HttpRequest) -> None:
        is_sent = request.method == "POST"
        self.request, self.allowed = request, allowed(request)
        super().__init__(request.POST if is_sent else None, request.FILES if is_sent else None)
        self.fields["kind"] = forms.ChoiceField(
            label=_("What is in it"), choices=[(kind.code, kind.label) for kind in self.allowed]
        )
        self.fields["file"].error_messages["required"] = _("Choose a file first.")
        self.fields["kind"].error_messages["required"] = _("Say what is in the file.")

    def offers(self) -> list[dict[str, Any]]:
        """The kinds as the page offers them."""
        wished = self.data.get("kind") or self.request.GET.get("kind", "")
        return [{"kind": kind, "is_chosen": kind.code == wished} for kind in self.allowed]

    def clean_file(self) -> Any:
        """Refuses what is too large before a byte of it is read."""
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES:
            raise forms.ValidationError(steps.too_large().message)
        return given

    def take(self) -> Upload | None:
        """Hand it in. None when it was refused: then the form says why."""
        given = self.cleaned_data
        try:
            return steps.take(
                steps.Handed(
                    kind=given["kind"],
                    file_name=given["file"].name,
                    content=given["file"].read(),
                    actor=self.request.user.get_username(),
                    encoding=given["encoding"],
                    key=f"{self.request.user.pk}:{given['key']}",
                )
            )
        except Refused as refused:
            self.add_error("file", refused.message)
            return None
