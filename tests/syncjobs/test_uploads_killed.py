"""kill -9 of the process that applies a file: the next one finishes it, nothing lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db.models import Count, Sum
from django.test import Client
from django.urls import reverse

from inventory.models import Movement, StockLevel, Warehouse
from syncjobs import hints, tasks
from syncjobs.models import Upload, UploadRow
from syncjobs.uploads import steps, working
from tests.chaos.world import database_url
from tests.factories import make_products
from tests.syncjobs.upload_dying import MOMENTS
from tests.syncjobs.uploading import hand_in_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

ROWS, SIZE = 600, 100


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "work", lambda _ids: True)


def killed_at(upload: Upload, moment: str, batches: int) -> int:
    """A process of its own works on it and is killed; returns how many rows were done by then."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    order = [str(upload.pk), moment, str(batches), str(SIZE)]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.syncjobs.upload_dying", *order],
        cwd=settings.BASE_DIR,
        env=environment,
        check=False,
        timeout=60,
    )
    assert ended.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while working.is_worked_on(upload.pk):  # the lease ends with the killed session
        assert time.monotonic() < deadline
    upload.refresh_from_db()
    return upload.done


def test_a_killed_process_leaves_whole_batches_and_the_next_one_finishes(
    admin_client: Client, warehouse: Warehouse
) -> None:
    rows = [[each.sku, "main", 3] for each in make_products(ROWS)]
    upload = hand_in_rows("opening_stock", ["sku", "warehouse", "quantity"], *rows)
    steps.ask_to_apply(upload.pk, "ana")
    page = reverse("admin:syncjobs_upload_progress", args=[upload.pk])
    assert "It waits for its turn." in admin_client.get(page).text

    done = 0
    for moment in MOMENTS:
        done += 2 * SIZE if moment == "committed" else SIZE
        assert killed_at(upload, moment, batches=2) == done
        noted = UploadRow.objects.filter(upload=upload, outcome="applied").count()
        assert (upload.status, noted, Movement.objects.count()) == ("applying", done, done)
        said = admin_client.get(page).json()
        assert not said["is_over"]
        assert f"{done} of {ROWS} rows applied. Work on it was cut off there" in said["headline"]

    tasks.work_on_files(upload.pk)

    upload.refresh_from_db()
    assert (upload.status, upload.applied, upload.conflicts) == ("done", ROWS, 0)
    assert admin_client.get(page).json()["headline"] == f"{ROWS} rows applied."
    units = StockLevel.objects.aggregate(units=Sum("on_hand"), rows=Count("pk"))
    assert units == {"units": 3 * ROWS, "rows": ROWS}
    twice = Movement.objects.values("product").annotate(n=Count("pk")).filter(n__gt=1)
    assert (Movement.objects.count(), twice.count()) == (ROWS, 0)
