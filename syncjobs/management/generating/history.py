"""The ledger of a year, written at once: the one place beside the ledger itself that writes it.

The ledger writes what happens now. A year that has passed can not be posted through it: every line
would bear today's time, and lists, charts and the as-of table could not be measured on a ledger
that is one day old. So movements are written here with the times at which they happened, in that
order, and then every level as the sum of its movements, by the ledger's own rule: `verify_ledger`
and `verify_orders` find nothing. Only of products that were made a moment before; nothing that
anybody else moved is touched.
"""

from __future__ import annotations

from inventory.models import Movement
from syncjobs.management.generating.working import Workshop

_COLLECT = """
CREATE TEMP TABLE generated_movement (
    product_id bigint, warehouse_id bigint, state text, delta int, reason text,
    document text DEFAULT '', note text DEFAULT '', actor text DEFAULT '', at timestamptz
)
"""
# Opened with what later left, and what is left now besides: no moment of the year is below zero.
_OPENED = """
INSERT INTO generated_movement (product_id, warehouse_id, state, delta, reason, actor, at)
SELECT product_id, warehouse_id, 'on_hand', units, CASE units WHEN 0 THEN 'count' ELSE 'opening'
    END, 'manager', %(began_at)s::timestamptz - interval '1 day' * (1 - n::float / %(pairs)s)
FROM (
    SELECT n, shelf.product_id, shelf.warehouse_id, coalesce(spent.units, 0) + CASE
        WHEN dice < 0.08 THEN 0 WHEN dice < 0.13 THEN 1 + floor(size * 5)::int
        ELSE 5 + floor(size * size * 200)::int END AS units
    FROM (SELECT *, random() AS dice, random() AS size FROM generated_shelf) AS shelf
    LEFT JOIN (
        SELECT product_id, warehouse_id, -sum(delta)::int AS units FROM generated_movement
        WHERE state = 'on_hand' AND delta < 0 GROUP BY product_id, warehouse_id
    ) AS spent USING (product_id, warehouse_id)
) AS opened
"""
_IN_ORDER = """
CREATE TEMP TABLE generated_ledger AS
SELECT row_number() OVER (ORDER BY at) AS n, generated_movement.* FROM generated_movement
"""
_MOVEMENTS = """
INSERT INTO inventory_movement (id, product_id, warehouse_id, state, delta, reason, note, document,
    actor, key, line, occurred_at, recorded_at)
SELECT %(movement)s + n, product_id, warehouse_id, state, delta, reason, note, document, actor,
    'generated:' || (%(movement)s + n), 0, at, at
FROM generated_ledger WHERE n BETWEEN %(low)s AND %(high)s ORDER BY n
"""
_LEVELS = """
INSERT INTO inventory_stocklevel (product_id, warehouse_id, on_hand, committed, incoming, staged,
    is_known, can_go_negative)
SELECT product_id, warehouse_id, sum(delta) FILTER (WHERE state = 'on_hand'),
    coalesce(sum(delta) FILTER (WHERE state = 'committed'), 0),
    coalesce(sum(delta) FILTER (WHERE state = 'incoming'), 0),
    coalesce(sum(delta) FILTER (WHERE state = 'staged'), 0), true, warehouse.can_go_negative
FROM inventory_movement movement JOIN inventory_warehouse warehouse ON warehouse.id = warehouse_id
WHERE movement.id > %(movement)s AND movement.id <= %(movement)s + %(recorded)s
    AND product_id BETWEEN %(product)s + %(low)s AND %(product)s + %(high)s
GROUP BY product_id, warehouse_id, warehouse.can_go_negative ORDER BY product_id, warehouse_id
"""
# What a count expected is what the ledger said before it.
_EXPECTED = """
UPDATE inventory_stocktakeline line
SET expected = before.units, expected_movement = before.last,
    counted = CASE WHEN made.status = 'closed' THEN before.units + made.variance
        WHEN mod(made.n, 2) = 0 THEN greatest(before.units + made.variance, 0) END,
    counted_by = CASE WHEN made.status = 'closed' OR mod(made.n, 2) = 0 THEN 'manager' ELSE '' END,
    counted_at = CASE WHEN made.status = 'closed' OR mod(made.n, 2) = 0 THEN made.at END
FROM generated_count made CROSS JOIN LATERAL (
    SELECT coalesce(sum(delta), 0)::int AS units, coalesce(max(id), 0) AS last
    FROM inventory_movement
    WHERE product_id = made.product_id AND warehouse_id = made.warehouse_id AND state = 'on_hand'
        AND (made.status <> 'closed' OR id < (
            SELECT min(id) FROM inventory_movement counted
            WHERE counted.product_id = made.product_id AND reason = 'count'
                AND counted.warehouse_id = made.warehouse_id
                AND counted.document = 'ST-' || made.stocktake_id
        ))
) AS before
WHERE line.id = %(count_line)s + made.n
"""


def begin(work: Workshop) -> None:
    """A working table for the movements that every document brings."""
    work.note(_COLLECT)


def write(work: Workshop) -> None:
    """The collected movements in the order of their times, and what they add up to."""
    work.make("(openings)", _OPENED)
    work.make("(order of time)", _IN_ORDER)
    work.note("CREATE INDEX ON generated_ledger (n)")
    work.values["recorded"] = work.one("SELECT count(*) FROM generated_ledger")
    work.reserve("movement", Movement, work.values["recorded"])
    work.make_sliced("movements", work.values["recorded"], _MOVEMENTS)
    work.note("ANALYZE inventory_movement")
    work.make_sliced("stock levels", work.values["stocked"], _LEVELS)
    work.make("expected by stocktakes", _EXPECTED)
