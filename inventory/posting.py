"""The heart of the ledger: how a posting reaches the database. Callers use inventory.ledger.

Every change of on_hand, committed, incoming or staged is a line of a posting. A posting is whole
or not at all, set-based (one statement, two when a level is new), locks its levels in (product,
warehouse) order, and does nothing when its key was posted before. A line for a bundle becomes lines
of its components, for two statements more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from desk import numbers
from inventory.errors import InsufficientStock, InvalidLines, KeyReused, Mirrored, OverReleased
from inventory.lines import Cause, Level, Line, Posting
from inventory.models import Movement, Product, Reason, State, Warehouse
from inventory.parts import explode, is_repeat, parts_of
from inventory.signals import stock_changed
from partners import prepared

ABSOLUTE = frozenset({Reason.COUNT, Reason.MIRROR, Reason.FORGET})
"""Of these a line without a difference says something, too."""

MOST = 2_147_483_647
"""Units that a level can hold."""

# `fresh` is empty when the key is known, which makes a repeat a no-op. `locked` takes the row locks
# in order and sees the newest committed numbers; `short` and `missing` are judged on those, and
# when either has a row nothing is written. Nothing is locked while a level is `missing`: whoever
# held some levels while creating others could deadlock with its like. A key that another
# transaction committed a moment ago is not in `fresh`'s snapshot: then the insert meets it and does
# nothing, and neither does the update; `clash` tells of lines of which only some met theirs.
# `bundled` has a row when a line names a bundle: nothing is written then, and the lines of its
# components are posted instead. It is asked here and not before, because whoever composes a bundle
# locks the table of levels, and this statement looks after it got past that lock.
# `huge` has a row when a level could not hold the sum: nothing is written then.
# `mirrored` has a row when somebody else than its source would change a mirror's stock, or a source
# another warehouse's: nothing is written then. Who makes a mirror locks that table, too.
# Levels are looked up one by one, by LATERAL: a planner that takes a table for empty, because its
# statistics are older than the ten thousand rows in it, would else compare each with each.
# Movement numbers are drawn after the locks are held, so within one level they ascend in commit
# order (stocktakes rely on that).
_POST = """
WITH line AS MATERIALIZED (
    SELECT * FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[], %(states)s::text[],
        %(deltas)s::int[], %(documents)s::text[], %(reasons)s::text[], %(bundles)s::bigint[])
        WITH ORDINALITY AS l(product_id, warehouse_id, state, delta, document, reason, bundle_id, n)
), bundled AS MATERIALIZED (
    SELECT FROM inventory_bundlecomponent WHERE bundle_id IN (SELECT product_id FROM line) LIMIT 1
), fresh AS MATERIALIZED (
    SELECT * FROM line WHERE NOT EXISTS (SELECT FROM inventory_movement WHERE key = %(key)s)
        AND NOT EXISTS (SELECT FROM bundled)
), change AS MATERIALIZED (
    SELECT product_id, warehouse_id,
        coalesce(sum(delta) FILTER (WHERE state = 'on_hand'), 0) AS on_hand_delta,
        coalesce(sum(delta) FILTER (WHERE state = 'committed'), 0) AS committed_delta,
        coalesce(sum(delta) FILTER (WHERE state = 'incoming'), 0) AS incoming_delta,
        coalesce(sum(delta) FILTER (WHERE state = 'staged'), 0) AS staged_delta,
        CASE WHEN bool_or(state = 'on_hand')
            THEN max(n) FILTER (WHERE state = 'on_hand') IS DISTINCT FROM
                max(n) FILTER (WHERE state = 'on_hand' AND reason = 'forget')
        END AS is_known
    FROM fresh GROUP BY product_id, warehouse_id
), missing AS MATERIALIZED (
    SELECT change.product_id, change.warehouse_id FROM change
    LEFT JOIN LATERAL (
        SELECT level.id FROM inventory_stocklevel level
        WHERE level.product_id = change.product_id AND level.warehouse_id = change.warehouse_id
        LIMIT 1
    ) AS level ON true
    WHERE level.id IS NULL
), locked AS MATERIALIZED (
    SELECT level.id, level.product_id, level.warehouse_id, level.on_hand, level.committed,
        level.incoming, level.staged, level.can_go_negative, turn.on_hand_delta,
        turn.committed_delta, turn.incoming_delta, turn.staged_delta, turn.is_known
    FROM (
        SELECT * FROM change WHERE NOT EXISTS (SELECT FROM missing)
        ORDER BY product_id, warehouse_id
    ) AS turn
    CROSS JOIN LATERAL (
        SELECT * FROM inventory_stocklevel level
        WHERE level.product_id = turn.product_id AND level.warehouse_id = turn.warehouse_id
        FOR UPDATE
    ) AS level
), short AS MATERIALIZED (
    SELECT * FROM locked
    WHERE (on_hand_delta < 0 AND on_hand + on_hand_delta < 0 AND NOT can_go_negative)
        OR committed + committed_delta < 0
        OR incoming + incoming_delta < 0
        OR staged + staged_delta < 0
), huge AS MATERIALIZED (
    SELECT * FROM locked
    WHERE greatest(abs(on_hand + on_hand_delta), committed + committed_delta,
        incoming + incoming_delta, staged + staged_delta,
        abs(on_hand + on_hand_delta - committed - committed_delta)) > %(most)s
), mirrored AS MATERIALIZED (
    SELECT DISTINCT product_id, warehouse_id FROM fresh
    JOIN inventory_warehouse warehouse ON warehouse.id = warehouse_id
    WHERE state <> 'committed' AND warehouse.is_mirror <> (reason IN ('mirror', 'forget'))
), moved AS (
    INSERT INTO inventory_movement (product_id, warehouse_id, state, delta, reason, note, document,
        actor, key, line, occurred_at, bundle_id)
    SELECT product_id, warehouse_id, state, delta, reason, %(note)s, document, %(actor)s, %(key)s,
        n - 1, %(occurred_at)s, bundle_id
    FROM fresh WHERE NOT EXISTS (SELECT FROM short) AND NOT EXISTS (SELECT FROM missing)
        AND NOT EXISTS (SELECT FROM mirrored) AND NOT EXISTS (SELECT FROM huge)
    ORDER BY n
    ON CONFLICT (key, line) DO NOTHING
    RETURNING line
), clash AS MATERIALIZED (
    SELECT FROM moved HAVING count(*) NOT IN (0, (SELECT count(*) FROM fresh))
), updated AS (
    UPDATE inventory_stocklevel level
    SET on_hand = level.on_hand + locked.on_hand_delta,
        committed = level.committed + locked.committed_delta,
        incoming = level.incoming + locked.incoming_delta,
        staged = level.staged + locked.staged_delta,
        is_known = coalesce(locked.is_known, level.is_known)
    FROM locked
    WHERE level.id = locked.id
        AND (SELECT count(*) FROM moved) = (SELECT count(*) FROM fresh)
    RETURNING level.product_id, level.warehouse_id, level.on_hand, level.committed,
        level.incoming, level.staged
)
SELECT 'level', * FROM updated
UNION ALL SELECT 'short', product_id, warehouse_id, on_hand, committed, incoming, staged FROM short
UNION ALL SELECT 'huge', product_id, warehouse_id, 0, 0, 0, 0 FROM huge
UNION ALL SELECT 'missing', product_id, warehouse_id, 0, 0, 0, 0 FROM missing
UNION ALL SELECT 'mirrored', product_id, warehouse_id, 0, 0, 0, 0 FROM mirrored
UNION ALL SELECT 'clash', 0, 0, 0, 0, 0, 0 FROM clash
UNION ALL SELECT 'bundled', 0, 0, 0, 0, 0, 0 FROM bundled
"""

_CREATE_LEVELS = """
INSERT INTO inventory_stocklevel
    (product_id, warehouse_id, on_hand, committed, incoming, staged, is_known, can_go_negative)
