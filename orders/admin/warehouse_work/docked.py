"""What a sheet at the dock did, in words: how many units went to orders, and how many elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext, ngettext

from desk import numbers
from inventory.models import Receipt, ReceiptLine


def told(receipts: QuerySet[Receipt]) -> str:
    """What is said of these receipts together. One query."""
    lines = ReceiptLine.objects.filter(receipt__in=receipts).order_by()
    rows = lines.values_list("receipt__mode").annotate(units=Sum("quantity"))
    came = {Receipt.Mode(mode): units for mode, units in rows}
    sentences = [
        numbers.said(form(came[mode]), {"units": came[mode]})
        for mode, form in _FORMS.items()
        if mode in came
    ]
    return " ".join([gettext("Received."), *sentences])


def _to_orders(units: int) -> str:
    return ngettext("%(units)d unit went to orders.", "%(units)d units went to orders.", units)


def _to_stock(units: int) -> str:
    return ngettext("%(units)d unit went to stock.", "%(units)d units went to stock.", units)


def _to_staging(units: int) -> str:
    return ngettext("%(units)d unit went to staging.", "%(units)d units went to staging.", units)


_FORMS: dict[Receipt.Mode, Callable[[int], str]] = {
    Receipt.Mode.CROSS_DOCK: _to_orders,
    Receipt.Mode.DIRECT: _to_stock,
    Receipt.Mode.STAGED: _to_staging,
}
