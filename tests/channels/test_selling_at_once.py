"""Rules changed from several sides at once: no listing may keep a number of a rule that is gone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from channels import selling
from channels.models import Channel, Listing, ListingLevel, Profile, SellingList
from channels.rules import Mode
from tests.factories import make_profile, make_selling_list, say
from tests.inventory.threads import at_once
from tests.pretend import World

pytestmark = pytest.mark.django_db(transaction=True)

Act = Callable[[], object]


def soon(act: Act) -> bool:
    """Whether it was done without waiting for somebody else's transaction."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
            act()
    except OperationalError:
        return False
    return True


def acts(world: World) -> dict[str, Act]:
    """Each changes what the first product's number is made by, anew whenever it is called."""
    selling_list = SellingList.objects.get()
    profile = selling_list.profile
    spare = make_profile()
    listing = Listing.objects.get(product=world.products[0], channel=world.channel).pk
    member = Listing.objects.get(product=world.products[1], channel=world.channel).pk
    return {
        "save": lambda: say(profile, Mode.NOT_MORE_THAN, quantity=_next(profile)),
        "save other": lambda: say(spare, Mode.NOT_MORE_THAN, quantity=_next(spare)),
        "assign": lambda: selling.assign(SellingList.objects.get(), [listing]),
        "leave": lambda: selling.assign(None, [member]),
        "list": lambda: selling.set_profile(SellingList.objects.get(), spare),
        "channel": lambda: selling.set_profile(Channel.objects.get(), spare),
    }


def _next(profile: Profile) -> int:
    return profile.versions.count() + 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("save", "assign"),
        ("assign", "save"),
        ("save", "leave"),
        ("leave", "save"),
        ("save", "list"),
        ("list", "save"),
        ("save other", "list"),
        ("list", "save other"),
        ("save other", "channel"),
        ("channel", "save other"),
        ("list", "assign"),
        ("assign", "list"),
        ("channel", "leave"),
        ("leave", "channel"),
    ],
)
def test_who_comes_second_waits_for_the_first(world: World, first: str, second: str) -> None:
    profile = make_profile()
    selling.set_profile(world.channel, profile)
    make_selling_list(world.channel, profile, world.products[1])
    both = acts(world)
    with transaction.atomic():
        both[first]()
        assert at_once([partial(soon, both[second])]) == [False]
    assert at_once([partial(soon, both[second])]) == [True]


def test_many_changes_at_once_end_and_mark_every_level(world: World) -> None:
    profile = make_profile()
    selling.set_profile(world.channel, profile)
    make_selling_list(world.channel, profile, world.products[1])
    ListingLevel.objects.update(pushed_version=50, stale_version=50)
    at_once([*acts(world).values()] * 2)
    assert all(level.is_due for level in ListingLevel.objects.all())
