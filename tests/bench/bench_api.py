"""What a movement costs by the API, over HTTP, beside the bare SQL that does the same to stock."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Movement, Product, StockLevel, Warehouse
from tests.acceptance.test_worker import until
from tests.api import make_api
from tests.bench.bench_ledger import bare
from tests.bench.figures import seconds, show
from tests.factories import make_products

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS, SECONDS, WEB = 8, 10, 2
PEER = 24.0
"""Movements per second of the strongest peer's API, measured elsewhere on such a machine."""
PORTION = 100


class Served(NamedTuple):
    """Two web processes as `make run` starts them."""

    port: int


@pytest.fixture
def served() -> Iterator[Served]:
    database = urlsplit(os.environ["DATABASE_URL"])
    database = database._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {"DATABASE_URL": database.geturl(), "LOG_LEVEL": "WARNING"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = ["-m", "gunicorn", "config.wsgi", "--workers", str(WEB), "--threads", "4"]
        bind = ["--bind", f"fd://{listener.fileno()}", "--no-control-socket"]
        with subprocess.Popen(
            [sys.executable, *command, *bind],
            cwd=settings.BASE_DIR,
            env=environment,
            pass_fds=[listener.fileno()],
        ) as process:
            port = listener.getsockname()[1]
            try:
                until(lambda: _answers(port), "the web server answers")
                yield Served(port)
            finally:
                process.terminate()
                process.wait(timeout=20)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return _post(port, "none", {}) == 401
    except OSError:
        return False


def _post(port: int, key: str, body: Any) -> int:
    call = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    headers["Idempotency-Key"] = str(uuid.uuid4())
    call.request("POST", "/api/v1/movements", json.dumps(body), headers)
    answer = call.getresponse()
    answer.read()
    call.close()
    return answer.status


def _posting(products: Sequence[Product], warehouse: Warehouse) -> dict[str, Any]:
    lines = [{"sku": each.sku, "warehouse": warehouse.code, "delta": 1} for each in products]
    return {"reason": "receive", "lines": lines}


@pytest.mark.parametrize("lines", [1, 10_000])
def test_one_request(served: Served, warehouse: Warehouse, lines: int) -> None:
    products = make_products(lines)
    ids = [each.pk for each in products]
    key, body = make_api().text, _posting(products, warehouse)
    ledger.receive(warehouse.pk, [(each, 1) for each in ids], Cause())

    def call() -> None:
        assert _post(served.port, key, body) == 201

    times = 5 if lines > 1 else 50
    ours, floor = seconds(call, times), seconds(lambda: bare(ids, warehouse), times)
    post = seconds(lambda: ledger.receive(warehouse.pk, [(i, 1) for i in ids], Cause()), times)
    show(
        f"one request of {lines:,} lines",
        f"{ours * 1000:.1f} ms",
        f"{floor / ours:.0%} of the bare SQL's speed ({floor * 1000:.1f} ms);"
        f" the ledger alone {post * 1000:.1f} ms",
    )


@pytest.mark.timeout(120)
def test_eight_clients(served: Served, warehouse: Warehouse) -> None:
    """Each posts single movements to products of its own and of others'."""
    products = make_products(800)
    ledger.receive(warehouse.pk, [(each.pk, 1) for each in products], Cause())
    before = Movement.objects.count()
    key = make_api().text
    programs = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.bench.calling"),
                *(str(served.port), key, str(SECONDS)),
                *(each.sku for each in products[PORTION * number :][:PORTION]),
            ],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
        )
        for number in range(CLIENTS)
    ]
    answers = [program.communicate(timeout=60)[0] for program in programs]
    assert [program.returncode for program in programs] == [0] * CLIENTS
    taken = sorted(second for answer in answers for second in json.loads(answer))
    rate = len(taken) / SECONDS
    show(
        f"{CLIENTS} clients, {WEB} web processes, single movements",
        f"{rate:,.0f} per second",
        f"{rate / PEER:.1f} × the peer's {PEER:.0f}; p50 {taken[len(taken) // 2] * 1000:.0f} ms,"
        f" p99 {taken[len(taken) * 99 // 100] * 1000:.0f} ms",
    )
    assert Movement.objects.count() - before == len(taken)
    assert sum(StockLevel.objects.values_list("on_hand", flat=True)) == 800 + len(taken)
