"""`./manage.py verify_ledger`: prove that every level is the sum of its movements."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

# One statement is one snapshot, so movements that happen meanwhile are no differences. The database
# aggregates (and spills to disk where it must), so memory here does not grow with the ledger. The
# first row counts what was compared, every other one is a difference.
_COMPARE = """
WITH summed AS MATERIALIZED (
    SELECT product_id, warehouse_id, count(*) AS movements,
        coalesce(sum(delta) FILTER (WHERE state = 'on_hand'), 0) AS on_hand,
        coalesce(sum(delta) FILTER (WHERE state = 'committed'), 0) AS committed,
        coalesce(sum(delta) FILTER (WHERE state = 'incoming'), 0) AS incoming,
        coalesce(sum(delta) FILTER (WHERE state = 'staged'), 0) AS staged,
        max(id) FILTER (WHERE state = 'on_hand') IS DISTINCT FROM
            max(id) FILTER (WHERE state = 'on_hand' AND reason = 'forget') AS is_known
    FROM inventory_movement GROUP BY product_id, warehouse_id
), pair AS MATERIALIZED (
    SELECT product_id, warehouse_id, summed.movements, compared.*
    FROM inventory_stocklevel level FULL JOIN summed USING (product_id, warehouse_id)
    JOIN inventory_warehouse warehouse ON warehouse.id = warehouse_id
    CROSS JOIN LATERAL (VALUES
        ('on_hand', level.on_hand::text, coalesce(summed.on_hand, 0)::text),
        ('committed', level.committed::text, coalesce(summed.committed, 0)::text),
        ('incoming', level.incoming::text, coalesce(summed.incoming, 0)::text),
        ('staged', level.staged::text, coalesce(summed.staged, 0)::text),
        ('is_known', level.is_known::text, coalesce(summed.is_known, false)::text),
        ('can_go_negative', level.can_go_negative::text, warehouse.can_go_negative::text)
    ) AS compared(fact, held, proven)
)
SELECT NULL AS sku, NULL AS code, NULL AS fact, count(*)::text, coalesce(sum(movements), 0)::text
FROM pair WHERE fact = 'on_hand'
UNION ALL
SELECT product.sku, warehouse.code, fact, held, proven FROM pair
JOIN inventory_product product ON product.id = product_id
JOIN inventory_warehouse warehouse ON warehouse.id = warehouse_id
WHERE held IS DISTINCT FROM proven
ORDER BY sku NULLS FIRST, code, fact
"""
_BATCH = 1000


class Command(BaseCommand):
    """Rebuilds every level from its movements; exits 1 when any differs from what is stored."""

    help = "Rebuild every stock level from its movements and report differences (exit code 1)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        started = time.monotonic()
        differences = 0
        with connection.cursor() as cursor:
            cursor.execute(_COMPARE)
            row = cursor.fetchone()
            if row is None:
                raise RuntimeError("The comparison gave no totals.")
            levels, movements = row[3:]
            while rows := cursor.fetchmany(_BATCH):
                differences += len(rows)
                for sku, warehouse, fact, held, proven in rows:
                    self.stdout.write(
                        f"{sku} at {warehouse}: {fact} is {held or 'missing'}, the ledger says"
                        f" {proven}"
                    )
        seconds = time.monotonic() - started
        self.stdout.write(
            f"{levels} levels, {movements} movements, {differences} differences, {seconds:.1f} s"
        )
        if differences:
            sys.exit(1)