SELECT DISTINCT product.id, warehouse.id, 0, 0, 0, 0, false, warehouse.can_go_negative
FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[]) AS line(product_id, warehouse_id)
CROSS JOIN LATERAL (SELECT id FROM inventory_product WHERE id = line.product_id LIMIT 1) AS product
JOIN inventory_warehouse warehouse ON warehouse.id = line.warehouse_id
ORDER BY product.id, warehouse.id
ON CONFLICT (product_id, warehouse_id) DO NOTHING
"""


def post(lines: Sequence[Line], reason: Reason, cause: Cause) -> Posting:
    """Post one line or ten thousand, whole or not at all.

    Raises InvalidLines (no lines, zero delta, unknown product or warehouse, a bundle handled like
    stock of its own), InsufficientStock, OverReleased, Mirrored, KeyReused (the key stands for
    other lines). Sends stock_changed.
    """
    _check(lines, reason)
    given = lines
    with _one_transaction():
        found = _execute(lines, reason, cause)
        if found["bundled"]:
            lines = explode(lines, parts_of({line.product_id for line in lines}), reason)
            found = _execute(lines, reason, cause)
        if found["missing"]:
            found = _execute_at_new_levels(lines, reason, cause)
        if found["clash"]:
            transaction.set_rollback(True)  # some lines were written, whoever catches what follows
        if not found["level"]:
            return _explain_refusal(given, lines, cause.key, found)
        _announce(lines, found["level"])
    return Posting(found["level"])


def _one_transaction() -> AbstractContextManager[object]:
    """The caller's, if there is one. A refused posting wrote nothing, so there is nothing to undo,
    and a savepoint would cost the hot path two statements more."""
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def _execute_at_new_levels(
    lines: Sequence[Line], reason: Reason, cause: Cause
) -> dict[str, list[Level]]:
    """Create the levels that are missing; a refused posting leaves none behind."""
    with transaction.atomic():
        create_levels([line.product_id for line in lines], [line.warehouse_id for line in lines])
        found = _execute(lines, reason, cause)
        if not found["level"]:
            transaction.set_rollback(True)
    return found


def create_levels(product_ids: list[int], warehouse_ids: list[int]) -> None:
    """Make sure that these levels exist (pairwise), so that they can be locked."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_LEVELS, {"products": product_ids, "warehouses": warehouse_ids})


