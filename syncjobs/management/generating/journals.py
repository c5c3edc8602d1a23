"""What channels told and what there is to say of it: bindings, runs, logs, findings, cases."""

from __future__ import annotations

from channels.contract import Code, Concern
from channels.models import ChannelOrder, ChannelOrderLine
from syncjobs import hours
from syncjobs.management.generating.working import UNTIL, Workshop, choose
from syncjobs.models import Run

_BOUND = """
INSERT INTO channels_channelorder (id, channel_id, external_id, number, order_id, reason, message,
    placed_at, updated_at, heard_at, taken_at)
SELECT %(binding)s + o.n, channel.id, 'order-' || o.id, '#' || o.id, o.id, '', '', o.placed_at,
    o.placed_at + interval '5 minutes', o.placed_at, o.placed_at + interval '5 minutes'
FROM generated_order o JOIN channels_channel channel ON channel.name = o.source
WHERE o.n BETWEEN %(low)s AND %(high)s AND channel.id = ANY(%(channels)s)
"""
_BOUND_LINES = """
INSERT INTO channels_channelorderline (id, channel_order_id, external_id, sku, ordered, returned,
    order_line_id)
SELECT %(binding_line)s + line.n, %(binding)s + line.order_n, 'line-' || line.id, product.sku,
    line.ordered, line.returned, line.id
FROM generated_line line JOIN inventory_product product ON product.id = line.product_id
WHERE line.n BETWEEN %(low)s AND %(high)s AND line.source <> ''
"""
_PARKED = f"""
INSERT INTO channels_channelorder (channel_id, external_id, number, reason, message, placed_at,
    updated_at, heard_at, taken_at)
SELECT (%(channels)s::bigint[])[1 + mod(n, 4)], 'parked-' || (%(binding)s + n), '#P' || n,
    '{Code.NOT_MATCHED}', 'An item of it is unknown here.', now() - interval '1 hour' * n,
    now() - interval '1 hour' * n, now() - interval '1 hour' * n, now()
FROM generate_series(1, %(oversells)s::bigint) AS n
"""
_TRANSMISSIONS = f"""
INSERT INTO channels_transmission (asn_id, channel_order_id, status, external_id, reason, message,
    sent_at)
SELECT %(asn)s + asn.n, %(binding)s + asn.order_n, asn.fate,
    CASE asn.fate WHEN 'sent' THEN 'shipment-' || asn.n ELSE '' END,
    CASE asn.fate WHEN 'failed' THEN '{Code.TRACKING_MISSING}' ELSE '' END, '',
    CASE asn.fate WHEN 'sent' THEN at END
FROM (
    SELECT n, order_id, order_n, placed_at + interval '27 hours' AS at,
        {choose("dice", {"sent": 98, "waiting": 1, "failed": 1})} AS fate
    FROM (SELECT *, random() AS dice FROM generated_asn WHERE fate <> 'open') AS thrown
) AS asn JOIN generated_order o ON o.id = asn.order_id AND o.source <> ''
WHERE asn.n BETWEEN %(low)s AND %(high)s
"""
_NOTICES = f"""
INSERT INTO channels_notice (channel_id, external_id, topic, concern, order_id, item_id,
    location_id, body, raised_at, received_at, taken_at, message)
SELECT (%(channels)s::bigint[])[1 + mod(n, 4)], 'notice-' || (%(binding)s + n), 'orders/changed',
    '{Concern.ORDER}', 'order-' || n, '', '', '{{}}', at, at,
    CASE WHEN n < %(notices)s - 5 THEN at + interval '2 seconds' END, 'Order looked into.'
FROM (
    SELECT n, {UNTIL.format("n", "notices")} AS at
    FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
) AS made
"""
_RUNS = f"""
INSERT INTO syncjobs_run (id, channel_id, kind, trigger, status, requested_by, product_ids, total,
    sent, unchanged, skipped, failed, held, approved_by, refused_by, approved_levels, error_code,
    error, created_at, started_at, ended_at)
SELECT %(run)s + n, (%(channels)s::bigint[])[1 + mod(n, 4)], kind,
    CASE kind WHEN 'due' THEN 'change' WHEN 'bulk' THEN 'person' ELSE 'schedule' END, status,
    CASE kind WHEN 'bulk' THEN 'csm' ELSE '' END, '[]', 40, 30, 6, 2, 2, 0, '', '', '[]',
    CASE status WHEN 'failed' THEN '{Code.UNAVAILABLE}' ELSE '' END,
    CASE status WHEN 'failed' THEN 'The channel did not answer.' ELSE '' END, at, at,
    at + interval '4 seconds'
FROM (
    SELECT n, {UNTIL.format("n", "runs")} AS at,
        {choose("what", {"due": 60, "orders": 20, "compare": 15, "bulk": 4, "new": 1})} AS kind,
        {choose("dice", {"finished": 97, "failed": 2, "interrupted": 1})} AS status
    FROM (SELECT n, random() AS what, random() AS dice
        FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n) AS thrown
) AS made
"""
_CODES = {
    Code.ACCEPTED: 60,
    Code.UNCHANGED: 15,
    Code.STALE: 8,
    Code.NOT_MATCHED: 6,
    Code.STOCK_UNKNOWN: 5,
    Code.RATE_LIMITED: 4,
    Code.QUANTITY_REFUSED: 2,
}
_LOGS = f"""
INSERT INTO syncjobs_processlog (channel_id, run_id, product_id, sku, level, code, message,
    created_at)
SELECT (%(channels)s::bigint[])[1 + mod(1 + n * %(runs)s / %(logs)s, 4)],
    %(run)s + least(1 + n * %(runs)s / %(logs)s, %(runs)s), product.id, product.sku,
    CASE WHEN code IN ('{Code.ACCEPTED}', '{Code.UNCHANGED}') THEN 'info'
        WHEN code IN ('{Code.NOT_MATCHED}', '{Code.QUANTITY_REFUSED}') THEN 'error'
        ELSE 'warning' END,
    code, '', {UNTIL.format("n", "logs")}
FROM (
    SELECT n, {choose("dice", {str(code): share for code, share in _CODES.items()})} AS code,
        %(product)s + 1 + floor(which * %(products)s)::bigint AS product_id
    FROM (SELECT n, random() AS dice, random() AS which
        FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n) AS thrown
) AS made JOIN inventory_product product ON product.id = product_id
ORDER BY n
"""
_CAUSES = {"order": 40, "edit": 25, "pending": 15, "rejected": 10, "unexplained": 10}
_FINDINGS = f"""
INSERT INTO syncjobs_finding (channel_id, level_id, cause, shown, believed, should, message,
    opened_at, seen_at, closed_at, outcome, closed_by)
SELECT listing.channel_id, level.id, cause, off + 2, off, off, '', at, at,
    CASE WHEN n <= 0.95 * %(findings)s THEN at + interval '15 minutes' END,
    CASE WHEN n <= 0.95 * %(findings)s THEN 'mended' ELSE '' END, ''
FROM (
    SELECT n, {choose("dice", _CAUSES)} AS cause, mod(n, 40) AS off,
        {UNTIL.format("n", "findings")} AS at,
        %(level)s + 1 + mod(n * %(stride)s, %(levels)s::bigint) AS level_id
    FROM (SELECT n, random() AS dice FROM generate_series(1, %(findings)s::bigint) AS n) AS thrown
) AS made
JOIN channels_listinglevel level ON level.id = made.level_id
JOIN channels_listing listing ON listing.id = level.listing_id
ORDER BY n
"""
_WINDOWS = {"not_told": 30, "in_flight": 25, "not_imported": 25, "changed_there": 10} | {
    "sold_here": 10
}
_OVERSELLS = f"""
INSERT INTO syncjobs_oversell (product_id, warehouse_id, order_id, channel_id, short, "window",
    window_seconds, advice, timeline, opened_at, investigated_at, closed_at, closed_by)
SELECT shelf.product_id, shelf.warehouse_id,
    %(order)s + 1 + mod(made.n * 37, %(orders)s::bigint),
    (%(channels)s::bigint[])[1 + mod(made.n, 4)], 1 + mod(made.n, 5), "window",
    4 + mod(made.n, 300), 'Tell this channel more often.', '[]', at, at,
    CASE WHEN made.n <= 0.97 * %(oversells)s THEN at + interval '1 day' END,
    CASE WHEN made.n <= 0.97 * %(oversells)s THEN 'csm' ELSE '' END
FROM (
    SELECT n, {choose("dice", _WINDOWS)} AS "window", {UNTIL.format("n", "oversells")} AS at
    FROM (SELECT n, random() AS dice FROM generate_series(1, %(oversells)s::bigint) AS n) AS thrown
) AS made JOIN generated_shelf shelf ON shelf.n = made.n
ORDER BY made.n
"""


def make(work: Workshop) -> None:
    """Everything that stands between a channel and us, in writing."""
    values = work.values
    work.reserve("binding", ChannelOrder, values["orders"])
    work.reserve("binding_line", ChannelOrderLine, values["lines"])
    work.reserve("run", Run, values["runs"])
    work.make_sliced("orders of channels", values["orders"], _BOUND)
    work.make_sliced("lines of channels", values["lines"], _BOUND_LINES)
    work.make("parked orders", _PARKED)
    work.make_sliced("ASNs to channels", values["asns"], _TRANSMISSIONS)
    work.make_sliced("notices", values["notices"], _NOTICES)
    work.make_sliced("runs", values["runs"], _RUNS)
    work.make_sliced("process logs", values["logs"], _LOGS)
    work.make("findings", _FINDINGS)
    work.make("oversell cases", _OVERSELLS)
    work.timed("hours counted", hours.recount)
