"""A global profile as the browser sends it, and one that a channel goes by."""

from __future__ import annotations

from typing import Any

from channels import selling
from channels.models import ListingLevel, Profile, ProfileVersion
from tests.pretend import World

CONFIRMED = {"_confirmed": "1", "_save": ""}


def form(**changes: Any) -> dict[str, Any]:
    """What the browser sends of a profile: every field, also those that are not shown."""
    return {
        "name": "Ten at most",
        "mode": "not_more_than",
        "quantity": "10",
        "buffer": "0",
        "percentage": "100",
        "minimum": "0",
        "unknown": "hold",
        "_save": "",
    } | changes


def make(name: str = "Ten at most", **columns: Any) -> Profile:
    profile = Profile(name=name)
    rule = {"mode": "not_more_than", "quantity": 10} | columns
    selling.save(profile, ProfileVersion(**rule), "ana")
    return profile


def use(world: World) -> Profile:
    """A profile of the channel; the first product shows 40, the second 5."""
    profile = make(mode="product_value", quantity=None)
    selling.set_profile(world.channel, profile)
    for product in world.products[:2]:
        world.tell(product)
    ListingLevel.objects.update(is_update_asked=False)
    world.channel.refresh_from_db()
    return profile
