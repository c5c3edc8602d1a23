"""Starting a stocktake on the floor: where, and which products."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from desk.errors import Refused
from desk.saying import gettext
from inventory import counting
from inventory.admin.warehouse_work import sheets
from inventory.admin.warehouse_work.finding import may
from inventory.errors import InvalidLines
from inventory.models import StockLevel, Stocktake, Warehouse

MOST = 50_000
"""Products of one stocktake; a larger warehouse is counted in parts."""

FIELD = {"class": "sc-work-field"}


class StartForm(forms.Form):
    """Where and what is counted."""

    STOCKED, SEARCH, BLANK = "stocked", "search", "blank"

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    warehouse = forms.ModelChoiceField(
        label=_("Warehouse"),
        queryset=Warehouse.objects.filter(is_active=True, is_mirror=False),
        widget=forms.Select(FIELD),
    )
    scope = forms.ChoiceField(
        label=_("Products"),
        choices=[
            (STOCKED, _("All products kept there")),
            (SEARCH, _("Products kept there whose SKU or name contains…")),
            (BLANK, _("None yet: what I scan is put on it")),
        ],
        initial=STOCKED,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("SKU or name contains"),
        required=False,
        max_length=100,
        widget=forms.TextInput(FIELD),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=255, widget=forms.TextInput(FIELD)
    )
    is_blind = forms.BooleanField(
        label=_("Blind count: do not show what is expected"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """A search needs a text."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("scope") == self.SEARCH and not given.get("text"):
            self.add_error("text", _("Type a part of the SKU or name."))
        return given


def start(request: HttpRequest) -> HttpResponse:
    """The form; posting it opens a stocktake and leads to counting. Sent twice, it opens one."""
    if not (may(request, "add", Stocktake) and may(request, "change", Stocktake)):
        raise PermissionDenied
    form = StartForm(request.POST or None, initial={"key": uuid.uuid4(), "warehouse": only()})
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            stocktake = _open(request, form.cleaned_data)
        except Refused as why:
            refused = why.message
        else:
            address = reverse("admin:inventory_stocktake_count_scanned", args=[stocktake.pk])
            blind = "?blind=1" if form.cleaned_data["is_blind"] else ""
            return HttpResponseRedirect(address + blind)
    return sheets.show(
        request,
        "admin/inventory/warehouse_work/start.html",
        gettext("Start a stocktake"),
        form=form,
        refused=refused,
        submit_text=gettext("Start counting"),
        back=reverse("work"),
    )


def only() -> Warehouse | None:
    """The warehouse, where there is no choice."""
    found = list(Warehouse.objects.filter(is_active=True, is_mirror=False)[:2])
    return found[0] if len(found) == 1 else None


@transaction.atomic
def _open(request: HttpRequest, given: dict[str, Any]) -> Stocktake:
    earlier = sheets.started(request, Stocktake, given["key"])
    if isinstance(earlier, Stocktake):
        return earlier
    products = _products(given)
    stocktake = counting.open(
        given["warehouse"], products, request.user.get_username(), given["note"]
    )
    sheets.remember(request, stocktake, given["key"])
    return stocktake


def _products(given: dict[str, Any]) -> Sequence[int]:
    """What is to be counted. Raises InvalidLines when that is nothing, or too much."""
    if given["scope"] == StartForm.BLANK:
        return []
    levels = StockLevel.objects.filter(warehouse=given["warehouse"], is_known=True)
    if given["scope"] == StartForm.SEARCH:
        text = given["text"]
        levels = levels.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    found = list(levels.order_by("product_id").values_list("product_id", flat=True)[: MOST + 1])
    if not found:
        raise InvalidLines(
            gettext("No product like that is kept there: search for another text, or begin blank.")
        )
    if len(found) > MOST:
        raise InvalidLines(
            gettext("These are more than %(most)d products: count them in parts, by search.")
            % {"most": MOST}
        )
    return found
