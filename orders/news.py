"""What partners are told of orders; see partners.events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from orders.models import Asn, AsnLine, SalesOrder, SalesOrderLine
from partners.events import News, Topic, judge_by, record

judge_by(Topic.ORDER_PLACED, SalesOrder)
judge_by(Topic.ASN_SENT, Asn)


def placed(channel_ids: Mapping[int, int | None]) -> None:
    """These orders were placed; by id, the channel that each comes from."""
    if channel_ids:
        record(Topic.ORDER_PLACED, partial(_placed, channel_ids))


def sent(asn_ids: Collection[int]) -> None:
    """These ASNs were sent."""
    if asn_ids:
        record(Topic.ASN_SENT, partial(_sent, asn_ids))


_GOODS = ("product__sku", "warehouse__code", "warehouse_id")


def _placed(channel_ids: Mapping[int, int | None]) -> Iterator[News]:
    lines = _Lines()
    rows = SalesOrderLine.objects.filter(order__in=channel_ids).order_by("order_id", "pk")
    for order_id, units, *goods in rows.values_list("order_id", "ordered", *_GOODS):
        lines.add(order_id, *goods, ordered=units)
    for order in SalesOrder.objects.filter(pk__in=channel_ids).order_by("pk"):
        yield News(
            resource=f"sales-order:{order.pk}",
            data={
                "id": order.pk,
                "number": order.number,
                "source": order.source,
                "customer": order.customer,
                "placed_at": _utc(order.placed_at),
                "is_unpaid": order.is_unpaid,
                "lines": lines.told[order.pk],
            },
            warehouse_ids=lines.warehouse_ids[order.pk],
            channel_id=channel_ids[order.pk],
            row_id=order.pk,
        )


def _sent(asn_ids: Collection[int]) -> Iterator[News]:
    """About their orders: an order is told before its ASNs."""
    lines = _Lines()
    rows = AsnLine.objects.filter(asn__in=asn_ids).order_by("asn_id", "pk")
    goods_of = [f"order_line__{name}" for name in _GOODS]
    for asn_id, units, *goods in rows.values_list("asn_id", "quantity", *goods_of):
        lines.add(asn_id, *goods, quantity=units)
    for asn in Asn.objects.filter(pk__in=asn_ids).select_related("order").order_by("pk"):
        yield News(
            resource=f"sales-order:{asn.order_id}",
            data={
                "id": asn.pk,
                "order": asn.order.number,
                "order_id": asn.order_id,
                "carrier": asn.carrier,
                "tracking_number": asn.tracking_number,
                "tracking_url": asn.tracking_url,
                "sent_at": _utc(asn.sent_at),
                "lines": lines.told[asn.pk],
            },
            warehouse_ids=lines.warehouse_ids[asn.pk],
            row_id=asn.pk,
        )


class _Lines:
    """Lines as they are told, and their warehouses, by document."""

    def __init__(self) -> None:
        self.told: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.warehouse_ids: dict[int, set[int]] = defaultdict(set)

    def add(self, pk: int, sku: str, code: str, warehouse_id: int, **units: int) -> None:
        self.told[pk].append({"sku": sku, "warehouse": code, **units})
        self.warehouse_ids[pk].add(warehouse_id)


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
