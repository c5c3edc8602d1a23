"""Starting a transfer on the floor: from where, to where."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.admin.warehouse_work import sheets
from inventory.admin.warehouse_work.counting_start import FIELD
from inventory.admin.warehouse_work.finding import may
from inventory.models import Transfer, Warehouse


class StartForm(forms.Form):
    """Two warehouses."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    source = forms.ModelChoiceField(
        label=_("From"),
        queryset=Warehouse.objects.filter(is_active=True, is_mirror=False),
        widget=forms.Select(FIELD),
    )
    destination = forms.ModelChoiceField(
        label=_("To"),
        queryset=Warehouse.objects.filter(is_active=True, is_mirror=False),
        widget=forms.Select(FIELD),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=255, widget=forms.TextInput(FIELD)
    )

    def clean(self) -> dict[str, Any]:
        """Goods move between two places."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("source") and given.get("source") == given.get("destination"):
            self.add_error("destination", _("Choose two different warehouses."))
        return given


def start(request: HttpRequest) -> HttpResponse:
    """The form; posting it makes a draft and leads to scanning. Sent twice, it makes one."""
    if not (may(request, "add", Transfer) and may(request, "change", Transfer)):
        raise PermissionDenied
    form = StartForm(request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        transfer = _make(request, form.cleaned_data)
        address = reverse("admin:inventory_transfer_fill_scanned", args=[transfer.pk])
        return HttpResponseRedirect(address)
    return sheets.show(
        request,
        "admin/inventory/warehouse_work/start.html",
        gettext("Start a transfer"),
        form=form,
        submit_text=gettext("Start scanning"),
        back=reverse("work"),
    )


@transaction.atomic
def _make(request: HttpRequest, given: dict[str, Any]) -> Transfer:
    earlier = sheets.started(request, Transfer, given["key"])
    if isinstance(earlier, Transfer):
        return earlier
    transfer = Transfer.objects.create(
        source=given["source"], destination=given["destination"], note=given["note"]
    )
    sheets.remember(request, transfer, given["key"])
    return transfer
