"""Opens a case in the transaction of the order that took more than was left."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from inventory.signals import stock_changed

# Whoever posts holds the locks of its stock levels, so the newest movement of a level is its own.
# What fell below nothing by a count or a shipment is no sale and opens no case. The first entry of
# the timeline names the movement: everything is found from there.
_OPEN = """
INSERT INTO syncjobs_oversell AS oversell (product_id, warehouse_id, order_id, short, "window",
    advice, timeline, opened_at, closed_by)
SELECT place.product_id, place.warehouse_id, sales_order.id, -place.left_to_sell, 'unknown', '',
    jsonb_build_array(jsonb_build_object(
        'at', to_char(movement.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'),
        'what', 'More was promised than was left.', 'kind', 'short',
        'model', 'inventory.movement', 'pk', movement.id)),
    clock_timestamp(), ''
FROM unnest(%s::bigint[], %s::bigint[], %s::int[])
    AS place(product_id, warehouse_id, left_to_sell)
CROSS JOIN LATERAL (
    SELECT * FROM inventory_movement newest
    WHERE newest.product_id = place.product_id AND newest.warehouse_id = place.warehouse_id
    ORDER BY newest.id DESC LIMIT 1
) movement
LEFT JOIN orders_salesorder sales_order ON sales_order.number = movement.document
WHERE movement.state = 'committed' AND movement.delta > 0
ORDER BY place.product_id, place.warehouse_id
ON CONFLICT (product_id, warehouse_id) WHERE closed_at IS NULL
DO UPDATE SET short = excluded.short, investigated_at = NULL
WHERE oversell.short < excluded.short
"""


def connect() -> None:
    """Listen to the ledger; called once, when the app is ready."""
    stock_changed.connect(_on_stock_changed, dispatch_uid="syncjobs.forensics")


def _on_stock_changed(oversold: Sequence[tuple[int, int, int]], **_: object) -> None:
    if not oversold:
        return
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [list(column) for column in zip(*oversold, strict=True)])