def _check(lines: Sequence[Line], reason: Reason) -> None:
    if not lines:
        raise InvalidLines(gettext("Nothing to post: give at least one line."), field="lines")
    for position, line in enumerate(lines):
        if line.delta == 0 and (line.reason or reason) not in ABSOLUTE:
            raise InvalidLines(
                gettext("Line %(number)d changes nothing: give a quantity other than 0.")
                % {"number": position + 1},
                field=f"lines.{position}.delta",
            )


def _execute(lines: Sequence[Line], reason: Reason, cause: Cause) -> dict[str, list[Level]]:
    if any(abs(line.delta) > MOST for line in lines):
        raise _too_large()
    values: dict[str, Any] = {
        "products": [line.product_id for line in lines],
        "warehouses": [line.warehouse_id for line in lines],
        "states": [str(line.state) for line in lines],
        "deltas": [line.delta for line in lines],
        "documents": [cause.document if line.document is None else line.document for line in lines],
        "reasons": [str(line.reason or reason) for line in lines],
        "bundles": [line.bundle_id for line in lines],
        "note": cause.note,
        "actor": cause.actor,
        "key": cause.key,
        "occurred_at": cause.occurred_at or timezone.now(),
        "most": MOST,
    }
    found: dict[str, list[Level]] = {
        "level": [],
        "short": [],
        "missing": [],
        "mirrored": [],
        "huge": [],
        "clash": [],
        "bundled": [],
    }
    with prepared.cursor(len(lines)) as cursor:
        cursor.execute(_POST, values)
        for kind, *numbers in cursor.fetchall():
            found[kind].append(Level(*numbers))
    return found


