"""The last movements of a product, each with the quantity that it left behind."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from inventory.models import Movement, Product, PurchaseOrder, Reason, State, Stocktake, Transfer

SHOWN = 50

# From every warehouse its newest, by the index of the level; what a movement left behind is what
# there is now less all that came later. One statement, so that both are of one moment.
_LAST = """
SELECT moved.id, warehouse.name, moved.state, moved.delta, moved.reason, moved.document, moved.note,
    moved.actor, moved.recorded_at, CASE moved.state
        WHEN 'on_hand' THEN level.on_hand WHEN 'committed' THEN level.committed
        WHEN 'incoming' THEN level.incoming ELSE level.staged END
    - coalesce(sum(moved.delta) OVER (
        PARTITION BY moved.warehouse_id, moved.state ORDER BY moved.id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS left_behind
FROM inventory_warehouse warehouse
CROSS JOIN LATERAL (
    SELECT * FROM inventory_movement
    WHERE product_id = %(product)s AND warehouse_id = warehouse.id
    ORDER BY id DESC LIMIT %(limit)s
) moved
JOIN inventory_stocklevel level
    ON level.product_id = moved.product_id AND level.warehouse_id = moved.warehouse_id
ORDER BY moved.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of the ledger. `left`: units in that state at that warehouse right after it; None
    where the line is a component's, moved for the bundle whose page this is (`sku` names it)."""

    number: int
    warehouse: str
    state: str
    delta: int
    reason: str
    document: str
    note: str
    actor: str
    at: datetime.datetime
    left: int | None
    sku: str = ""

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)

    @property
    def reason_label(self) -> str:
        return str(Reason(self.reason).label)


def last(product: Product, limit: int = SHOWN) -> list[Moved]:
    """The newest first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, {"product": product.pk, "limit": limit})
        return [Moved(*row) for row in cursor.fetchall()]


def last_of_bundle(bundle: Product, limit: int = SHOWN) -> list[Moved]:
    """What moved of its components because it was sold or came back. One statement."""
    rows = Movement.objects.filter(bundle=bundle).select_related("product", "warehouse")
    return [
        Moved(
            row.pk,
            row.warehouse.name,
            row.state,
            row.delta,
            row.reason,
            row.document,
            row.note,
            row.actor,
            row.recorded_at,
            None,
            row.product.sku,
        )
        for row in rows.order_by("-pk")[:limit]
    ]


Documents = Mapping[str, PurchaseOrder | Transfer | Stocktake]


def documents(numbers: Collection[str]) -> Documents:
    """The documents of this floor that lines of the ledger name: three statements at most."""
    orders = PurchaseOrder.objects.filter(number__in=numbers)
    moved = Transfer.objects.filter(pk__in=_numbered("TR-", numbers))
    counted = Stocktake.objects.filter(pk__in=_numbered("ST-", numbers))
    return {str(each): each for found in (orders, moved, counted) for each in found}


def _numbered(prefix: str, numbers: Collection[str]) -> Sequence[int]:
    given = (each.removeprefix(prefix) for each in numbers if each.startswith(prefix))
    return [int(digits) for digits in given if digits.isdecimal() and len(digits) < 18]
