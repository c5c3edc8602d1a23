"""What a step would change, said before it is taken: units, and what channels are told then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.contrib import admin
from django.db.models import F, QuerySet, Sum

from desk.saying import gettext, ngettext
from orders.admin.banner import Freed, Telling
from orders.models import Asn, AsnLine, SalesOrder, SalesOrderLine


def held_by(order: SalesOrder) -> Counter[tuple[int, int]]:
    """Units of this order that no sent ASN covers, held or not, by product and warehouse."""
    return _summed(order.lines.filter(ordered__gt=F("notified")), F("ordered") - F("notified"))


def left_of(order: SalesOrder) -> Counter[tuple[int, int]]:
    """Units that have not left yet, by product and warehouse."""
    return _summed(order.lines.filter(ordered__gt=F("shipped")), F("ordered") - F("shipped"))


def on_drafts(asns: QuerySet[Asn]) -> Counter[tuple[int, int]]:
    """Units on these ASNs by product and warehouse."""
    rows = (
        AsnLine.objects.filter(asn__in=asns)
        .order_by()
        .values_list("order_line__product_id", "order_line__warehouse_id")
        .annotate(units=Sum("quantity"))
    )
    return Counter({(product, place): units for product, place, units in rows})


def ahead_of(asns: QuerySet[Asn]) -> int:
    """Units that would be on sent ASNs, these ones sent, and have not left yet."""
    rows = (
        SalesOrderLine.objects.filter(asn_lines__asn__in=asns)
        .annotate(told=F("notified") + Sum("asn_lines__quantity"))
        .values_list("told", "shipped")
    )
    return sum(max(0, told - shipped) for told, shipped in rows)


def _summed(lines: QuerySet[SalesOrderLine], units: object) -> Counter[tuple[int, int]]:
    rows = lines.order_by().values_list("product_id", "warehouse_id").annotate(units=Sum(units))
    return Counter({(product, place): number for product, place, number in rows})


def told_after(freed: Freed) -> list[str]:
    """What channels would be told if these units (negative: taken) were free, as sentences."""
    orders = admin.site.get_model_admin(SalesOrder)
    tellings: Iterable[Telling] = orders.told_after(freed)  # type: ignore[attr-defined]
    return [each.note or sentence(each) for each in tellings]


def sentence(telling: Telling) -> str:
    """One channel's part."""
    if telling.more >= 0:
        text = ngettext(
            "%(channel)s will then be told %(units)d more.",
            "%(channel)s will then be told %(units)d more.",
            telling.more,
        )
    else:
        text = ngettext(
            "%(channel)s will then be told %(units)d fewer.",
            "%(channel)s will then be told %(units)d fewer.",
            -telling.more,
        )
    return text % {"channel": telling.channel, "units": abs(telling.more)}


def freed_sentence(freed: Mapping[tuple[int, int], int]) -> str:
    """How many units a step frees."""
    units = sum(freed.values())
    if not units:
        return gettext("It holds nothing, so nothing is freed.")
    return ngettext("Frees %(units)d unit.", "Frees %(units)d units.", units) % {"units": units}
