"""What keeps an order from being done, in plain words, with the remedy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Sum
from django.urls import reverse

from desk.cells import list_of
from desk.saying import gettext, ngettext
from inventory.models import StockLevel
from orders.admin.totals import NONE, Totals
from orders.models import Asn, AsnLine, SalesOrder

Status = SalesOrder.Status


class Block(NamedTuple):
    """One thing in the way. `color` as desk.cells.badge takes it; `url` leads to the remedy."""

    color: str
    text: str
    remedy: str
    url: str = ""
    link: str = ""


Blocks = Mapping[int, Sequence[Block]]
"""By order id, the gravest first."""


class Short(NamedTuple):
    """A product that an order can not have whole from its warehouse. Units."""

    order_id: int
    product_id: int
    sku: str
    warehouse: str
    needed: int
    on_hand: int
    staged: int
    incoming: int


# A bundle is short when one of its components is. Below 0 at hand: where more is there than was
# promised, an order that wants more than there is was told as shipped before it left.
_NEEDED = """
WITH needed AS MATERIALIZED (
    SELECT line.order_id, coalesce(part.component_id, line.product_id) AS product_id,
        line.warehouse_id, sum((line.ordered - line.shipped) * coalesce(part.quantity, 1)) AS units
    FROM orders_salesorderline line JOIN orders_salesorder o ON o.id = line.order_id
    LEFT JOIN inventory_bundlecomponent part ON part.bundle_id = line.product_id
    WHERE line.order_id = ANY(%s) AND line.shipped < line.ordered
        AND o.status <> 'canceled' AND o.archived_at IS NULL AND o.dispatched_at IS NULL
    GROUP BY 1, 2, 3
)
SELECT needed.order_id, product.id, product.sku, place.name, needed.units::int,
    coalesce(level.on_hand, 0), coalesce(level.staged, 0), coalesce(level.incoming, 0)
FROM needed
LEFT JOIN inventory_stocklevel level
    ON level.product_id = needed.product_id AND level.warehouse_id = needed.warehouse_id
