"""Purchase orders with receipts, transfers, stocktakes, and whatever else moves goods."""

from __future__ import annotations

from inventory.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    Stocktake,
    StocktakeLine,
    Transfer,
    TransferLine,
)
from syncjobs.management.generating.working import UNTIL, Workshop

# Documents choose neighbours on a warehouse's shelf, so no product comes twice in one.
_PURCHASES = f"""
CREATE TEMP TABLE generated_purchase AS
SELECT thrown.n, %(purchase)s + thrown.n AS id, 'PO-' || (%(purchase)s + thrown.n) AS number,
    room.place, room.levels, floor(thrown.start * room.levels)::bigint AS start,
    (%(warehouses)s::bigint[])[room.place] AS warehouse_id,
    CASE WHEN thrown.n > 0.96 * %(purchase_orders)s THEN
        CASE mod(thrown.n, 4) WHEN 0 THEN 'draft' WHEN 1 THEN 'staged' ELSE 'open' END
        ELSE 'closed' END AS fate, {UNTIL.format("thrown.n", "purchase_orders")} AS at
FROM (SELECT n, 1 + floor(random() * 3)::int AS place, random() AS start
    FROM generate_series(1, %(purchase_orders)s::bigint) AS n) AS thrown
JOIN generated_room room ON room.place = thrown.place AND NOT room.is_second
"""
_PURCHASE_LINES = """
CREATE TEMP TABLE generated_purchase_line AS
SELECT row_number() OVER (ORDER BY po.n) AS n, po.id AS purchase_id, po.number, po.fate, po.at,
    po.warehouse_id, shelf.product_id, 10 + mod(po.n * 7 + j, 50)::int AS ordered
FROM generated_purchase po, generate_series(0, least(po.levels, 5) - 1) AS j,
    generated_shelf shelf
WHERE shelf.place = po.place AND NOT shelf.is_second AND shelf.k = mod(po.start + j, po.levels)
"""
_INSERT_PURCHASES = (
    """
    INSERT INTO inventory_purchaseorder (id, number, supplier, warehouse_id, status, expected_on,
        created_at)
    SELECT id, number, 'Supplier ' || (1 + mod(n * 13, 80)), warehouse_id,
        CASE fate WHEN 'staged' THEN 'open' ELSE fate END, (at + interval '9 days')::date, at
    FROM generated_purchase
    """,
    """
    INSERT INTO inventory_purchaseorderline (id, purchase_order_id, product_id, ordered, received)
    SELECT %(purchase_line)s + n, purchase_id, product_id, ordered,
        CASE fate WHEN 'closed' THEN ordered WHEN 'staged' THEN ordered / 2 ELSE 0 END
    FROM generated_purchase_line
    """,
    """
    INSERT INTO inventory_receipt (id, purchase_order_id, mode, key, actor, received_at)
    SELECT %(receipt)s + n, id, CASE fate WHEN 'staged' THEN 'staged' ELSE 'direct' END,
        'generated:' || number, 'manager', least(at + interval '8 days', now())
    FROM generated_purchase WHERE fate IN ('closed', 'staged')
    """,
    """
    INSERT INTO inventory_receiptline (receipt_id, product_id, quantity, put_away)
    SELECT %(receipt)s + po.n, line.product_id,
        CASE po.fate WHEN 'staged' THEN line.ordered / 2 ELSE line.ordered END,
        CASE po.fate WHEN 'staged' THEN 0 ELSE line.ordered END
    FROM generated_purchase_line line JOIN generated_purchase po ON po.id = line.purchase_id
    WHERE po.fate IN ('closed', 'staged')
    """,
)
_PURCHASES_MOVED = """
INSERT INTO generated_movement (product_id, warehouse_id, state, delta, reason, document, actor, at)
SELECT product_id, warehouse_id, cause.state, cause.delta, cause.reason, number, 'manager',
    least(at + cause.after, now())
FROM generated_purchase_line CROSS JOIN LATERAL (VALUES
    ('draft', '', 0, '', interval '0'),
    ('open', 'incoming', ordered, 'expect', interval '0'),
    ('staged', 'incoming', ordered, 'expect', interval '0'),
    ('staged', 'incoming', -(ordered / 2), 'stage', interval '8 days'),
    ('staged', 'staged', ordered / 2, 'stage', interval '8 days'),
    ('closed', 'incoming', ordered, 'expect', interval '0'),
    ('closed', 'incoming', -ordered, 'receive', interval '8 days'),
    ('closed', 'on_hand', ordered, 'receive', interval '8 days')
) AS cause(fate, state, delta, reason, after)
WHERE cause.fate = generated_purchase_line.fate AND cause.delta <> 0
"""
# From where a product lies first to the outlet, which holds some of them, too.
_TRANSFERS = f"""
CREATE TEMP TABLE generated_transfer AS
SELECT row_number() OVER (ORDER BY t.n, j) AS n, %(transfer)s + t.n AS transfer_id, t.n AS t,
    here.product_id, here.warehouse_id, place.place, 1 + mod(t.n + j, 4)::int AS quantity,
    {UNTIL.format("t.n", "transfers")} AS at,
    CASE WHEN t.n > 0.98 * %(transfers)s THEN 'draft' WHEN t.n > 0.94 * %(transfers)s
        THEN 'in_transit' ELSE 'received' END AS status
FROM (SELECT n, random() AS start FROM generate_series(1, %(transfers)s::bigint) AS n) AS t
JOIN generated_room room ON room.is_second
CROSS JOIN generate_series(0, least(room.levels, 3) - 1) AS j
JOIN generated_shelf here ON here.is_second
    AND here.k = mod(floor(t.start * room.levels)::bigint + j, room.levels)
    AND here.place = 5
JOIN generated_place place ON place.product_id = here.product_id
"""
_INSERT_TRANSFERS = (
    """
    INSERT INTO inventory_transfer (id, source_id, destination_id, status, note, created_at,
        dispatched_at, received_at)
    SELECT %(transfer)s + t, (%(warehouses)s::bigint[])[1], (%(warehouses)s::bigint[])[5],
        min(status), '', min(at), CASE WHEN min(status) <> 'draft' THEN min(at) END,
        CASE WHEN min(status) = 'received' THEN least(min(at) + interval '3 days', now()) END
    FROM generated_transfer WHERE place = 1 GROUP BY t
    """,
    """
    INSERT INTO inventory_transferline (id, transfer_id, product_id, quantity)
    SELECT %(transfer_line)s + n, transfer_id, product_id, quantity
    FROM generated_transfer WHERE place = 1
    """,
)
_TRANSFERS_MOVED = """
INSERT INTO generated_movement (product_id, warehouse_id, state, delta, reason, document, actor, at)
SELECT product_id, CASE WHEN leaves THEN (%(warehouses)s::bigint[])[1] ELSE warehouse_id END,
    cause.state, quantity * cause.sign, 'transfer', 'TR-' || transfer_id, 'manager',
    least(at + cause.after, now())
FROM generated_transfer CROSS JOIN (VALUES
    ('in_transit', true, 'on_hand', -1, interval '0'),
    ('in_transit', false, 'incoming', 1, interval '0'),
    ('received', true, 'on_hand', -1, interval '0'),
    ('received', false, 'incoming', 1, interval '0'),
    ('received', false, 'incoming', -1, interval '3 days'),
    ('received', false, 'on_hand', 1, interval '3 days')
) AS cause(status, leaves, state, sign, after)
WHERE cause.status = generated_transfer.status AND place = 1
"""
_STOCKTAKES = f"""
CREATE TEMP TABLE generated_count AS
SELECT row_number() OVER (ORDER BY s.n, j) AS n, %(stocktake)s + s.n AS stocktake_id, s.n AS s,
    shelf.product_id, shelf.warehouse_id, {UNTIL.format("s.n", "stocktakes")} AS at,
    (ARRAY[0, 0, 0, 0, 0, 0, -1, 1, -2, 3])[1 + mod(s.n * 3 + j * 7, 10)] AS variance,
    CASE WHEN s.n > 0.98 * %(stocktakes)s THEN 'open' WHEN mod(s.n, 25) = 0 THEN 'canceled'
        ELSE 'closed' END AS status
FROM (SELECT n, random() AS start, 1 + mod(n, 4) AS place
    FROM generate_series(1, %(stocktakes)s::bigint) AS n) AS s
JOIN generated_room room ON room.place = s.place AND NOT room.is_second
CROSS JOIN generate_series(0, least(room.levels, 40) - 1) AS j
JOIN generated_shelf shelf ON shelf.place = s.place AND NOT shelf.is_second
    AND shelf.k = mod(floor(s.start * room.levels)::bigint + j, room.levels)
"""
_INSERT_STOCKTAKES = (
    """
    INSERT INTO inventory_stocktake (id, warehouse_id, status, note, opened_by, opened_at,
        closed_by, closed_at)
    SELECT %(stocktake)s + s, min(warehouse_id), min(status), 'Aisle ' || mod(s, 40), 'manager',
        min(at), CASE WHEN min(status) = 'open' THEN '' ELSE 'manager' END,
        CASE WHEN min(status) <> 'open' THEN min(at) + interval '2 hours' END
    FROM generated_count GROUP BY s
    """,
    """
    INSERT INTO inventory_stocktakeline (id, stocktake_id, product_id, expected, expected_movement,
        counted, counted_by, counted_at)
    SELECT %(count_line)s + n, stocktake_id, product_id, 0, 0, NULL, '', NULL FROM generated_count
    """,
)
_COUNTED = """
INSERT INTO generated_movement (product_id, warehouse_id, state, delta, reason, document, actor, at)
SELECT product_id, warehouse_id, 'on_hand', variance, 'count', 'ST-' || stocktake_id, 'manager', at
FROM generated_count WHERE status = 'closed'
"""
# What fills the ledger up to the number asked for.
_OTHERS = f"""
INSERT INTO generated_movement (product_id, warehouse_id, state, delta, reason, note, actor, at)
SELECT shelf.product_id, shelf.warehouse_id, 'on_hand', CASE WHEN kind < 0.3 THEN -1 - size / 3
        ELSE 1 + size END,
    CASE WHEN kind < 0.2 THEN 'adjust' WHEN kind < 0.3 THEN 'consume' WHEN kind < 0.4 THEN 'produce'
        WHEN kind < 0.5 THEN 'adjust' ELSE 'receive' END,
    CASE WHEN kind < 0.2 OR kind BETWEEN 0.4 AND 0.5 THEN 'Found while picking' ELSE '' END,
    'manager', {UNTIL.format("thrown.n", "others")}
FROM (
    SELECT n, random() AS kind, floor(random() * 20)::int AS size,
        1 + floor(random() * %(pairs)s)::bigint AS which
    FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
) AS thrown JOIN generated_shelf shelf ON shelf.n = thrown.which
"""


