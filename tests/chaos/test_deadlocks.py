"""Movements that cross: what one lowers another raises, in two warehouses that feed one location.

Both mark the same listing levels as due. Whoever locked what fell before what rose would meet the
other coming the other way.
"""

from __future__ import annotations

from functools import partial

import pytest

from channels import due
from channels.models import Location
from inventory import ledger
from inventory.ledger import Cause, Line
from inventory.models import Reason, State
from tests.chaos import checks, sizes, world
from tests.chaos.world import Place
from tests.inventory.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


def test_movements_that_cross_do_not_deadlock(place: Place) -> None:
    here = world.fresh(place)
    location = Location.objects.get(name="Shop")
    location.warehouses.set(here.warehouses.values())
    due.by_channel(here.channel)
    cup, jug = here.products["CUP"].pk, here.products["JUG"].pk
    for warehouse in here.warehouses.values():
        ledger.receive(warehouse.pk, [(cup, 5000), (jug, 5000)], Cause())

    def swap(code: str, falling: int, rising: int) -> None:
        place = here.warehouses[code].pk
        for _ in range(sizes.ROUNDS):
            lines = [
                Line(falling, place, State.ON_HAND, -1),
                Line(rising, place, State.ON_HAND, 1),
            ]
            ledger.post(lines, Reason.ADJUST, Cause(note="chaos"))

    at_once([partial(swap, "main", cup, jug), partial(swap, "back", jug, cup)])
    checks.adds_up()
