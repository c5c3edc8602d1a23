"""Keeps the tally of each listing level: what the communicated table is found and sorted by.

A level is tallied again once its stale_version has passed the version that the last tally read. The
version is read before anything is computed, so a change that commits late is never skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from channels.communicated import should
from channels.models import ListingLevel
from channels.models.listing import UNTALLIED
from channels.publishing import Place, decide
from channels.rules import Decision

PART = 1000
"""Levels tallied at once. Bounds memory, and how long their rows are held."""

# What somebody else holds, or has tallied with a later version, is left to its own turn. The lock
# is in primary-key order and lasts for this statement alone, so nobody waits for a computation.
_WRITE = """
WITH news AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[],
        %s::int[], %s::bool[], %s::bool[], %s::bigint[])
        AS n(id, version, on_hand, committed, quantity, should, is_once, is_known, location_id)
), locked AS MATERIALIZED (
    SELECT news.* FROM channels_listinglevel level JOIN news ON news.id = level.id
    WHERE level.tallied_version <= news.version
    ORDER BY level.id FOR NO KEY UPDATE OF level SKIP LOCKED
), marked AS (
    UPDATE channels_listinglevel level
    SET should = locked.quantity, is_once = locked.is_once, tallied_version = locked.version
    FROM locked WHERE level.id = locked.id
)
INSERT INTO channels_tally AS tally (level_id, on_hand, committed, should, is_known, location_id)
SELECT id, on_hand, committed, should, is_known, location_id FROM locked
ON CONFLICT (level_id) DO UPDATE SET on_hand = excluded.on_hand, committed = excluded.committed,
    should = excluded.should, is_known = excluded.is_known
WHERE (tally.on_hand, tally.committed, tally.should, tally.is_known) IS DISTINCT FROM
    (excluded.on_hand, excluded.committed, excluded.should, excluded.is_known)
"""


class Waiting(NamedTuple):
    """A level to tally, with its stale_version as it was read."""

    level_id: int
    product_id: int
    location_id: int
    version: int


def tally(limit: int = PART) -> int:
    """Bring up to so many levels' tallies up to date; returns how many were computed. A handful of
    statements for each thousand."""
    done, after = 0, 0
    while done < limit and (part := _take(after, min(PART, limit - done))):
        places = [Place(each.product_id, each.location_id) for each in part]
        _write(part, decide(places))
        done, after = done + len(part), part[-1].level_id
    return done


def waiting(limit: int) -> int:
    """How many levels wait to be tallied, counted no further than the limit."""
    return ListingLevel.objects.filter(UNTALLIED).order_by()[:limit].count()


def _take(after: int, number: int) -> Sequence[Waiting]:
    levels = ListingLevel.objects.filter(UNTALLIED, pk__gt=after).order_by("pk")
    columns = ("pk", "listing__product_id", "location_id", "stale_version")
    return [Waiting(*row) for row in levels.values_list(*columns)[:number]]


def _write(part: Sequence[Waiting], decisions: Mapping[Place, Decision]) -> None:
    rows = [_row(each, decisions[Place(each.product_id, each.location_id)]) for each in part]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])


def _row(level: Waiting, decision: Decision) -> tuple[int | bool | None, ...]:
    """What is kept of a decision. A location that nothing feeds shows 0 under every rule."""
    return (
        level.level_id,
        level.version,
        decision.on_hand,
        decision.committed,
        decision.quantity,
        should(decision),
        decision.rule.is_once and bool(decision.inputs),
        any(each.is_known for each in decision.inputs),
        level.location_id,
    )
