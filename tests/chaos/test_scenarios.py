"""T2, T3, T5-T10: each danger alone, in its shortest story."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.chaos import checks, scenarios, sizes, storms
from tests.chaos.world import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

STORIES = [
    scenarios.in_flight_sale,
    scenarios.read_without_orders,
    scenarios.lost_answer,
    scenarios.late_commit,
    scenarios.change_while_telling,
    scenarios.two_pushers,
    scenarios.same_number_again,
    scenarios.order_told_often,
    scenarios.refund_told_often,
    storms.poison,
    storms.rate_storm,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_story_ends_well(place: Place, story: scenarios.Story) -> None:
    story(place)
    checks.ledger_is_clean()


def test_two_writers_never_sell_more_than_there_is(place: Place) -> None:
    scenarios.two_writers(place, sizes.ROUNDS)
    checks.ledger_is_clean()


@pytest.mark.parametrize("seed", range(sizes.SHUFFLES))
def test_notices_in_disorder_end_as_in_order(place: Place, seed: int) -> None:
    storms.disorder(place, sizes.SEED + seed)
    checks.ledger_is_clean()


@pytest.mark.parametrize("turn", storms.TURNS[: sizes.TURNS])
@pytest.mark.parametrize("zone", storms.ZONES[: sizes.ZONES])
def test_no_order_is_missed_while_clocks_change(place: Place, zone: str, turn: str) -> None:
    storms.clocks(place, zone, turn)
    assert connection.is_usable()
