"""Sales orders as they are told, and as partners draft and change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import ValidationError

from orders.models import SalesOrder, SalesOrderLine
from partners.rest.fields import LARGEST, Body, Flag, Moment, Record, Rows, Text, Units, Whole

LARGEST_ID = 2**63 - 1
MOST_LINES = 1_000
"""Lines of one order."""
MOST_ORDERS = 1_000
MOST_AT_ONCE = 10_000
"""Lines of all orders of one request."""


class Held(Units):
    """What a line still holds, by the rule of orders.commitments."""

    def get_attribute(self, instance: SalesOrderLine) -> int:
        order = instance.order
        if order.archived_at or order.dispatched_at:
            return 0
        return instance.ordered - instance.notified


class SalesOrderLineRecord(Record):
    """Units of a product that an order asks for, and what became of them."""

    sku = Text(source="product.sku", read_only=True)
    warehouse = Text(source="warehouse.code", read_only=True, help_text="Where it leaves from.")
    held = Held(read_only=True, help_text="Units of the stock that it still commits.")

    class Meta:
        model = SalesOrderLine
        fields = ["id", "sku", "warehouse", "ordered", "shipped", "notified", "returned", "held"]
        read_only_fields = fields
        extra_kwargs = {"notified": {"help_text": "Units on sent ASNs."}}


class SalesOrderRecord(Record):
    """A customer's order with its lines."""

    lines = SalesOrderLineRecord(many=True, read_only=True)

    class Meta:
        model = SalesOrder
        fields = ["id", "number", "source", "customer", "status", "is_unpaid", "placed_at"]
        fields += ["dispatched_at", "archived_at", "created_at", "lines"]
        read_only_fields = fields


class SalesOrderDraftLine(Body):
    """Units of a product to leave from one warehouse."""

    sku = Text(max_length=64)
    warehouse = Text(max_length=32, help_text="The code of the warehouse that it leaves from.")
    ordered = Units(min_value=1, max_value=LARGEST)


class SalesOrderDraft(Body):
    """An order to place."""

    number = Text(max_length=60, help_text="Its identity: placed again, it changes nothing.")
    source = Text(  # type: ignore[assignment]  # a field's own word, which a body does not use
        max_length=120,
        required=False,
        default="",
        allow_blank=True,
        help_text="Where it comes from, for filtering; blank: your name.",
    )
    customer = Text(max_length=160, required=False, default="", allow_blank=True)
    placed_at = Moment(required=False, default=None, allow_null=True, help_text="Null: now.")
    lines = Rows(child=SalesOrderDraftLine(), allow_empty=False, max_length=MOST_LINES)


class SalesOrderDrafts(Rows):
    """Its lines are counted, too, before any is looked at."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and sum(map(_count, data)) > MOST_AT_ONCE:
            raise ValidationError(f"Give {MOST_AT_ONCE:,} lines at most: send the rest apart.")
        return super().to_internal_value(data)


def _count(draft: Any) -> int:
    """Lines of what may be a draft."""
    lines = draft.get("lines") if isinstance(draft, dict) else None
    return len(lines) if isinstance(lines, list) else 0


class SalesOrdersDraft(Body):
    """Orders to place at once: all or, when one is refused, none."""

    orders = SalesOrderDrafts(
        child=SalesOrderDraft(),
        allow_empty=False,
        max_length=MOST_ORDERS,
        help_text=f"Each with a number of its own, of {MOST_AT_ONCE:,} lines together.",
    )

    def validate_orders(self, orders: Sequence[Any]) -> Sequence[Any]:
        demand_once([order["number"] for order in orders], "number")
        return orders


class SalesOrderPlaced(Body):
    """What became of one draft."""

    id = Whole(min_value=1, max_value=LARGEST_ID)
    number = Text()
    is_new = Flag(help_text="false: it had been placed before, and stays as it is.")


class SalesOrdersPlaced(Body):
    """What became of all drafts."""

    orders = SalesOrderPlaced(many=True, help_text="In the order in which they were sent.")


class SalesOrderLineChange(Body):
    """So many units from now on."""

    id = Whole(min_value=1, max_value=LARGEST_ID)
    ordered = Units(help_text="Not below what was shipped or is on sent ASNs.")


class SalesOrderChange(Body):
    """What is not named stays as it is."""

    customer = Text(max_length=160, required=False, allow_blank=True)
    lines = Rows(child=SalesOrderLineChange(), required=False, max_length=MOST_LINES)
    additions = Rows(
        child=SalesOrderDraftLine(),
        required=False,
        max_length=MOST_LINES,
        help_text="Lines to add.",
    )

    def validate_lines(self, lines: Sequence[Any]) -> Sequence[Any]:
        demand_once([line["id"] for line in lines], "id")
        return lines


class OrderCancellation(Body):
    """How an order is canceled."""

    is_archived = Flag(
        required=False,
        default=False,
        help_text="true: archive it as well. Until archived it goes on holding its units.",
    )


def demand_once(names: Sequence[object], field: str) -> None:
    """Refuses each name that was given before, at its place."""
    known: set[object] = set()
    errors: dict[Any, Any] = {}
    for position, name in enumerate(names):
        if name in known:
            errors[position] = {field: [f"{name} was given before: give it once."]}
        known.add(name)
    if errors:
        raise ValidationError(errors, "repeated")
