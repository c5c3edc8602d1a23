"""The whole way: a movement here, a hint, a real Celery worker, a number at the store."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection

from channels.models import Channel
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs.models import Run
from tests.factories import stock
from tests.store import Store, list_at_once
from tests.syncjobs.outages import own_redis

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 45.0


def until(is_so: Callable[[], bool], what: str) -> float:
    """Wait until something is so; returns the seconds it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < PATIENCE, what
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, channel: Channel) -> Iterator[Path]:
    """A Celery worker process on this test's database; yields its log."""
    with own_redis(monkeypatch) as (_, url), tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "worker.log"
        database = urlsplit(os.environ["DATABASE_URL"])
        environment = os.environ | {
            "DATABASE_URL": database._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
            "REDIS_URL": url,
        }
        monkeypatch.setattr("syncjobs.hints._send", _queue_to(url))
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "-c",
            "1",
            "-l",
            "INFO",
        ]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output
            )
        try:
            until(lambda: b" ready." in log.read_bytes(), "the worker starts")
            yield log
        finally:
            process.terminate()
            process.wait(30)


def _queue_to(url: str) -> Callable[[int], None]:
    """Queue as syncjobs.tasks.queue does, to this test's broker."""
    app = Celery(broker=url.replace("unix://", "redis+socket://", 1))

    def queue(channel_id: int) -> None:
        app.send_task("syncjobs.tasks.push", (channel_id,))

    return queue


def shows(store: Store, product: Product, units: int) -> bool:
    return store.available(product.sku) == units


def test_a_movement_reaches_the_store_within_seconds(
    worker: Path, channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    store.add(product.sku)
    stock(product, warehouse, 40)
    list_at_once(channel, product)
    for units in range(39, 34, -1):
        ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())
        until(partial(shows, store, product, units), worker.read_text())
    until(lambda: not Run.objects.filter(status="running").exists(), "the last run ends")
    assert set(Run.objects.filter(kind="due").values_list("trigger", "status")) == {
        ("change", "finished")
    }
