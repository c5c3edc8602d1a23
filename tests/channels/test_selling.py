"""Profiles and selling lists: changed, and followed by their listings."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import due, onboarding, selling
from channels.models import (
    Communicated,
    Listing,
    ListingLevel,
    Location,
    Observation,
    Profile,
    ProfileVersion,
)
from channels.publishing import Place, decide
from channels.rules import Mode
from tests.channels.listings import due_products, listing_ids, other_channel, settle
from tests.factories import (
    make_product,
    make_products,
    make_profile,
    make_selling_list,
    say,
)
from tests.pretend import World

pytestmark = pytest.mark.django_db


def test_a_changed_profile_is_a_new_version_and_its_listings_are_due(world: World) -> None:
    profile = make_profile()
    make_selling_list(world.channel, profile, world.products[0])
    settle(world)
    version = say(profile, Mode.NOT_MORE_THAN, quantity=3)
    assert (version.number, version.created_by) == (2, "test")
    assert due_products(world) == {"CUP-0"}
    assert not world.level(world.products[0]).is_update_asked


def test_saving_what_it_says_already_writes_and_marks_nothing(world: World) -> None:
    profile = make_profile(Mode.NOT_MORE_THAN, quantity=3, warehouse_ids=[world.warehouse.pk])
    selling.set_profile(world.channel, profile)
    settle(world)
    ids = [world.warehouse.pk, world.warehouse.pk]
    assert say(profile, Mode.NOT_MORE_THAN, quantity=3, warehouse_ids=ids).number == 1
    assert due_products(world) == set()
    assert ProfileVersion.objects.count() == 1


def test_a_channels_profile_reaches_its_listings_without_a_list_only(world: World) -> None:
    house = make_profile()
    make_selling_list(world.channel, make_profile(), world.products[0])
    settle(world)
    assert selling.set_profile(world.channel, house) == 3
    assert due_products(world) == {"CUP-1", "CUP-2"}
    settle(world)
    say(house, buffer=1)
    assert due_products(world) == {"CUP-1", "CUP-2"}


def test_setting_the_same_profile_marks_nothing(world: World) -> None:
    made = make_selling_list(world.channel, make_profile(), world.products[0])
    settle(world)
    assert selling.set_profile(made, made.profile) == 0
    assert due_products(world) == set()
    assert selling.set_profile(made, make_profile()) == 1
    assert due_products(world) == {"CUP-0"}


def test_listings_move_between_lists_and_out_of_them(world: World) -> None:
    first, second = world.products[:2]
    one = make_selling_list(world.channel, make_profile(), first)
    two = make_selling_list(world.channel, make_profile())
    settle(world)
    assert selling.assign(two, listing_ids(world, first, second)) == 2
    assert set(two.listings.values_list("product__sku", flat=True)) == {"CUP-0", "CUP-1"}
    assert due_products(world) == {"CUP-0", "CUP-1"}
    assert selling.assign(two, listing_ids(world, first)) == 0
    assert selling.assign(None, listing_ids(world, first)) == 1
    assert not one.listings.exists()
    assert world.listing(first).selling_list is None


def test_a_list_takes_listings_of_its_own_channel_alone(world: World) -> None:
    product = world.products[0]
    other = other_channel(product)
    made = make_selling_list(world.channel, make_profile())
    foreign = Listing.objects.get(channel=other)
    with pytest.raises(ValidationError, match=r"CUP-0 \(Other shop\)\. Choose listings of Corner"):
        selling.assign(made, [foreign.pk, *listing_ids(world, product)])
    assert not made.listings.exists()


def test_a_selling_list_always_has_a_profile(world: World) -> None:
    made = make_selling_list(world.channel, make_profile())
    with pytest.raises(ValidationError, match="choose one"):
        selling.set_profile(made, None)


@pytest.mark.parametrize(
    ("fields", "field", "remedy"),
    [
        ({"mode": Mode.CUSTOM}, "quantity", "enter the units to show"),
        ({"mode": Mode.NOT_MORE_THAN}, "quantity", "enter the most units"),
        ({"mode": Mode.NOT_MORE_THAN, "quantity": 3, "minimum": 5}, "minimum", "Lower the minimum"),
        ({"warehouse_ids": [999_999]}, "warehouse_ids", "no warehouse 999999"),
        ({"percentage": 0}, "percentage", "greater than or equal to 1"),
        ({"percentage": 101}, "percentage", "less than or equal to 100"),
        ({"buffer": -1}, "buffer", "greater than or equal to 0"),
        ({"mode": "guess"}, "mode", "not a valid choice"),
    ],
)
def test_what_can_not_be_meant_is_refused_with_its_field_and_remedy(
    db: None, fields: dict[str, object], field: str, remedy: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        selling.save(Profile(name="Wrong"), ProfileVersion(**fields), by="test")
    assert list(refused.value.message_dict) == [field]
    assert remedy in refused.value.message_dict[field][0]
    assert not Profile.objects.exists()


def test_an_update_asks_for_these_listings_again(world: World) -> None:
    first, second, _ = world.products[:3]
    made = make_selling_list(world.channel, make_profile(Mode.CUSTOM, quantity=9), first)
    settle(world)
    assert selling.update_quantities(world.channel, made) == 1
    assert world.level(first).is_update_asked
    assert world.row(first).state == Communicated.State.PENDING_UPDATE
    assert world.row(second).state == Communicated.State.LINKED
    assert selling.update_quantities(world.channel, listing_ids(world, second)) == 1
    assert world.row(second).state == Communicated.State.PENDING_UPDATE


def test_an_update_leaves_other_channels_and_mirrors_alone(world: World) -> None:
    settle(world)
    other = other_channel(world.products[0])
    assert selling.update_quantities(other, listing_ids(world, world.products[0])) == 0
    Location.objects.update(mirror=world.warehouse)
    assert selling.update_quantities(world.channel, listing_ids(world, world.products[0])) == 0
    assert due_products(world) == set()


def test_a_number_told_once_is_left_alone_until_an_update_is_asked_for(world: World) -> None:
    product = world.products[0]
    place = Place(product.pk, world.location.pk)
    settle(world)
    make_selling_list(world.channel, make_profile(Mode.CUSTOM, quantity=9), product)
    decision = decide([place])[place]
    assert (decision.is_left_alone, decision.quantity) == (True, 40)
    selling.update_quantities(world.channel, listing_ids(world, product))
    decision = decide([place])[place]
    assert (decision.is_left_alone, decision.quantity) == (False, 9)


def test_what_was_left_alone_then_is_known_from_receipts_and_readings(world: World) -> None:
    told, read = world.products[:2]
    make_selling_list(world.channel, make_profile(Mode.CUSTOM, quantity=9), told, read)
    places = [Place(product.pk, world.location.pk) for product in (told, read)]
    before = timezone.now()
    world.tell(told)
    Observation.objects.create(level=world.level(read), available=9)
    then, now = decide(places, as_of=before), decide(places, as_of=timezone.now())
    assert [then[place].is_left_alone for place in places] == [False, False]
    assert [now[place].is_left_alone for place in places] == [True, True]


def test_marking_many_takes_parts_and_few_statements(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    products = make_products(30)
    onboarding.tick(world.channel, [product.pk for product in products])
    due.create_levels(world.channel)
    profile = make_profile()
    make_selling_list(world.channel, profile, *products)
    ListingLevel.objects.update(pushed_version=9)
    with django_assert_max_num_queries(12):
        say(profile, buffer=1)
    monkeypatch.setattr("channels.selling.changing.PART", 7)
    ListingLevel.objects.update(pushed_version=9, stale_version=9)
    say(profile, buffer=2)
    waiting = ListingLevel.objects.filter(stale_version=10)
    assert set(waiting.values_list("listing__product", flat=True)) == {p.pk for p in products}


def test_listings_of_other_channels_stay_as_they_are(world: World) -> None:
    other = other_channel(make_product())
    settle(world)
    selling.set_profile(other, make_profile())
    assert due_products(world) == set()
