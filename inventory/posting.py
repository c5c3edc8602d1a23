"""The heart of the ledger: how a posting reaches the database. Callers use inventory.ledger.

Every change of on_hand, committed, incoming or staged is a line of a posting. A posting is whole
or not at all, set-based (one statement, two when a level is new), locks its levels in (product,
warehouse) order, and does nothing when its key was posted before.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DataError, connection, transaction
from django.utils import timezone
from psycopg.errors import NumericValueOutOfRange

from inventory.errors import InsufficientStock, InvalidLines, KeyReused, OverReleased
from inventory.models import Movement, Product, Reason, State, Warehouse
from inventory.signals import stock_changed


class Line(NamedTuple):
    """One movement to be: units of a product in one state at one warehouse.

    `document` and `reason` replace the posting's own, so that one posting can serve many orders,
    or pair a receipt with a shipment.
    """

    product_id: int
    warehouse_id: int
    state: State
    delta: int
    document: str | None = None
    reason: Reason | None = None


class Level(NamedTuple):
    """A stock level right after a posting."""

    product_id: int
    warehouse_id: int
    on_hand: int
    committed: int
    incoming: int
    staged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why and by whom: stored on every line. `key` makes the posting repeatable without effect."""

    document: str = ""
    actor: str = ""
    note: str = ""
    occurred_at: datetime | None = None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class Posting:
    """The levels a posting changed; empty when its key had been posted before (`is_repeat`)."""

    levels: Sequence[Level]
    is_repeat: bool = False


# `fresh` is empty when the key is known, which makes a repeat a no-op. `locked` takes the row locks
# in order and sees the newest committed numbers; `short` and `missing` are judged on those, and
# when either has a row nothing is written. Nothing is locked while a level is `missing`: whoever
# held some levels while creating others could deadlock with its like. A key that another
# transaction committed a moment ago is not in `fresh`'s snapshot: then the insert meets it and does
# nothing, and neither does the update; `clash` tells of lines of which only some met theirs.
# Movement numbers are drawn after the locks are held, so within one level they ascend in commit
# order (stocktakes rely on that).
_POST = """
WITH line AS MATERIALIZED (
    SELECT * FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[], %(states)s::text[],
        %(deltas)s::int[], %(documents)s::text[], %(reasons)s::text[])
        WITH ORDINALITY AS l(product_id, warehouse_id, state, delta, document, reason, n)
), fresh AS MATERIALIZED (
    SELECT * FROM line WHERE NOT EXISTS (SELECT FROM inventory_movement WHERE key = %(key)s)
), change AS MATERIALIZED (
    SELECT product_id, warehouse_id,
        coalesce(sum(delta) FILTER (WHERE state = 'on_hand'), 0) AS on_hand,
        coalesce(sum(delta) FILTER (WHERE state = 'committed'), 0) AS committed,
        coalesce(sum(delta) FILTER (WHERE state = 'incoming'), 0) AS incoming,
        coalesce(sum(delta) FILTER (WHERE state = 'staged'), 0) AS staged,
        bool_or(state = 'on_hand') AS is_known
    FROM fresh GROUP BY product_id, warehouse_id
), missing AS MATERIALIZED (
    SELECT change.* FROM change
    LEFT JOIN inventory_stocklevel level USING (product_id, warehouse_id)
    WHERE level.id IS NULL
), locked AS MATERIALIZED (
    SELECT level.* FROM inventory_stocklevel level JOIN change USING (product_id, warehouse_id)
    WHERE NOT EXISTS (SELECT FROM missing)
    ORDER BY level.product_id, level.warehouse_id FOR UPDATE OF level
), short AS MATERIALIZED (
    SELECT product_id, warehouse_id, locked.on_hand, locked.committed, locked.incoming,
        locked.staged
    FROM locked JOIN change USING (product_id, warehouse_id)
    WHERE (change.on_hand < 0 AND locked.on_hand + change.on_hand < 0
            AND NOT locked.can_go_negative)
        OR locked.committed + change.committed < 0
        OR locked.incoming + change.incoming < 0
        OR locked.staged + change.staged < 0
), moved AS (
    INSERT INTO inventory_movement (product_id, warehouse_id, state, delta, reason, note, document,
        actor, key, line, occurred_at)
    SELECT product_id, warehouse_id, state, delta, reason, %(note)s, document, %(actor)s, %(key)s,
        n - 1, %(occurred_at)s
    FROM fresh WHERE NOT EXISTS (SELECT FROM short) AND NOT EXISTS (SELECT FROM missing)
    ORDER BY n
    ON CONFLICT (key, line) DO NOTHING
    RETURNING line
), clash AS MATERIALIZED (
    SELECT FROM moved HAVING count(*) NOT IN (0, (SELECT count(*) FROM fresh))
), updated AS (
    UPDATE inventory_stocklevel level
    SET on_hand = level.on_hand + change.on_hand,
        committed = level.committed + change.committed,
        incoming = level.incoming + change.incoming,
        staged = level.staged + change.staged,
        is_known = level.is_known OR change.is_known
    FROM change JOIN locked USING (product_id, warehouse_id)
    WHERE level.id = locked.id
        AND (SELECT count(*) FROM moved) = (SELECT count(*) FROM fresh)
    RETURNING level.product_id, level.warehouse_id, level.on_hand, level.committed,
        level.incoming, level.staged
)
SELECT 'level', * FROM updated
UNION ALL SELECT 'short', * FROM short
UNION ALL SELECT 'missing', product_id, warehouse_id, 0, 0, 0, 0 FROM missing
UNION ALL SELECT 'clash', 0, 0, 0, 0, 0, 0 FROM clash
"""

