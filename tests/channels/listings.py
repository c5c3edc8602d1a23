"""A channel's listings, settled, due, or in lists: what changes of rules are tested with."""

from __future__ import annotations

from django.utils import timezone

from channels import onboarding
from channels.models import Channel, ListingLevel
from channels.publishing import Place, decide
from inventory.models import Product
from tests.pretend import SECRET, World


def settle(world: World, **numbers: int) -> None:
    """The channel shows what it should, or these numbers by SKU (CUP_0=…); nothing is due."""
    for product in world.products[:3]:
        place = Place(product.pk, world.location.pk)
        level = world.level(product)
        shown = numbers.get(product.sku.replace("-", "_"), decide([place])[place].quantity)
        ListingLevel.objects.filter(pk=level.pk).update(
            acknowledged=shown,
            acknowledged_at=timezone.now(),
            pushed_version=level.stale_version,
            is_update_asked=False,
        )


def due_products(world: World) -> set[str]:
    rows = ListingLevel.objects.filter(listing__channel=world.channel)
    return {level.listing.product.sku for level in rows if level.is_due} - {"CUP-3"}


def listing_ids(world: World, *products: Product) -> list[int]:
    return [world.listing(product).pk for product in products]


def other_channel(*products: Product) -> Channel:
    channel = Channel.objects.create(
        kind="pretend",
        name="Other shop",
        settings={"address": "other"},
        credentials={"token": SECRET},
    )
    onboarding.tick(channel, [product.pk for product in products])
    return channel