JOIN inventory_product product ON product.id = needed.product_id
JOIN inventory_warehouse place ON place.id = needed.warehouse_id
WHERE coalesce(level.on_hand, 0) < needed.units {more}
ORDER BY needed.order_id, product.sku
"""
_SHORT = _NEEDED.format(more="AND level.available < 0 AND NOT place.can_go_negative")
_NOT_THERE = _NEEDED.format(more="")


def shortages(order_ids: Collection[int]) -> Mapping[int, Sequence[Short]]:
    """What these orders lack at their warehouses, by order id; one statement."""
    return _asked(_SHORT, order_ids)


def not_there(order_ids: Collection[int]) -> Mapping[int, Sequence[Short]]:
    """What a picker would not find on the shelf now, whatever was promised or may go below 0; by
    order id; one statement."""
    return _asked(_NOT_THERE, order_ids)


def _asked(statement: str, order_ids: Collection[int]) -> Mapping[int, Sequence[Short]]:
    found: dict[int, list[Short]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(order_ids)])
        for row in cursor.fetchall():
            found[row[0]].append(Short(*row))
    return found


def drafts(order_ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """Drafted ASNs and the units on them, by order id; one statement."""
    rows = (
        AsnLine.objects.filter(asn__order__in=order_ids, asn__status=Asn.Status.DRAFT)
        .order_by()
        .values_list("asn__order_id")
        .annotate(asns=Count("asn", distinct=True), units=Sum("quantity"))
    )
    return {order_id: (asns, units) for order_id, asns, units in rows}


def blocks_of(orders: Collection[SalesOrder], totals: Mapping[int, Totals]) -> Blocks:
    """What blocks each of these orders; two statements, however many."""
    ids = [order.pk for order in orders]
    short, drafted = shortages(ids), drafts(ids)
    return {
        order.pk: list(
            _blocks(
                order, totals.get(order.pk, NONE), short.get(order.pk, ()), drafted.get(order.pk)
            )
        )
        for order in orders
    }


def _blocks(
    order: SalesOrder, totals: Totals, short: Sequence[Short], drafted: tuple[int, int] | None
) -> list[Block]:
    if order.archived_at is not None or order.dispatched_at is not None:
        return []
    if order.status == Status.CANCELED:
        return [_counting(totals.held)] if totals.held else []
    found = [_unpaid()] if order.is_unpaid and totals.left else []
    found += [_short(each) for each in short]
    found += [_staged(each) for each in short if each.staged]
    if drafted:
        found.append(_drafted(order, *drafted))
    elif totals.untold and totals.held:
        found.append(_untold(order, totals.untold))
    if totals.ahead:
        found.append(_ahead(totals.ahead))
    return found


def _counting(units: int) -> Block:
    text = ngettext(
        "Canceled, still counts %(units)d unit", "Canceled, still counts %(units)d units", units
    )
    return Block(
        "danger",
        text % {"units": units},
        gettext("Archive the order: until then nobody else can be promised its units."),
    )


def _unpaid() -> Block:
    return Block(
        "warning",
        gettext("Awaits payment"),
        gettext("Do not ship it before its channel says that it is paid; the next poll tells."),
    )


def _short(short: Short) -> Block:
    text = gettext("Short: %(sku)s, %(there)d of %(needed)d at %(warehouse)s") % {
        "sku": short.sku,
        "there": max(short.on_hand, 0),
        "needed": short.needed,
        "warehouse": short.warehouse,
    }
    if short.incoming:
        remedy = ngettext(
            "%(units)d unit is incoming: receive it, or ship what is there.",
            "%(units)d units are incoming: receive them, or ship what is there.",
            short.incoming,
        ) % {"units": short.incoming}
    else:
        remedy = gettext(
            "Nothing is on its way there: order more, transfer some from another warehouse, or ship"
            " what is there."
        )
    url = list_of(StockLevel, product__id__exact=short.product_id)
    return Block("danger", text, remedy, url, gettext("Stock levels"))


def _staged(short: Short) -> Block:
    text = ngettext(
        "%(units)d unit of %(sku)s at the dock",
        "%(units)d units of %(sku)s at the dock",
        short.staged,
    ) % {"units": short.staged, "sku": short.sku}
    return Block(
        "warning", text, gettext("It was received to staging: put it away, then ship this order.")
    )


def _drafted(order: SalesOrder, asns: int, units: int) -> Block:
    text = ngettext("ASN drafted, not sent", "%(asns)d ASNs drafted, not sent", asns)
    remedy = ngettext(
        "Complete the tracking and send it: until then its %(units)d unit counts.",
        "Complete the tracking and send it: until then its %(units)d units count.",
        units,
    )
    url = reverse("admin:orders_work_notify", args=[order.pk])
    return Block(
        "info", text % {"asns": asns}, remedy % {"units": units}, url, gettext("Send the ASN")
    )


def _untold(order: SalesOrder, units: int) -> Block:
    text = ngettext(
        "%(units)d unit shipped, still counts", "%(units)d units shipped, still count", units
    )
    return Block(
        "warning",
        text % {"units": units},
        gettext("Shipping alone releases nothing: send the ASN with its tracking."),
        reverse("admin:orders_work_notify", args=[order.pk]),
        gettext("Send the ASN"),
    )


def _ahead(units: int) -> Block:
    text = ngettext(
        "ASN sent, %(units)d unit not shipped", "ASN sent, %(units)d units not shipped", units
    )
    return Block(
        "warning",
        text % {"units": units},
        gettext("They are still on the shelf and already free for others: ship them now."),
    )


def of_page(orders: Collection[Any], totals: Mapping[int, Totals], extra: Blocks) -> Blocks:
    """What blocks the orders of one page, with what a floor above adds."""
    own = blocks_of(orders, totals)
    return {order.pk: [*extra.get(order.pk, ()), *own[order.pk]] for order in orders}
