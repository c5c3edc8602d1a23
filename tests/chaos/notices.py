"""The store's webhooks, carried by hand: in any order, doubled, lost on the way."""

from __future__ import annotations

import random

from channels import notices
from tests.chaos.world import World

DOUBLED = 0.3


def carry(world: World, chance: random.Random, lost: float) -> int:
    """Bring what waits at the store to us as chance has it; returns how many notices were lost."""
    deliverer = world.sandbox.deliverer
    with deliverer._condition:
        waiting, deliverer._waiting = deliverer._waiting, []
    kept = [each for each in waiting if chance.random() >= lost]
    sent = kept + [each for each in kept if chance.random() < DOUBLED]
    chance.shuffle(sent)
    for each in sent:
        notices.receive(world.channel, deliverer._headers(each), each.body)
    return len(waiting) - len(kept)


def carry_in_order(world: World) -> None:
    """Bring what waits at the store to us, all of it, as it happened."""
    deliverer = world.sandbox.deliverer
    with deliverer._condition:
        waiting, deliverer._waiting = deliverer._waiting, []
    for each in waiting:
        notices.receive(world.channel, deliverer._headers(each), each.body)
