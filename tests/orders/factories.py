"""Small makers of orders; through the verbs, so that the ledger knows of them."""

from collections.abc import Mapping
from itertools import count as counter

from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder

_number = counter(1)


def make_draft(
    warehouse: Warehouse, ordered: Mapping[Product, int], number: str = "", source: str = ""
) -> Draft:
    """An order not placed yet."""
    return Draft(
        number=number or f"SO-{next(_number)}-made",
        source=source,
        lines=[
            DraftLine(product.pk, warehouse.pk, quantity) for product, quantity in ordered.items()
        ],
    )


def make_order(
    warehouse: Warehouse, ordered: Mapping[Product, int], number: str = "", source: str = ""
) -> SalesOrder:
    """A placed order."""
    return intake.place(make_draft(warehouse, ordered, number, source), Cause(actor="test"))


def whole(order: SalesOrder) -> dict[int, int]:
    """All units of an order by line id."""
    return dict(order.lines.values_list("pk", "ordered"))


def stock_of(product: Product, warehouse: Warehouse) -> tuple[int, int]:
    """Units in stock and on orders."""
    return StockLevel.objects.values_list("on_hand", "committed").get(
        product=product, warehouse=warehouse
    )
