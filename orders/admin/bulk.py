"""What is done to many chosen orders at once: first a page that says what would change, then,
confirmed, another that says what did."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from desk.cells import list_of
from desk.lists import ModelAdmin
from desk.paging import READ
from inventory.ledger import Cause
from orders import changing
from orders.admin.banner import LISTED, SHOWN, TOP, Freed, Product, Telling, channels_in
from orders.admin.done import record_of
from orders.changing import Change, Skip, Skipped
from orders.commitments import HELD
from orders.models import SalesOrder

Orders = QuerySet[SalesOrder]


class Words(NamedTuple):
    """How one change is called: title, what it means, button."""

    title: Any
    meaning: Any
    submit: Any


WORDS = {
    Change.CLOSE: Words(
        _("Close orders"), _("They go on holding what no sent ASN covers."), _("Close them")
    ),
    Change.CANCEL: Words(
        _("Cancel orders"),
        _("They go on holding their units until they are archived; channels are told nothing."),
        _("Cancel them"),
    ),
    Change.DISPATCH: Words(
        _("Mark orders as dispatched elsewhere"),
        _("What they hold is freed. Our stock does not move, and this is not undone."),
        _("Mark them"),
    ),
    Change.ARCHIVE: Words(
        _("Archive orders"),
        _("What they hold is freed. They stay on record, and can be brought back."),
        _("Archive them"),
    ),
    Change.UNARCHIVE: Words(
        _("Bring orders back"), _("They hold again what no sent ASN covers."), _("Bring them back")
    ),
}

REASONS = {
    Skip.GONE: _("deleted meanwhile"),
    Skip.SAME: _("like that already"),
    Skip.CANCELED: _("canceled, so there is nothing to close"),
    Skip.SHIPPED: _("shipped whole: book a return instead of canceling"),
    Skip.AGAIN: _("this page was sent before, and these were left then: choose them again"),
    Skip.BUSY: _("others were at work on them: choose them again"),
}


class BulkActions(ModelAdmin):
    """Mixed into the order list."""

    actions: Any = ["close", "cancel", "dispatch_elsewhere", "archive", "unarchive"]

    def told_after(self, _freed: Freed) -> Any:
        """See Banner."""
        return ()

    def get_urls(self) -> list[Any]:
        """Where the preview is confirmed."""
        page = self.admin_site.admin_view(self.change_chosen)
        return [path("chosen/", page, name="orders_salesorder_chosen"), *super().get_urls()]

    @action(description=_("Close…"), permissions=["change"])
    def close(self, request: HttpRequest, orders: Orders) -> HttpResponse:
        return self._preview(request, orders, Change.CLOSE)

    @action(description=_("Cancel (holds stock until archived)…"), permissions=["change"])
    def cancel(self, request: HttpRequest, orders: Orders) -> HttpResponse:
        return self._preview(request, orders, Change.CANCEL)

    @action(description=_("Mark as dispatched elsewhere…"), permissions=["change"])
    def dispatch_elsewhere(self, request: HttpRequest, orders: Orders) -> HttpResponse:
        return self._preview(request, orders, Change.DISPATCH)

    @action(description=_("Archive (releases what they hold)…"), permissions=["change"])
    def archive(self, request: HttpRequest, orders: Orders) -> HttpResponse:
        return self._preview(request, orders, Change.ARCHIVE)

    @action(description=_("Unarchive…"), permissions=["change"])
    def unarchive(self, request: HttpRequest, orders: Orders) -> HttpResponse:
        return self._preview(request, orders, Change.UNARCHIVE)

    def change_chosen(self, request: HttpRequest) -> HttpResponse:
        """Does what the preview said, and tells. A GET leads back to the list."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(list_of(SalesOrder))
        ids, key = ids_of(request), key_of(request)
        change = request.POST.get("change", "")
        if not ids or not key or change not in set(Change):
            text = gettext("Nothing was chosen: choose the orders again.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(list_of(SalesOrder))
        wanted = Change(change)
        cause = Cause(actor=request.user.get_username(), key=f"{wanted}:{key}")
        result = changing.apply(ids, wanted, cause, record_of(request, wanted))
        context = self._about(request, wanted) | {
            "result": result,
            "units": abs(result.units),
            "is_held": result.units < 0,
            "skipped": _told(result.skipped),
        }
        return TemplateResponse(request, "admin/orders/salesorder/chosen_done.html", context)

    def _preview(self, request: HttpRequest, orders: Orders, change: Change) -> HttpResponse:
        """What would change, to be confirmed. Of more orders than a list shows, the oldest ones."""
        found = list(orders.order_by("pk").values_list("pk", flat=True)[: READ + 1])
        ids = found[:READ]
        foreseen = changing.foresee(ids, change)
        units = sum(foreseen.freed.values())
        products, others = _products(foreseen.ids, change)
        told: Collection[Telling] = self.told_after(foreseen.freed) if foreseen.freed else ()
        shown = SalesOrder.objects.filter(pk__in=foreseen.ids[:SHOWN]).order_by("pk")
        context = self._about(request, change) | {
            "change": change,
            "number": len(foreseen.ids),
            "chosen": len(ids),
            "most": READ if len(found) > READ else 0,
            "units": abs(units),
            "is_held": units < 0,
            "products": products,
            "others": others,
            "told": told,
            "channels": channels_in(told),
            "orders": list(shown),
            "unseen": max(len(foreseen.ids) - SHOWN, 0),
            "skipped": _told(foreseen.skipped),
            "ids": ",".join(str(pk) for pk in foreseen.ids),
            "key": uuid.uuid4(),
            "page": reverse("admin:orders_salesorder_chosen"),
        }
        return TemplateResponse(request, "admin/orders/salesorder/chosen.html", context)

    def _about(self, request: HttpRequest, change: Change) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": WORDS[change].title,
            "meaning": WORDS[change].meaning,
            "button_text": WORDS[change].submit,
            "opts": self.opts,
            "back": list_of(SalesOrder),
        }


def key_of(request: HttpRequest) -> str:
    """The key that a preview's form gave; "" for none."""
    return request.POST.get("key", "").replace("\x00", "")[:64].strip()


def ids_of(request: HttpRequest) -> list[int]:
    """The ids that it gave; whatever is no id is left out, as is what goes beyond READ."""
    listed = request.POST.get("ids", "").split(",", READ)[:READ]
    given = [each for each in listed if each.isascii() and each.isdigit()]
    return [int(each) for each in given if len(each) <= 18]


def _products(order_ids: Collection[int], change: Change) -> tuple[list[Product], int]:
    """The products with the most units, and how many more lines of that table there would be."""
    lines = changing.lines_of(order_ids, change)
    if lines is None:
        return [], 0
    rows = (
        lines.values_list("product__sku", "product__name", "warehouse__name")
        .annotate(units=Sum(HELD), orders=Count("order", distinct=True))
        .filter(units__gt=0)
        .order_by("-units", "product__sku")
    )
    number = rows.count()
    return [Product(*row) for row in rows[:TOP]], max(number - TOP, 0)


def _told(skipped: Collection[Skipped]) -> list[tuple[str, int, str]]:
    return by_reason((str(REASONS.get(each.why, each.words)), each.number) for each in skipped)


def by_reason(skipped: Iterable[tuple[str, str]]) -> list[tuple[str, int, str]]:
    """Why, how many, and which: the first few of each kind. `skipped`: why, and which one."""
    found: dict[str, list[str]] = {}
    for why, number in skipped:
        found.setdefault(why, []).append(number)
    return [(why, len(which), ", ".join(which[:LISTED])) for why, which in found.items()]
