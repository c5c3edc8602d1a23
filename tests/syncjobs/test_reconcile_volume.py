"""A comparison of thousands of levels is bounded in statements, memory and time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels import onboarding
from channels.contract import LevelRef, RemoteLevel
from channels.models import (
    Listing,
    ListingLevel,
)
from inventory import ledger
from inventory.ledger import Cause
from syncjobs.reconcile import comparing
from tests.factories import make_products
from tests.pretend import PretendAdapter, World
from tests.syncjobs.drift import (
    compare,
)

pytestmark = pytest.mark.django_db


def analyze() -> None:
    """As the database does by itself a minute after thousands of rows came; until then it plans for
    the handful of before."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Shelf:
    """What a pretended store shows: ten of everything."""

    def __init__(self) -> None:
        self.reads: list[int] = []

    def __call__(self, refs: Sequence[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        self.reads.append(len(refs))
        return {ref: RemoteLevel(ref, 10, 0, 10, is_active=True, is_tracked=True) for ref in refs}


@pytest.fixture
def shelf(world: World, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A channel with 5,000 levels beside those of the world, all right but each hundredth."""
    products = make_products(5000)
    analyze()
    for start in range(0, 5000, 1000):
        part = products[start : start + 1000]
        ledger.open_stock(world.warehouse.pk, [(each.pk, 10) for each in part], Cause())
    onboarding.tick(world.channel, [each.pk for each in products])
    Listing.objects.filter(channel=world.channel).delete()
    Listing.objects.bulk_create(
        Listing(channel=world.channel, product=each, state="linked", item_id=f"I-{each.pk}")
        for each in products
    )
    ListingLevel.objects.bulk_create(
        ListingLevel(
            listing=each,
            location=world.location,
            acknowledged=10 if number % 100 else 12,
            acknowledged_at=timezone.now(),
            pushed_version=1,
        )
        for number, each in enumerate(Listing.objects.filter(channel=world.channel))
    )
    analyze()
    shelf = Shelf()
    monkeypatch.setattr(PretendAdapter, "read_levels", lambda _, refs: shelf(refs))
    return shelf


def test_five_thousand_levels_cost_a_bounded_number_of_statements_per_chunk(
    world: World, shelf: Shelf
) -> None:
    with CaptureQueriesContext(connection) as caught:
        run = compare(world.channel)
    assert (run.total, run.unchanged, run.failed) == (5000, 4950, 50)
    assert len(caught) / 5 <= 26
    assert max(shelf.reads) <= 10


def test_a_run_is_bounded_and_the_next_one_goes_on_where_it_stopped(
    world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "LIMIT", 2000)
    monkeypatch.setattr(comparing, "CHUNK", 500)
    for looked_at in (2000, 4000):
        assert compare(world.channel).done == 2000
        assert ListingLevel.objects.exclude(checked_at=None).count() == looked_at
    compare(world.channel)
    assert not ListingLevel.objects.filter(checked_at=None).exists()
    assert max(shelf.reads) <= 10
