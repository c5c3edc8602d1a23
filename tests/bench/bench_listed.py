"""What listings add to a movement: the mark that their levels are due, and the indexes that lists
are found and sorted by. A tally itself is written later, by somebody else."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from django.db import connection, models
from django.db.models import F

from channels import due, tallying
from channels.models import Listing, ListingLevel, Tally
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel
from tests.bench.figures import show
from tests.factories import make_products
from tests.pretend import World

pytestmark = pytest.mark.django_db(transaction=True)

LINES = 1000
TIMES = 9

BY_TALLY = ("untallied", "differs")
FOR_LISTS = (
    *BY_TALLY,
    "asked",
    "unknown",
    "refused",
    "inactive",
    "acknowledged",
    "acknowledged_at",
)
"""Indexes of listing levels that no sender needs."""

OF_STOCK = ("level_short", "level_unknown", "level_staged", "level_backordered")

Without = tuple[type[models.Model], Sequence[str]]
NONE: Without = (ListingLevel, ())


@pytest.fixture
def listed(world: World) -> list[Product]:
    """Products whose levels were told, acknowledged and tallied."""
    products = make_products(LINES)
    Listing.objects.bulk_create(
        Listing(channel=world.channel, product=each, state="linked") for each in products
    )
    due.create_levels(world.channel)
    ledger.receive(world.warehouse.pk, [(each.pk, 9) for each in products], Cause())
    return products


def settle() -> None:
    """As it is once everything was told and tallied, so that each movement makes all due again."""
    while tallying.tally():
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE channels_listinglevel SET pushed_version = stale_version, acknowledged ="
            " coalesce(should, 0), acknowledged_at = now(), is_update_asked = false"
        )
        cursor.execute("VACUUM ANALYZE channels_listinglevel, channels_tally, inventory_stocklevel")


class Cost(NamedTuple):
    """Of one act: median seconds, and bytes that the database logs, which no neighbour changes."""

    seconds: float
    logged: int


Acts = Mapping[str, tuple[Callable[[], object], Without]]


def logged() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")
        [place] = cursor.fetchone()
        return int(place)


def costs(acts: Acts) -> dict[str, Cost]:
    """What each act costs without some indexes; in turn, so that all see the same neighbours. What
    went before is settled each time, and not counted."""
    taken: dict[str, list[Cost]] = {name: [] for name in acts}
    for _ in range(TIMES):
        for name, (act, (model, indexes)) in acts.items():
            with without(model, indexes):
                settle()
                before, began = logged(), time.perf_counter()
                act()
                seconds = time.perf_counter() - began
                taken[name].append(Cost(seconds, logged() - before))
    return {
        name: Cost(
            statistics.median(each.seconds for each in costs),
            int(statistics.median(each.logged for each in costs)),
        )
        for name, costs in taken.items()
    }


def tell(what: str, cost: Cost, reference: Cost) -> None:
    """Beside what it is compared with."""
    show(
        what,
        f"{cost.seconds * 1000:.1f} ms",
        f"{cost.seconds / reference.seconds:.2f}× the time; logs {cost.logged / LINES:,.0f} bytes"
        f" a line, {cost.logged / reference.logged:.2f}×",
    )


@contextmanager
def without(model: type[models.Model], names: Sequence[str]) -> Iterator[None]:
    """The same table without some of its indexes."""
    indexes = [each for each in model._meta.indexes if each.name in names]
    assert len(indexes) == len(names)
    with connection.schema_editor() as editor:
        for each in indexes:
            editor.remove_index(model, each)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            for each in indexes:
                editor.add_index(model, each)


def of_levels(*names: str) -> Without:
    return ListingLevel, [f"listing_level_{name}" for name in names]


def test_a_movement_of_listed_products(listed: list[Product], world: World) -> None:
    def receive(products: Sequence[Product]) -> Callable[[], object]:
        units = [(each.pk, 1) for each in products]
        return lambda: ledger.receive(world.warehouse.pk, units, Cause())

    plain, told = receive(make_products(LINES)), receive(listed)
    plain()
    found = costs(
        {
            "bare": (plain, NONE),
            "bare, lean": (plain, (StockLevel, OF_STOCK)),
            "whole": (told, NONE),
            "no tally": (told, of_levels(*BY_TALLY)),
            "no lists": (told, of_levels(*FOR_LISTS)),
        }
    )
    bare = found["bare"]
    show(f"{LINES:,} lines of products that are listed nowhere", f"{bare.seconds * 1000:.1f} ms")
    tell("  without the indexes of lists of stock", found["bare, lean"], bare)
    tell(f"{LINES:,} lines of listed, tallied ones", found["whole"], bare)
    tell("  without the tally's indexes", found["no tally"], found["whole"])
    tell("  without any index of lists", found["no lists"], found["whole"])
    due_now = ListingLevel.objects.filter(stale_version__gt=F("pushed_version"))
    assert due_now.count() >= LINES


def test_a_tally_of_what_moved(listed: list[Product], world: World) -> None:
    units = [(each.pk, 1) for each in listed]
    taken: dict[bool, list[float]] = {True: [], False: []}
    for is_whole in [True, False] * TIMES:
        indexes = [] if is_whole else [each.name for each in Tally._meta.indexes]
        with without(Tally, indexes):
            settle()
            ledger.receive(world.warehouse.pk, units, Cause())
            began = time.perf_counter()
            assert tallying.tally(LINES) == LINES
            taken[is_whole].append(time.perf_counter() - began)
    whole, lean = statistics.median(taken[True]), statistics.median(taken[False])
    show(
        f"a tally of {LINES:,} levels that moved",
        f"{LINES / whole:,.0f} per second",
        f"{lean / whole:.2f}× the time without the indexes that lists are sorted by",
    )
