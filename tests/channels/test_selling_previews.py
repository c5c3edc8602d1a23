"""What a change of rules would do is seen before it is saved."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from channels import onboarding, selling
from channels.models import (
    Listing,
    ListingLevel,
    Profile,
    ProfileVersion,
)
from channels.rules import Mode, Unknown
from channels.selling import Change, previewing
from tests.channels.listings import due_products, listing_ids, settle
from tests.factories import (
    make_products,
    make_profile,
    make_selling_list,
    stock,
)
from tests.pretend import World

pytestmark = pytest.mark.django_db


def test_a_preview_counts_what_a_change_would_do_and_changes_nothing(world: World) -> None:
    stock(world.products[2], world.warehouse, 7)
    profile = make_profile()
    selling.set_profile(world.channel, profile)
    settle(world, CUP_0=12, CUP_1=5, CUP_2=7)
    seen = selling.preview(profile, ProfileVersion(minimum=6, percentage=80))
    assert (seen.total, seen.ups, seen.downs, seen.zeros, seen.unchanged) == (3, 1, 0, 2, 0)
    assert seen.changes[0] == Change("CUP-0", "Corner shop", "Shop", 12, 32)
    assert {(each.sku, each.after) for each in seen.changes[1:]} == {("CUP-1", 0), ("CUP-2", 0)}
    assert ProfileVersion.objects.count() == 1
    assert due_products(world) == set()


def test_a_preview_without_a_change_shows_what_stands(world: World) -> None:
    profile = make_profile()
    selling.set_profile(world.channel, profile)
    settle(world)
    seen = selling.preview(profile)
    assert (seen.total, seen.unchanged, seen.unknown, seen.changes) == (3, 2, 1, [])


def test_a_preview_of_a_number_told_once_says_what_waits_for_an_update_and_its_risk(
    world: World,
) -> None:
    profile = make_profile()
    selling.set_profile(world.channel, profile)
    settle(world, CUP_2=3)
    draft = ProfileVersion(mode=Mode.CUSTOM, quantity=10)
    seen = selling.preview(profile, draft)
    assert (seen.left_alone, seen.risk, seen.changes) == (3, 3, [])
    seen = selling.preview(profile, draft, is_asked=True)
    assert (seen.ups, seen.downs, seen.left_alone, seen.risk) == (2, 1, 0, 15)


def test_a_preview_takes_a_number_away_only_where_the_channel_can_be_told_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = make_profile()
    selling.set_profile(world.channel, profile)
    settle(world, CUP_2=3)
    draft = ProfileVersion(unknown=Unknown.NULL)
    assert (selling.preview(profile, draft).unknown, selling.preview(profile, draft).cleared) == (
        1,
        0,
    )
    monkeypatch.setattr("tests.pretend.PretendAdapter.can_clear", True)
    seen = selling.preview(profile, draft)
    assert (seen.unknown, seen.cleared) == (0, 1)
    assert list(seen.changes) == [Change("CUP-2", "Corner shop", "Shop", 3, None)]


def test_a_preview_of_what_the_channel_shows_is_not_known_is_a_first(world: World) -> None:
    profile = make_profile()
    selling.set_profile(world.channel, profile)
    seen = selling.preview(profile)
    assert (seen.first, seen.unknown) == (2, 1)
    assert [(each.before, each.after) for each in seen.changes] == [(None, 40), (None, 5)]


def test_a_preview_leaves_out_what_is_not_told(world: World) -> None:
    profile = make_profile()
    selling.set_profile(world.channel, profile)
    settle(world)
    onboarding.untick(world.channel, [world.products[0].pk])
    Listing.objects.filter(product=world.products[1]).update(is_excluded=True)
    assert selling.preview(profile).total == 1
    world.location.warehouses.clear()
    assert selling.preview(profile).total == 0


def test_a_preview_of_a_draft_that_can_not_be_meant_is_refused(world: World) -> None:
    with pytest.raises(ValidationError, match="enter the units"):
        selling.preview(make_profile(), ProfileVersion(mode=Mode.CUSTOM))


def test_a_profile_that_is_not_saved_yet_reaches_nobody(world: World) -> None:
    assert selling.preview(Profile(name="New"), ProfileVersion()).total == 0


def test_moving_listings_is_previewed_with_the_rule_of_the_other_list(world: World) -> None:
    first, second = world.products[:2]
    capped = make_selling_list(
        world.channel, make_profile(Mode.NOT_MORE_THAN, quantity=3), world.products[2]
    )
    settle(world)
    ids = listing_ids(world, first, second)
    seen = selling.preview_move(capped, ids)
    assert (seen.total, seen.downs) == (2, 2)
    assert [(each.sku, each.after) for each in seen.changes] == [("CUP-0", 3), ("CUP-1", 3)]
    selling.assign(capped, ids)
    settle(world)
    seen = selling.preview_move(None, ids)
    assert (seen.total, seen.ups) == (2, 2)


def test_another_profile_for_a_list_or_a_channel_is_previewed(world: World) -> None:
    made = make_selling_list(world.channel, make_profile(), world.products[0])
    settle(world)
    assert selling.preview_profile(made, make_profile(Mode.SINGLE), is_asked=True).downs == 1
    seen = selling.preview_profile(world.channel, make_profile(buffer=5))
    assert (seen.total, seen.zeros, seen.unknown) == (2, 1, 1)
    assert selling.preview_profile(world.channel, None).unchanged == 1


def test_a_preview_of_many_goes_in_chunks_and_keeps_the_largest(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    products = make_products(40)
    onboarding.tick(world.channel, [product.pk for product in products])
    for number, product in enumerate(products):
        stock(product, world.warehouse, 100 + number)
    made = make_selling_list(world.channel, make_profile(), *products)
    ListingLevel.objects.update(acknowledged=100, is_update_asked=False)
    with django_assert_max_num_queries(8):
        whole = selling.preview_profile(made, made.profile, limit=3)
    monkeypatch.setattr(previewing, "CHUNK", 7)
    parts = selling.preview_profile(made, made.profile, limit=3)
    assert (whole.total, whole.ups, whole.unchanged) == (40, 39, 1)
    assert [each.after for each in whole.changes] == [139, 138, 137]
    assert parts == whole