def _explain_refusal(
    given: Sequence[Line],
    lines: Sequence[Line],
    key: str,
    found: Mapping[str, Sequence[Level]],
) -> Posting:
    """Nothing was written: because the key is known, or because something is wrong."""
    columns = ("product_id", "warehouse_id", "state", "delta", "document", "reason", "bundle_id")
    rows = Movement.objects.filter(key=key).order_by("line").values_list(*columns)
    if stored := [Line(*row) for row in rows]:
        parts = parts_of({line.product_id for line in given})
        if found["clash"] or not is_repeat(given, stored, parts):
            raise KeyReused(
                gettext("Key %(key)r was used for other lines: choose a new key for a new posting.")
                % {"key": key},
                field="key",
            )
        return Posting((), is_repeat=True)
    if found["mirrored"]:
        raise _not_its_source(lines, found["mirrored"][0])
    if found["huge"]:
        raise _too_large()
    if found["missing"]:
        level = found["missing"][0]
        raise InvalidLines(
            gettext("Product %(product_id)s or warehouse %(warehouse_id)s does not exist.")
            % {"product_id": level.product_id, "warehouse_id": level.warehouse_id},
            field="lines",
        )
    raise _shortage(lines, found["short"])


def _too_large() -> InvalidLines:
    return InvalidLines(
        gettext("A quantity is larger than a stock level can hold (%(most)s): reduce it.")
        % {"most": numbers.shown(MOST)},
        field="quantity",
    )


def _shortage(lines: Sequence[Line], short: Sequence[Level]) -> InsufficientStock | OverReleased:
    """Name the first level that would fall below zero, and by how much."""
    level = min(short)  # the same one every time
    where = _name(level)
    for state in State:
        change = sum(
            line.delta
            for line in lines
            if (line.product_id, line.warehouse_id, line.state)
            == (level.product_id, level.warehouse_id, state)
        )
        held = getattr(level, state)
        if change < 0 and held + change < 0:
            break
    if state == State.ON_HAND:
        return InsufficientStock(
            gettext(
                "%(where)s: %(asked)d asked, %(held)d in stock. Receive or count stock"
                " first, or let the warehouse go below zero."
            )
            % {"where": where, "asked": -change, "held": held},
            field="quantity",
        )
    return OverReleased(
        gettext("%(where)s: %(asked)d asked, %(held)d %(state)s. Reduce the quantity.")
        % {"where": where, "asked": -change, "held": held, "state": state.label.lower()},
        field="quantity",
    )


def _not_its_source(lines: Sequence[Line], level: Level) -> Mirrored:
    place = Warehouse.objects.get(pk=level.warehouse_id)
    is_leaving = any(line.delta < 0 for line in lines if line.warehouse_id == place.pk)
    return Mirrored.at(str(place), is_mirror=place.is_mirror, is_leaving=is_leaving)


def _name(level: Level) -> str:
    sku = Product.objects.values_list("sku", flat=True).get(pk=level.product_id)
    warehouse = Warehouse.objects.values_list("name", flat=True).get(pk=level.warehouse_id)
    return gettext("%(sku)s at %(warehouse)s") % {"sku": sku, "warehouse": warehouse}


def _announce(lines: Sequence[Line], levels: Sequence[Level]) -> None:
    """Say which levels changed what is left to sell. A level whose sum is 0 (shipped, and released
    from its order) is said, too: its parts changed."""
    deltas: dict[tuple[int, int], int] = {}
    for line in lines:
        if line.state in {State.ON_HAND, State.COMMITTED}:
            place = (line.product_id, line.warehouse_id)
            delta = line.delta if line.state == State.ON_HAND else -line.delta
            deltas[place] = deltas.get(place, 0) + delta
    if not deltas:
        return
    fallen = sorted(place for place, delta in deltas.items() if delta < 0)
    left = {(each.product_id, each.warehouse_id): each.on_hand - each.committed for each in levels}
    stock_changed.send(
        sender=None,
        levels=sorted(deltas),
        fallen=fallen,
        oversold=[(*place, left[place]) for place in fallen if left[place] < 0],
    )