_CREATE_LEVELS = """
INSERT INTO inventory_stocklevel
    (product_id, warehouse_id, on_hand, committed, incoming, staged, is_known, can_go_negative)
SELECT DISTINCT product.id, warehouse.id, 0, 0, 0, 0, false, warehouse.can_go_negative
FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[]) AS line(product_id, warehouse_id)
JOIN inventory_product product ON product.id = line.product_id
JOIN inventory_warehouse warehouse ON warehouse.id = line.warehouse_id
ORDER BY product.id, warehouse.id
ON CONFLICT (product_id, warehouse_id) DO NOTHING
"""


def post(lines: Sequence[Line], reason: Reason, cause: Cause) -> Posting:
    """Post one line or ten thousand, whole or not at all.

    Raises InvalidLines (no lines, zero delta, unknown product or warehouse), InsufficientStock,
    OverReleased, KeyReused (the key stands for other lines). Sends stock_changed.
    """
    _check(lines, reason)
    values: dict[str, Any] = {
        "products": [line.product_id for line in lines],
        "warehouses": [line.warehouse_id for line in lines],
        "states": [str(line.state) for line in lines],
        "deltas": [line.delta for line in lines],
        "documents": [cause.document if line.document is None else line.document for line in lines],
        "reasons": [str(line.reason or reason) for line in lines],
        "note": cause.note,
        "actor": cause.actor,
        "key": cause.key,
        "occurred_at": cause.occurred_at or timezone.now(),
    }
    with transaction.atomic():
        found = _execute(values)
        if found["missing"]:
            create_levels(values["products"], values["warehouses"])
            found = _execute(values)
        if not found["level"]:
            return _explain_refusal(lines, cause.key, found)
        _announce(lines, found["level"])
    return Posting(found["level"])


def create_levels(product_ids: list[int], warehouse_ids: list[int]) -> None:
    """Make sure that these levels exist (pairwise), so that they can be locked."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_LEVELS, {"products": product_ids, "warehouses": warehouse_ids})


def _check(lines: Sequence[Line], reason: Reason) -> None:
    if not lines:
        raise InvalidLines("Nothing to post: give at least one line.", field="lines")
    for position, line in enumerate(lines):
        if line.delta == 0 and (line.reason or reason) != Reason.COUNT:
            raise InvalidLines(
                f"Line {position + 1} changes nothing: give a quantity other than 0.",
                field=f"lines.{position}.delta",
            )


def _execute(values: Mapping[str, Any]) -> dict[str, list[Level]]:
    found: dict[str, list[Level]] = {
        "level": [],
        "short": [],
        "missing": [],
        "clash": [],
    }
    with connection.cursor() as cursor:
        try:
            cursor.execute(_POST, values)
        except DataError as error:
            if not isinstance(error.__cause__, NumericValueOutOfRange):
                raise
            raise InvalidLines(
                "A quantity is larger than a stock level can hold (2,147,483,647): reduce it.",
                field="quantity",
            ) from error
        for kind, *numbers in cursor.fetchall():
            found[kind].append(Level(*numbers))
    return found


def _explain_refusal(
    lines: Sequence[Line], key: str, found: Mapping[str, Sequence[Level]]
) -> Posting:
    """Nothing was written: because the key is known, or because something is wrong."""
    stored = list(
        Movement.objects.filter(key=key)
        .order_by("line")
        .values_list("product_id", "warehouse_id", "state", "delta")
    )
    if stored:
        given = [(line[0], line[1], str(line[2]), line[3]) for line in lines]
        if found["clash"] or stored != given:
            raise KeyReused(
                f"Key {key!r} was used for other lines: choose a new key for a new posting.",
                field="key",
            )
        return Posting((), is_repeat=True)
    if found["missing"]:
        level = found["missing"][0]
        raise InvalidLines(
            f"Product {level.product_id} or warehouse {level.warehouse_id} does not exist.",
            field="lines",
        )
    raise _shortage(lines, found["short"])


def _shortage(lines: Sequence[Line], short: Sequence[Level]) -> InsufficientStock | OverReleased:
    """Name the first level that would fall below zero, and by how much."""
    level = short[0]
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
            f"{where}: {-change} asked, {held} in stock. Receive or count stock first, or let the"
            " warehouse go below zero.",
            field="quantity",
        )
    return OverReleased(
        f"{where}: {-change} asked, {held} {state.label.lower()}. Reduce the quantity.",
        field="quantity",
    )


def _name(level: Level) -> str:
    sku = Product.objects.values_list("sku", flat=True).get(pk=level.product_id)
    warehouse = Warehouse.objects.values_list("name", flat=True).get(pk=level.warehouse_id)
    return f"{sku} at {warehouse}"


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
