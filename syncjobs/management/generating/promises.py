"""Orders of a year with their lines and ASNs, and the movements that each of them caused."""

from __future__ import annotations

from orders.models import Asn, AsnLine, SalesOrder, SalesOrderLine
from syncjobs.management.generating.working import Workshop, choose

# What became of an order. Those of the last days are mostly open; of the others nearly all are
# done, and a few were canceled and forgotten, so they still count.
_RECENT = {"open": 70, "partly": 12, "counting": 3, "done": 15}
_OLDER = {"done": 46, "told": 47, "canceled": 3, "counting": 1, "dispatched": 1, "open": 1} | {
    "partly": 1
}

_ORDERS = f"""
CREATE TEMP TABLE generated_order AS
SELECT n, %(order)s + n AS id, 'SO-' || (%(order)s + n) AS number,
    CASE WHEN n > 0.97 * %(orders)s THEN {choose("dice", _RECENT)}
        ELSE {choose("dice", _OLDER)} END AS fate,
    (%(sources)s::text[])[1 + floor(origin * 5)::int] AS source, origin, who,
    %(began_at)s::timestamptz + (now() - %(began_at)s::timestamptz) * (n::float / %(orders)s)
        AS placed_at
FROM (
    SELECT n, random() AS dice, random() AS origin, random() AS who
    FROM generate_series(1, %(orders)s::bigint) AS n
) AS thrown
"""
_LINES = """
CREATE TEMP TABLE generated_line AS
SELECT made.n, %(line)s + made.n AS id, made.order_n, made.order_id, made.number, made.fate,
    made.placed_at, made.source, shelf.product_id, shelf.warehouse_id, made.ordered,
    CASE WHEN fate IN ('done', 'told') THEN ordered WHEN fate = 'partly' THEN ordered / 2 ELSE 0
        END AS shipped,
    CASE WHEN fate = 'told' THEN ordered WHEN fate = 'partly' THEN ordered / 2 ELSE 0
        END AS notified,
    CASE WHEN fate IN ('done', 'told') AND made.back < 0.03 THEN 1 ELSE 0 END AS returned
FROM (
    SELECT row_number() OVER (ORDER BY o.n) AS n, o.n AS order_n, o.id AS order_id, o.number,
        o.fate, o.placed_at, o.source, 1 + floor(power(random(), 3) * 6)::int AS ordered,
        random() AS back, 1 + floor(power(random(), 1.6) * %(pairs)s)::bigint AS popular
    FROM generated_order o, generate_series(1, 1 + mod(o.n, 3)) AS each
) AS made
JOIN generated_shelf shelf ON shelf.n = made.popular
"""
_FINISHED = "least(placed_at + interval '26 hours', now())"
_INSERT_ORDERS = f"""
INSERT INTO orders_salesorder (id, number, source, customer, status, archived_at, dispatched_at,
    is_unpaid, placed_at, created_at)
SELECT id, number, source,
    (ARRAY['Ana', 'Bogdan', 'Carla', 'Dirk', 'Elena', 'Fiona', 'George', 'Hugh'])
        [1 + floor(who * 8)::int] || ' ' || 'Customer ' || floor(who * 90000)::int,
    CASE fate WHEN 'done' THEN 'closed' WHEN 'told' THEN 'closed' WHEN 'canceled' THEN 'canceled'
        WHEN 'counting' THEN 'canceled' ELSE 'open' END,
    CASE WHEN fate IN ('done', 'canceled') OR (fate = 'told' AND mod(n, 5) > 0)
        THEN {_FINISHED} END,
    CASE WHEN fate = 'dispatched' THEN {_FINISHED} END, fate = 'open' AND mod(n, 20) = 0,
    placed_at, placed_at
FROM generated_order WHERE n BETWEEN %(low)s AND %(high)s
"""
_INSERT_LINES = """
INSERT INTO orders_salesorderline (id, order_id, product_id, warehouse_id, ordered, shipped,
    notified, returned)
SELECT id, order_id, product_id, warehouse_id, ordered, shipped, notified, returned
FROM generated_line WHERE n BETWEEN %(low)s AND %(high)s
"""
_ASNS = """
CREATE TEMP TABLE generated_asn AS
SELECT row_number() OVER (ORDER BY id) AS n, id AS order_id, fate, placed_at, n AS order_n
FROM generated_order WHERE fate IN ('told', 'partly') OR (fate = 'open' AND mod(n, 9) = 0)
"""
_INSERT_ASNS = f"""
INSERT INTO orders_asn (id, order_id, status, carrier, tracking_number, tracking_url, created_at,
    sent_at)
SELECT %(asn)s + n, order_id, CASE WHEN fate = 'open' THEN 'draft' ELSE 'sent' END,
    (ARRAY['DHL', 'DPD', 'FAN Courier', 'GLS', 'UPS'])[1 + mod(n, 5)],
    'TRK' || lpad((%(asn)s + n)::text, 12, '0'), '', placed_at,
    CASE WHEN fate <> 'open' THEN {_FINISHED} END
FROM generated_asn WHERE n BETWEEN %(low)s AND %(high)s
"""
_INSERT_ASN_LINES = """
INSERT INTO orders_asnline (id, asn_id, order_line_id, quantity)
SELECT %(asn_line)s + line.n, %(asn)s + asn.n, line.id,
    CASE WHEN asn.fate = 'open' THEN line.ordered ELSE line.notified END
FROM generated_line line JOIN generated_asn asn USING (order_id)
WHERE line.n BETWEEN %(low)s AND %(high)s AND (asn.fate = 'open' OR line.notified > 0)
"""
# What a line caused: promised, shipped, told by an ASN, released by an archive, brought back.
_MOVED = """
INSERT INTO generated_movement (product_id, warehouse_id, state, delta, reason, document, actor, at)
SELECT product_id, warehouse_id, cause.state, cause.delta, cause.reason, line.number, line.source,
    least(line.placed_at + cause.after, now())
FROM generated_line line JOIN orders_salesorder o ON o.id = line.order_id
CROSS JOIN LATERAL (VALUES
    ('committed', line.ordered, 'commit', interval '0'),
    ('on_hand', -line.shipped, 'ship', interval '20 hours'),
    ('committed', -line.notified, 'release', interval '25 hours'),
    ('committed', CASE WHEN o.archived_at IS NULL AND o.dispatched_at IS NULL THEN 0
        ELSE line.notified - line.ordered END, 'release', interval '26 hours'),
    ('on_hand', line.returned, 'return', interval '12 days')
) AS cause(state, delta, reason, after)
WHERE cause.delta <> 0
"""


def make(work: Workshop) -> None:
    """Orders, lines, ASNs; their movements into the working table."""
    work.reserve("order", SalesOrder, work.values["orders"])
    work.note(_ORDERS)
    lines = work.one("SELECT sum(1 + mod(n, 3)) FROM generated_order")
    work.reserve("line", SalesOrderLine, lines)
    work.reserve("asn_line", AsnLine, lines)
    work.make("(what was ordered)", _LINES, _ASNS)
    work.note("CREATE INDEX ON generated_line (n)")
    work.note("ANALYZE generated_line")
    asns = work.one("SELECT count(*) FROM generated_asn")
    work.reserve("asn", Asn, asns)
    work.make_sliced("orders", work.values["orders"], _INSERT_ORDERS)
    work.make_sliced("order lines", lines, _INSERT_LINES)
    work.make_sliced("ASNs", asns, _INSERT_ASNS)
    work.make_sliced("ASN lines", lines, _INSERT_ASN_LINES)
    work.make("(movements of orders)", _MOVED)
    work.values["lines"], work.values["asns"] = lines, asns
