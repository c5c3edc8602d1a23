"""Where a scanned or typed code leads: a document's number, or a product; it may be several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from desk.cells import page_of
from desk.errors import Refused
from inventory import scanning
from inventory.errors import UnknownCode
from inventory.models import PurchaseOrder, Receipt, Stocktake, Transfer


class Bearer(NamedTuple):
    """What bears a code: its kind and name in words, and where it is worked on."""

    kind: str
    name: str
    url: str


Finder = Callable[[HttpRequest, str], Sequence[Bearer]]
"""All that bears this code, for those who may see it."""

_finders: list[Finder] = []
_SHOWN = 40


def register(finder: Finder) -> None:
    """Let a floor above find its documents, too. Called once, when its pages are registered."""
    _finders.append(finder)


def bearing(request: HttpRequest, code: str) -> list[Bearer]:
    """All that bear this code, at least one. Documents come first: their numbers are fewer, and
    chosen by us.

    Raises Refused, which names what to do, when nothing does.
    """
    text = "".join(each for each in code if each.isprintable()).strip()[: scanning.LONGEST]
    finders = (_numbered, _purchase_order, *_finders) if text else ()
    found = [each for finder in finders for each in finder(request, text)]
    try:
        found.append(_product(request, code, text))
    except UnknownCode as unknown:
        if text and not found:
            raise _nothing_has(text) from unknown
        if not found:
            raise
    except Refused:
        if not found:
            raise
    return found


def _product(request: HttpRequest, code: str, text: str) -> Bearer:
    product = scanning.find(code)
    if not may(request, "view", type(product)):
        raise _nothing_has(text)
    return Bearer(gettext("Product"), str(product), page_of(product))


def may(request: HttpRequest, action: str, model: type[Model]) -> bool:
    """Whether this person has the permission."""
    user: Any = request.user
    options = model._meta  # noqa: SLF001 - Django's documented API
    return bool(user.has_perm(f"{options.app_label}.{action}_{options.model_name}"))


def work_of(request: HttpRequest, document: PurchaseOrder | Stocktake | Transfer) -> str:
    """Where a document is worked on now; its own page when nothing is to be done there."""
    screens: dict[tuple[type[Model], str], str] = {
        (PurchaseOrder, PurchaseOrder.Status.OPEN): "purchaseorder_receive_scanned",
        (Stocktake, Stocktake.Status.OPEN): "stocktake_count_scanned",
        (Transfer, Transfer.Status.DRAFT): "transfer_fill_scanned",
        (Transfer, Transfer.Status.IN_TRANSIT): "transfer_receive_scanned",
    }
    screen = screens.get((type(document), document.status))
    if screen is None or not may(request, "change", type(document)):
        return page_of(document)
    return reverse(f"admin:inventory_{screen}", args=[document.pk])


def _nothing_has(code: str) -> UnknownCode:
    text = gettext(
        "No order and no product has the code %(code)s: check the label, or type the number or the"
        " SKU."
    )
    return UnknownCode(text % {"code": code[:_SHOWN]}, field="code")


def _numbered(request: HttpRequest, text: str) -> list[Bearer]:
    """ST-7, TR-7, R-7."""
    prefix, _, digits = text.upper().partition("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return []
    if prefix == "R" and may(request, "view", PurchaseOrder):
        receipt = Receipt.objects.filter(pk=int(digits)).first()
        if receipt is not None:
            names = [receipt.purchase_order_id, receipt.pk]
            url = reverse("admin:inventory_purchaseorder_receipt", args=names)
            return [Bearer(gettext("Receipt"), str(receipt), url)]
    found: Stocktake | Transfer | None = None
    if prefix == "ST" and may(request, "view", Stocktake):
        found = Stocktake.objects.filter(pk=int(digits)).first()
    if prefix == "TR" and may(request, "view", Transfer):
        found = Transfer.objects.filter(pk=int(digits)).first()
    return [_document(request, found)] if found else []


def _purchase_order(request: HttpRequest, text: str) -> list[Bearer]:
    if not may(request, "view", PurchaseOrder):
        return []
    order = PurchaseOrder.objects.filter(number__in={text, text.upper()}).first()
    return [_document(request, order)] if order else []


def _document(request: HttpRequest, document: PurchaseOrder | Stocktake | Transfer) -> Bearer:
    kinds: dict[type[Model], str] = {
        PurchaseOrder: gettext("Purchase order"),
        Stocktake: gettext("Stocktake"),
        Transfer: gettext("Transfer"),
    }
    return Bearer(kinds[type(document)], str(document), work_of(request, document))
