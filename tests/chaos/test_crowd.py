"""Everybody at once: goods move, orders come here and at the store, people switch, pushes run. All
in threads of their own against one database, as the processes of a real installation."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from channels import due, onboarding
from channels.models import Channel, ListingLevel
from desk.errors import Refused
from inventory import ledger
from inventory.ledger import Cause
from orders import intake
from orders.intake import Draft, DraftLine
from syncjobs import delivery, patience, runner
from syncjobs.models import Run
from tests.chaos import checks, sizes, world
from tests.chaos.world import SKUS, Place, World
from tests.inventory.threads import at_once
from tests.store import feed, sync

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
Deed = Callable[[World, random.Random], object]


def receive(here: World, chance: random.Random) -> None:
    place = chance.choice([*here.warehouses.values()]).pk
    items = [(here.products[sku].pk, chance.randint(1, 3)) for sku in chance.sample(SKUS, 2)]
    ledger.receive(place, items, Cause())


def transfer(here: World, chance: random.Random) -> None:
    source, destination = chance.sample([*here.warehouses.values()], 2)
    items = [(here.products[sku].pk, 1) for sku in chance.sample(SKUS, 2)]
    ledger.transfer(source.pk, destination.pk, items, Cause())


def sell_here(here: World, chance: random.Random) -> None:
    place = chance.choice([*here.warehouses.values()]).pk
    lines = [DraftLine(here.products[sku].pk, place, 1) for sku in chance.sample(SKUS, 2)]
    order = intake.place(Draft(number=f"SO-{chance.getrandbits(64)}", lines=lines))
    if chance.random() < 0.5:
        intake.cancel(order.pk, is_archived=True)


def sell_there(here: World, chance: random.Random) -> None:
    sku = chance.choice(SKUS)
    if here.shown()[sku, "Shop"] > 0:
        here.store.post("orders", lines=[{"sku": sku, "quantity": 1}], location="Shop")


def switch(here: World, chance: random.Random) -> None:
    with transaction.atomic():
        due.by_channel(here.channel)
    product = here.products[chance.choice(SKUS)].pk
    onboarding.untick(here.channel, [product])
    onboarding.tick(here.channel, [product])


def push(here: World, chance: random.Random) -> None:
    kinds = (Run.Kind.DUE, Run.Kind.ORDERS, Run.Kind.HARD, Run.Kind.COMPARE)
    channel = Channel.objects.get(pk=here.channel.pk)
    run = Run(channel=channel, kind=chance.choice(kinds), trigger=Run.Trigger.CHANGE)
    try:
        runner.execute(run)
    except runner.Busy:
        return


CROWD: list[Deed] = [receive, receive, transfer, sell_here, sell_there, switch, push, push]


def keep_doing(deed: Deed, here: World, seed: int) -> None:
    chance = random.Random(seed)
    own = World(
        world.QuickStore(here.store.url), *vars_of(here)
    )  # a connection to the store of its own
    for _ in range(sizes.DEEDS):
        try:
            deed(own, chance)
        except Refused:
            continue  # more than there was: nothing happened


def vars_of(here: World) -> tuple[Any, ...]:
    return here.sandbox, here.channel, here.products, here.warehouses


def test_a_crowd_ends_with_every_number_right(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_pause", lambda *_: 0.0)
    monkeypatch.setattr(patience, "_pause", lambda *_: 0.0)
    here = world.fresh(place, breaker_share=100)
    feed(here.channel, "Shop", *here.warehouses.values())
    at_once([partial(keep_doing, deed, here, seed) for seed, deed in enumerate(CROWD)])
    for kind in (Run.Kind.ORDERS, Run.Kind.DUE, Run.Kind.COMPARE):
        ListingLevel.objects.update(retry_at=None)
        assert sync(here.channel, kind).status == Run.Status.FINISHED
    checks.nothing_is_open(here)
    checks.no_sale_was_overwritten(here)
    checks.ledger_is_clean()
    checks.store_shows(here, checks.left_to_sell(here))
    assert not Run.objects.filter(error_code="internal").exists()
