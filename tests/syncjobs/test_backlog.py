"""What waits for a channel: live for a page, and kept where too much is due for that."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from channels.models import Channel, FeedPeriod, Listing, ListingLevel, Location
from inventory.models import Product
from syncjobs import backlog, claims, schedule
from syncjobs.models import Backlog
from tests.pretend import World

pytestmark = pytest.mark.django_db


def live(world: World) -> int:
    return backlog.of([world.channel]).get(world.channel.pk, backlog.Waiting()).rows


def listed(world: World) -> int:
    """As many as the list of what waits holds."""
    return len(set(backlog.levels([world.channel.pk])))


def claimed() -> int:
    """The same, as the pusher claims them."""
    return ListingLevel.objects.filter(claims.SENDABLE, claims.DUE).count()


def test_as_much_waits_as_may_be_claimed_whatever_is_switched(world: World) -> None:
    product, place = world.products[0], Location.objects.filter(pk=world.location.pk)
    listing = Listing.objects.filter(product=product)
    own = Channel.objects.filter(pk=world.channel.pk)
    found = [(live(world), listed(world), claimed())]
    for rows, off, on in (
        (listing, {"is_ticked": False}, {"is_ticked": True}),
        (listing, {"is_excluded": True}, {"is_excluded": False}),
        (listing, {"state": "error"}, {"state": "linked"}),
        (Product.objects.filter(pk=product.pk), {"is_active": False}, {"is_active": True}),
        (Product.objects.filter(pk=product.pk), {"is_excluded": True}, {"is_excluded": False}),
        (place, {"is_active": False}, {"is_active": True}),
        (place, {"is_enabled": False}, {"is_enabled": True}),
        (place, {"mirror": world.warehouse}, {"mirror": None}),
        (own, {"is_unmapped_zeroed": True}, {"is_unmapped_zeroed": False}),
    ):
        rows.update(**off)
        found.append((live(world), listed(world), claimed()))
        rows.update(**on)
    FeedPeriod.objects.all().delete()
    found.append((live(world), listed(world), claimed()))
    own.update(is_unmapped_zeroed=True)
    found.append((live(world), listed(world), claimed()))

    assert {len(set(each)) for each in found} == {1}, found
    assert {each[0] for each in found} == {3, 2, 0}


def test_the_oldest_is_found_among_fallen_and_other_levels(world: World) -> None:
    hour = timezone.now() - datetime.timedelta(hours=1)
    first, second = ListingLevel.objects.order_by("pk")[:2]
    ListingLevel.objects.filter(pk=first.pk).update(is_falling=True)
    ListingLevel.objects.filter(pk=second.pk).update(is_falling=False, stale_at=hour)

    assert backlog.of([world.channel])[world.channel.pk].oldest == hour


def test_only_a_crowded_channel_is_counted_by_the_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule.retry()
    assert not Backlog.objects.exists()

    monkeypatch.setattr(backlog, "_CROWDED", backlog._CROWDED.replace(str(backlog.MANY + 1), "2"))
    schedule.retry()
    kept = Backlog.objects.get()
    ListingLevel.objects.update(stale_version=0)

    assert (kept.waiting, kept.oldest_due_at is None) == (3, False)
    assert live(world) == 3
    Backlog.objects.update(counted_at=timezone.now() - backlog.FRESH * 2)
    assert live(world) == 0
    schedule.retry()
    assert not Backlog.objects.exists()


def test_no_channel_costs_no_error(world: World) -> None:
    assert backlog.of([]) == {}
