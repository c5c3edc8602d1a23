"""Chosen ASNs are sent together: first a page that says what that would free, whom it tells and
what is skipped, then, confirmed, another that says what was done."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.contrib import admin, messages
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
from orders import sending
from orders.admin.banner import SHOWN, TOP, Freed, Product, Telling, channels_in
from orders.admin.bulk import by_reason, ids_of, key_of
from orders.admin.consequences import ahead_of
from orders.admin.dialogs import ahead_warning
from orders.admin.done import record_of_sent
from orders.models import Asn, AsnLine, SalesOrder
from orders.sending import Skip, Skipped

REASONS = {
    Skip.GONE: _("deleted meanwhile"),
    Skip.SENT: _("sent already"),
    Skip.EMPTY: _("covers nothing: add what it covers, or delete it"),
    Skip.OVER: _(
        "covers more than is left of its order: correct the quantities, or delete the draft"
    ),
    Skip.AGAIN: _("this page was sent before, and these were left then: choose them again"),
    Skip.BUSY: _("others were at work on them: choose them again"),
}


class SendChosen(ModelAdmin):
    """Mixed into the list of ASNs."""

    def get_urls(self) -> list[Any]:
        """Where the preview is confirmed."""
        page = self.admin_site.admin_view(self.chosen)
        return [path("chosen/", page, name="orders_asn_chosen"), *super().get_urls()]

    @action(description=_("Send…"), permissions=["change"])
    def send_chosen(self, request: HttpRequest, notices: QuerySet[Asn]) -> HttpResponse:
        """What would be sent, to be confirmed. Of more than a list shows, the oldest ones."""
        found = list(notices.order_by("pk").values_list("pk", flat=True)[: READ + 1])
        ids = found[:READ]
        foreseen = sending.foresee(ids)
        products, others = _products(foreseen.ids)
        told = _told_after(foreseen.freed)
        context = self._about(request) | {
            "number": len(foreseen.ids),
            "chosen": len(ids),
            "most": READ if len(found) > READ else 0,
            "units": sum(foreseen.freed.values()),
            "warning": ahead_warning(ahead_of(Asn.objects.filter(pk__in=foreseen.ids))),
            "products": products,
            "others": others,
            "told": told,
            "channels": channels_in(told),
            "notices": _shown(foreseen.ids[:SHOWN]),
            "unseen": max(len(foreseen.ids) - SHOWN, 0),
            "skipped": _skipped(foreseen.skipped),
            "ids": ",".join(str(pk) for pk in foreseen.ids),
            "key": uuid.uuid4(),
            "page": reverse("admin:orders_asn_chosen"),
        }
        return TemplateResponse(request, "admin/orders/asn/chosen.html", context)

    def chosen(self, request: HttpRequest) -> HttpResponse:
        """Sends what the preview said, and tells. A GET leads back to the list."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(list_of(Asn))
        ids, key = ids_of(request), key_of(request)
        if not ids or not key:
            text = gettext("Nothing was chosen: choose the ASNs again.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(list_of(Asn))
        cause = Cause(actor=request.user.get_username(), key=f"asn:{key}")
        result = sending.apply(ids, cause, record_of_sent(request))
        context = self._about(request) | {
            "result": result,
            "units": result.units,
            "skipped": _skipped(result.skipped),
        }
        return TemplateResponse(request, "admin/orders/asn/chosen_done.html", context)

    def _about(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": gettext("Send ASNs"),
            "button_text": gettext("Send them"),
            "opts": self.opts,
            "of": gettext("ASNs"),
            "to_list": gettext("To the ASNs"),
            "back": list_of(Asn),
        }


def _told_after(freed: Freed) -> Collection[Telling]:
    """What channels would be told; the orders' page hears it from a floor above."""
    orders: Any = admin.site.get_model_admin(SalesOrder)
    told: Collection[Telling] = orders.told_after(freed) if freed else ()
    return told


def _products(asn_ids: Collection[int]) -> tuple[list[Product], int]:
    """The products with the most units, and how many more lines of that table there would be."""
    rows = (
        AsnLine.objects.filter(
            asn__in=asn_ids,
            order_line__order__archived_at=None,
            order_line__order__dispatched_at=None,
        )
        .order_by()
        .values_list(
            "order_line__product__sku", "order_line__product__name", "order_line__warehouse__name"
        )
        .annotate(units=Sum("quantity"), notices=Count("asn", distinct=True))
        .order_by("-units", "order_line__product__sku")
    )
    number = rows.count()
    return [Product(*row) for row in rows[:TOP]], max(number - TOP, 0)


def _shown(asn_ids: Collection[int]) -> list[Any]:
    """These ASNs with their orders, and `units` on each."""
    notices = Asn.objects.filter(pk__in=asn_ids).select_related("order")
    return list(notices.annotate(units=Sum("lines__quantity")).order_by("pk"))


def _skipped(skipped: Collection[Skipped]) -> list[tuple[str, int, str]]:
    return by_reason((str(REASONS.get(each.why, each.words)), each.number) for each in skipped)
