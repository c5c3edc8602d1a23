"""What orders hold of the stock, and the one place where that is brought into the ledger.

Rule (DESIGN section 4): an order line holds what was ordered less what stands on sent ASNs,
whatever the order's status and whatever was shipped, until it is archived or marked dispatched.
A line for a bundle holds units of its components; the ledger replaces it by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext

from inventory import ledger
from inventory.errors import KeyReused
from inventory.ledger import Cause, Line
from inventory.models import State
from orders.models import SalesOrder, SalesOrderLine

HOLDS = Q(order__archived_at=None, order__dispatched_at=None)
"""Filter for order lines that hold stock."""

HELD = F("ordered") - F("notified")
"""Units that such a line holds."""

Held = Counter[tuple[str, int, int]]
"""Units by (order number, product id, warehouse id)."""


def held(order_ids: Collection[int]) -> Held:
    """What these orders hold now."""
    rows = (
        SalesOrderLine.objects.filter(HOLDS, order__in=order_ids)
        .order_by()
        .values_list("order__number", "product_id", "warehouse_id")
        .annotate(units=Sum(HELD))
    )
    return Counter({(number, product, place): units for number, product, place, units in rows})


@contextmanager
def settling(order_ids: Collection[int], cause: Cause) -> Iterator[list[SalesOrder]]:
    """Lock the orders, let the caller change them or their lines, then commit or release the
    difference in what they hold, in the same transaction. Raises KeyReused.

    Yields the locked orders by primary key. However a transition changes an order, the ledger
    follows from the rule above; so no transition can forget, or do it twice.
    """
    with transaction.atomic():
        orders = list(
            SalesOrder.objects.filter(pk__in=order_ids).order_by("pk").select_for_update()
        )
        before = held(order_ids)
        yield orders
        after = held(order_ids)
        lines = [
            Line(product, warehouse, State.COMMITTED, after[key] - before[key], document=number)
            for key in sorted(before.keys() | after.keys())
            if after[key] != before[key]
            for number, product, warehouse in [key]
        ]
        if lines and ledger.promise(lines, cause).is_repeat:
            # The orders changed, so this is no repeat: without its own posting they and the ledger
            # would part ways.
            raise KeyReused(
                gettext("Key %(key)r was used for an earlier change: choose a new one.")
                % {"key": cause.key},
                field="key",
            )


_DIFFERENCES = """
SELECT product_id, warehouse_id, coalesce(held.units, 0), coalesce(level.committed, 0)
FROM inventory_stocklevel level
FULL JOIN (
    SELECT coalesce(part.component_id, line.product_id) AS product_id, line.warehouse_id,
        sum((line.ordered - line.notified) * coalesce(part.quantity, 1)) AS units
    FROM orders_salesorderline line JOIN orders_salesorder o ON o.id = line.order_id
    LEFT JOIN inventory_bundlecomponent part ON part.bundle_id = line.product_id
    WHERE o.archived_at IS NULL AND o.dispatched_at IS NULL
    GROUP BY 1, 2
) held USING (product_id, warehouse_id)
WHERE coalesce(held.units, 0) <> coalesce(level.committed, 0)
ORDER BY product_id, warehouse_id
"""


def differences() -> list[tuple[int, int, int, int]]:
    """(product id, warehouse id, held by orders, committed in the ledger) wherever both differ.

    Always empty, while all promises are made by orders; `verify_orders` and the tests ask.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        return [tuple(row) for row in cursor.fetchall()]
