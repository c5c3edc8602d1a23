"""What a movement costs, beside the bare SQL that any implementation would need."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Movement, Product, StockLevel, Warehouse
from tests.bench.figures import seconds, show
from tests.factories import make_products

pytestmark = pytest.mark.django_db(transaction=True)

BARE = """
WITH l AS (SELECT unnest(%s::bigint[]) AS product_id), u AS (
    UPDATE inventory_stocklevel s SET on_hand = on_hand + 1 FROM l
    WHERE s.product_id = l.product_id AND s.warehouse_id = %s RETURNING s.product_id)
INSERT INTO inventory_movement (product_id, warehouse_id, state, delta, reason, note, document,
    actor, key, line, occurred_at)
SELECT product_id, %s, 'on_hand', 1, 'receive', '', '', '', %s, row_number() OVER (), now() FROM u
"""


def bare(products: list[int], warehouse: Warehouse) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [products, warehouse.pk, warehouse.pk, str(uuid.uuid4())])


@pytest.mark.parametrize("lines", [1, 1000, 10_000])
def test_one_post(warehouse: Warehouse, lines: int) -> None:
    products = [each.pk for each in make_products(lines)]
    units = [(product, 1) for product in products]

    def post() -> object:
        return ledger.receive(warehouse.pk, units, Cause())

    post()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        post()
    ours, floor = seconds(post), seconds(lambda: bare(products, warehouse))
    show(
        f"one post of {lines:,} lines ({len(queries)} statements)",
        f"{ours * 1000:.1f} ms",
        f"{floor / ours:.0%} of the bare SQL's speed ({floor * 1000:.1f} ms)",
    )


def test_eight_processes_add_to_one_product_for_ten_seconds(
    product: Product, warehouse: Warehouse
) -> None:
    ledger.receive(warehouse.pk, [(product.pk, 1)], Cause())
    database = urlsplit(os.environ["DATABASE_URL"])._replace(
        path=f"/{connection.settings_dict['NAME']}"
    )
    start = "import django; django.setup(); from tests.bench.add_units import main; main()"
    command = [sys.executable, "-c", start, str(product.pk), str(warehouse.pk)]
    processes = [
        subprocess.Popen(
            [*command, "10"],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": database.geturl(), "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdout=subprocess.PIPE,
        )
        for _ in range(8)
    ]
    done = sum(int(process.communicate(timeout=60)[0]) for process in processes)
    stock = StockLevel.objects.get().on_hand
    show(
        "8 processes, one product, 10 s",
        f"{done / 10:,.0f} per second",
        f"{done + 1 - stock} of {done:,} lost; ledger has {Movement.objects.count() - 1:,}",
    )
    assert stock == done + 1 == Movement.objects.count()
