"""The list of ASNs: whose, what parcel, how many units, sent or not."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import TextFilter
from unfold.decorators import display

from desk.cells import NOTHING, ago, badge, link, page_of, two_lines
from desk.lists import ChangeList, ModelAdmin
from desk.searching import LONGEST
from orders.admin import numbered
from orders.models import Asn, AsnLine

LABELS = {Asn.Status.DRAFT: "info", Asn.Status.SENT: "success"}
MOST = 500
"""ASNs that a search finds by one of its ways."""


class CarrierFilter(TextFilter):
    """By the carrier's whole name."""

    title = _("carrier")
    parameter_name = "carrier"

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Asn]) -> QuerySet[Asn]:
        value = (self.value() or "").replace("\x00", "").strip()
        return queryset.filter(carrier__iexact=value) if value else queryset


class AsnList(ChangeList):
    """A page of ASNs with `units` on each, by one statement."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        asns = self.result_list = list(self.result_list)
        lines = AsnLine.objects.filter(asn__in=[asn.pk for asn in asns]).order_by()
        units = dict(lines.values_list("asn_id").annotate(units=Sum("quantity")))
        for asn in asns:
            asn.units = units.get(asn.pk, 0)


class AsnRows(ModelAdmin):
    """Mixed into the admin of ASNs: its list."""

    list_display: Any = ["show_number", "show_order", "show_status", "show_units", "show_parcel"]
    list_display += ["show_age", "show_sent"]
    list_display_links: Any = None
    search_fields: Any = ["tracking_number"]
    search_help_text: Any = _("A whole tracking number, an ASN's number, or how an order's begins")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return AsnList

    def get_search_results(
        self, _request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Each way by its own index, and bounded."""
        term = search_term.strip()
        if not term:
            return queryset, False
        asns = Asn.objects.order_by("-pk")
        found = {*asns.filter(tracking_number=term).values_list("pk", flat=True)[:MOST]}
        by_order = asns.filter(order__number__istartswith=term)
        found.update(by_order.values_list("pk", flat=True)[:MOST])
        named = asns.filter(order__in=numbered.whole(term))
        found.update(named.values_list("pk", flat=True)[:MOST])
        digits = term.upper().removeprefix("ASN-")
        if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST:
            found.add(int(digits))
        return queryset.filter(pk__in=found), False

    @display(description=_("ASN"), ordering="pk")
    def show_number(self, asn: Asn) -> Any:
        return link(page_of(asn), asn)

    @display(description=_("Order"))
    def show_order(self, asn: Asn) -> Any:
        return two_lines(link(page_of(asn.order), asn.order), asn.order.source or NOTHING)

    @display(description=_("Status"), ordering="status")
    def show_status(self, asn: Asn) -> Any:
        return badge(LABELS[Asn.Status(asn.status)], asn.get_status_display())

    @display(description=_("Units"))
    def show_units(self, asn: Any) -> int:
        return int(asn.units)

    @display(description=_("Parcel"))
    def show_parcel(self, asn: Asn) -> Any:
        if not asn.tracking_number and not asn.carrier:
            return NOTHING
        return two_lines(asn.tracking_number or NOTHING, asn.carrier)

    @display(description=_("Drafted"), ordering="created_at")
    def show_age(self, asn: Asn) -> str:
        return ago(asn.created_at)

    @display(description=_("Sent"), ordering="sent_at")
    def show_sent(self, asn: Asn) -> str:
        return ago(asn.sent_at)
