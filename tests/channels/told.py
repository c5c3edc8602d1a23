"""States of an order as a channel would tell them, and what they come to here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from channels import intake
from channels.contract import RemoteOrder, RemoteOrderLine
from channels.intake import Taken
from channels.models import Channel
from inventory.models import Product, StockLevel
from orders import commitments
from orders.models import SalesOrder, SalesOrderLine
from tests.pretend import World

START = timezone.now().replace(microsecond=0)


def line(product: Product, unfulfilled: int, **fields: object) -> RemoteOrderLine:
    """A line of a product listed in the pretended world."""
    values = {
        "external_id": f"line-{product.sku}",
        "item_id": f"I-{product.sku}",
        "sku": product.sku,
        "unfulfilled": unfulfilled,
        "location_id": "L1",
    }
    return RemoteOrderLine(**values | fields)  # type: ignore[arg-type]


def order(*lines: RemoteOrderLine, minute: int = 0, **fields: object) -> RemoteOrder:
    """One order, as it stands some minutes after it was placed."""
    values = {
        "external_id": "order-1",
        "number": "#1",
        "placed_at": START,
        "updated_at": START + timedelta(minutes=minute),
        "is_canceled": False,
        "is_test": False,
        "lines": lines,
    }
    return RemoteOrder(**values | fields)  # type: ignore[arg-type]


def tell(world: World, *states: RemoteOrder) -> list[Taken]:
    """Tell these states, as they come, and prove that orders and ledger agree after each."""
    news = []
    for state in states:
        news += intake.take_many(world.channel, [state])
        assert not commitments.differences()
    return news


def shelf(product: Product) -> tuple[int, int]:
    """In stock, and on orders."""
    return StockLevel.objects.values_list("on_hand", "committed").get(product=product)


def counts(product: Product) -> tuple[int, int, int, int]:
    """Ordered, shipped, notified, returned: of the one line of a product."""
    return SalesOrderLine.objects.values_list("ordered", "shipped", "notified", "returned").get(
        product=product
    )


def status() -> str:
    return SalesOrder.objects.get().status


def connected(channel: Channel, since: datetime) -> None:
    Channel.objects.filter(pk=channel.pk).update(created_at=since)
    channel.refresh_from_db()