def make(work: Workshop) -> None:
    """Everything that moves goods but orders; movements into the working table."""
    for name, model, count in [
        ("purchase", PurchaseOrder, work.values["purchase_orders"]),
        ("purchase_line", PurchaseOrderLine, 5 * work.values["purchase_orders"]),
        ("receipt", Receipt, work.values["purchase_orders"]),
        ("transfer", Transfer, work.values["transfers"]),
        ("transfer_line", TransferLine, 3 * work.values["transfers"]),
        ("stocktake", Stocktake, work.values["stocktakes"]),
        ("count_line", StocktakeLine, 40 * work.values["stocktakes"]),
    ]:
        work.reserve(name, model, count)
    for statement in (_PURCHASES, _PURCHASE_LINES, _TRANSFERS, _STOCKTAKES):
        work.note(statement)
    work.make("purchase orders, receipts", *_INSERT_PURCHASES)
    work.make("transfers", *_INSERT_TRANSFERS)
    work.make("stocktakes", *_INSERT_STOCKTAKES)
    work.make("(movements of goods)", _PURCHASES_MOVED, _TRANSFERS_MOVED, _COUNTED)


def fill_up(work: Workshop) -> None:
    """Movements of other reasons until there are as many as asked for, openings included."""
    made = work.one("SELECT count(*) FROM generated_movement")
    work.values["others"] = max(0, work.values["movements"] - work.values["pairs"] - made)
    work.make_sliced("(other movements)", work.values["others"], _OTHERS)
