"""Whether, and since when, an oversold product has enough again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import OuterRef, Subquery

from inventory.models import StockLevel
from syncjobs.models import Oversell

# What was left after each movement since the case opened, reckoned back from now; covered since the
# first one after the last that left too little.
_COVERAGE = """
WITH opened AS (
    SELECT oversell.product_id, oversell.warehouse_id, level.available, (
        SELECT (entry ->> 'pk')::bigint FROM jsonb_array_elements(oversell.timeline) entry
        WHERE entry ->> 'kind' = 'short' LIMIT 1
    ) AS movement_id
    FROM syncjobs_oversell oversell
    JOIN inventory_stocklevel level USING (product_id, warehouse_id)
    WHERE oversell.id = %s
), step AS MATERIALIZED (
    SELECT movement.id, movement.recorded_at, opened.available - coalesce(sum(
        CASE movement.state WHEN 'on_hand' THEN movement.delta ELSE -movement.delta END
    ) OVER (ORDER BY movement.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
        AS left_to_sell
    FROM opened JOIN inventory_movement movement USING (product_id, warehouse_id)
    WHERE movement.id >= opened.movement_id AND movement.state IN ('on_hand', 'committed')
)
SELECT available, (
    SELECT recorded_at FROM step
    WHERE id > (SELECT max(id) FROM step WHERE left_to_sell < 0) ORDER BY id LIMIT 1
) FROM opened
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """available: units left to sell now. since: when nothing was owed any more, None while
    something is."""

    available: int
    since: datetime | None


def coverage(case: Oversell) -> Coverage | None:
    """One case's stock now, in one query. None when its stock level is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERAGE, [case.pk])
        row = cursor.fetchone()
    return Coverage(*row) if row else None


def covered() -> Subquery:
    """For a query of cases: units left to sell now."""
    levels = StockLevel.objects.filter(product=OuterRef("product"), warehouse=OuterRef("warehouse"))
    return Subquery(levels.values("available")[:1])
