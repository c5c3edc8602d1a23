"""T4: the pushing process is killed at each of its steps, again and again; nothing is lost, nothing
doubled, nothing stays open, and the next process can begin at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from syncjobs import lease
from syncjobs.models import Run
from tests.chaos import checks, sizes
from tests.chaos.killing import Nursery, nursery
from tests.chaos.nursery import MOMENTS
from tests.chaos.shop import Shop
from tests.chaos.world import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]
KINDS = (Run.Kind.DUE, Run.Kind.HARD, Run.Kind.ORDERS)
PATIENCE = 10.0


@pytest.fixture
def mother() -> Iterator[Nursery]:
    with nursery() as mother:
        yield mother


def lease_is_free(shop: Shop) -> None:
    """A killed holder's lease ends with its session: nobody has to wait for a clock."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with lease.hold(shop.world.channel.pk) as is_held:
            if is_held:
                return
        assert time.monotonic() < deadline, "the lease of a killed process is still taken"
        time.sleep(0.005)


def test_a_push_that_is_killed_anywhere_loses_nothing_and_doubles_nothing(
    place: Place, mother: Nursery
) -> None:
    shop = Shop(place, sizes.SEED)
    killed: Counter[str] = Counter()
    for number in range(4 * sizes.KILLS):
        if killed.total() >= sizes.KILLS:
            break
        moment = list(MOMENTS)[number % len(MOMENTS)]
        kind = KINDS[number // len(MOMENTS) % len(KINDS)]
        shop.stir()
        killed[moment] += mother.push(shop.world.channel, kind, moment=moment)
        lease_is_free(shop)
        if shop.chance.random() < 0.3:  # killed again while it mends what the first left open
            again = shop.chance.choice(("sent", "answered", "half recorded"))
            killed[again] += mother.push(shop.world.channel, moment=again)
            lease_is_free(shop)
        if shop.chance.random() < 0.5:
            assert not mother.push(shop.world.channel, Run.Kind.ORDERS)
            shop.is_right()
    mother.push(shop.world.channel, Run.Kind.ORDERS)
    shop.is_right()
    print(f"{killed.total()} killed: {dict(killed)}")
    assert killed.total() >= sizes.KILLS
    assert set(killed) == set(MOMENTS)
    assert Run.objects.filter(status=Run.Status.RUNNING).count() == 0
    checks.ledger_is_clean()


def test_a_push_that_is_killed_at_any_millisecond_loses_nothing_and_doubles_nothing(
    place: Place, mother: Nursery
) -> None:
    shop = Shop(place, sizes.SEED + 1)
    killed = 0
    for number in range(sizes.KILLS // 4 + 5):
        shop.stir()
        kind = KINDS[number % len(KINDS)]
        killed += mother.push(shop.world.channel, kind, seconds=shop.chance.uniform(0, 0.12))
        lease_is_free(shop)
        if number % 3 == 0:
            assert not mother.push(shop.world.channel, Run.Kind.ORDERS)
            shop.is_right()
    mother.push(shop.world.channel, Run.Kind.ORDERS)
    shop.is_right()
    assert killed > 0
    checks.ledger_is_clean()
