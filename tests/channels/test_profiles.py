"""A listing goes by its list's rule, else its channel's, else the plain one; now and then."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import profiles, selling
from channels.models import Channel, Listing, MembershipPeriod, Profile, ProfilePeriod, SellingList
from channels.publishing import Place, decide
from channels.rules import PLAIN, Mode, Rule
from inventory.models import Product
from tests.factories import make_profile, make_selling_list, make_warehouse, say, stock
from tests.pretend import World

pytestmark = pytest.mark.django_db


def rule_of(world: World, product: Product, as_of: datetime.datetime | None = None) -> Rule | None:
    place = (product.pk, world.location.pk)
    return profiles.of_places([place], as_of).get(place)


def name_of(world: World, product: Product, as_of: datetime.datetime | None = None) -> str | None:
    rule = rule_of(world, product, as_of)
    return rule.name if rule else None


def test_a_listing_goes_by_its_list_then_its_channel_then_the_plain_rule(world: World) -> None:
    first, second = world.products[:2]
    assert rule_of(world, first) is None
    selling.set_profile(world.channel, make_profile(name="House"))
    make_selling_list(world.channel, make_profile(name="Own"), first)
    assert (name_of(world, first), name_of(world, second)) == ("Own", "House")


def test_the_newest_version_goes(world: World) -> None:
    profile = make_profile(Mode.CUSTOM, quantity=4)
    say(profile, Mode.NOT_MORE_THAN, quantity=3)
    make_selling_list(world.channel, profile, world.products[0])
    rule = rule_of(world, world.products[0])
    assert rule is not None
    assert (rule.mode, rule.quantity, rule.version) == (Mode.NOT_MORE_THAN, 3, 2)


def test_a_profile_that_says_nothing_yet_is_the_plain_rule(world: World) -> None:
    profile = Profile.objects.create(name="Empty")
    selling.set_profile(world.channel, profile)
    assert rule_of(world, world.products[0]) is None
    assert profiles.current(profile) is profiles.current(None) is PLAIN


def test_every_change_is_remembered_with_its_time(world: World) -> None:
    product = world.products[0]
    moments = [timezone.now()]
    house, own = make_profile(name="House"), make_profile(name="Own")

    def then() -> None:
        moments.append(timezone.now())

    selling.set_profile(world.channel, house)
    then()
    made = make_selling_list(world.channel, own, product)
    then()
    selling.set_profile(made, house)
    then()
    selling.set_profile(made, own)
    selling.assign(None, [world.listing(product).pk])
    then()
    selling.set_profile(world.channel, None)
    then()
    names = [name_of(world, product, moment) for moment in moments]
    assert names == [None, "House", "Own", "House", "House", None]
    listing = world.listing(product).pk
    lists = [profiles.lists_then([listing], moment).get(listing) for moment in moments]
    assert lists == [None, None, made.name, made.name, None, None]


def test_what_a_profile_said_then_is_the_version_of_then(world: World) -> None:
    profile = make_profile(Mode.NOT_MORE_THAN, quantity=3)
    selling.set_profile(world.channel, profile)
    before = timezone.now()
    say(profile, Mode.NOT_MORE_THAN, quantity=8)
    place = Place(world.products[0].pk, world.location.pk)
    past, now = decide([place], as_of=before)[place], decide([place])[place]
    assert (past.quantity, past.rule.version, now.quantity, now.rule.version) == (3, 1, 8, 2)


def test_periods_follow_rows_that_were_changed_without_us(world: World) -> None:
    """A sweep finds what nobody told."""
    profile, other = make_profile(), make_profile()
    made = SellingList.objects.create(channel=world.channel, name="By hand", profile=profile)
    Listing.objects.filter(product=world.products[0]).update(selling_list=made)
    profiles.remember()
    SellingList.objects.update(profile=other)
    Listing.objects.update(selling_list=None)
    profiles.remember()
    used = ProfilePeriod.objects.order_by("began_at").values_list("profile", "ended_at")
    assert [(pk, ended is None) for pk, ended in used] == [(profile.pk, False), (other.pk, True)]
    [membership] = MembershipPeriod.objects.all()
    assert membership.ended_at is not None


def test_remembering_again_changes_nothing(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    selling.set_profile(world.channel, make_profile())
    make_selling_list(world.channel, make_profile(), *world.products)
    before = [list(each.objects.values()) for each in (ProfilePeriod, MembershipPeriod)]
    with django_assert_num_queries(6):  # four of its own and a savepoint
        profiles.remember()
    assert before == [list(each.objects.values()) for each in (ProfilePeriod, MembershipPeriod)]


def test_rules_of_many_places_cost_one_query_without_profiles_and_four_with(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    places = [(product.pk, world.location.pk) for product in world.products]
    with django_assert_max_num_queries(1):
        assert profiles.of_places(places) == {}
    selling.set_profile(world.channel, make_profile())
    with django_assert_max_num_queries(4):
        assert len(profiles.of_places(places)) == len(places)
    with django_assert_max_num_queries(5):
        assert len(profiles.of_places(places, timezone.now())) == len(places)


def test_the_zero_limit_covers_every_profile_of_the_channel(world: World) -> None:
    assert profiles.zero_limit(world.channel) == 0
    make_selling_list(world.channel, make_profile(buffer=5))
    assert profiles.zero_limit(world.channel) == 5
    selling.set_profile(world.channel, make_profile(percentage=10))
    assert profiles.zero_limit(world.channel) == 9
    make_selling_list(world.channel, make_profile(warehouse_ids=[world.warehouse.pk]))
    assert profiles.zero_limit(world.channel) is None


def test_chosen_warehouses_count_alone_and_the_others_are_shown_with_it(world: World) -> None:
    product, depot = world.products[0], make_warehouse(name="Depot")
    world.location.warehouses.add(depot)
    stock(product, depot, 9)
    place = Place(product.pk, world.location.pk)
    assert decide([place])[place].quantity == 49
    make_selling_list(world.channel, make_profile(warehouse_ids=[depot.pk]), product)
    decision = decide([place])[place]
    assert (decision.quantity, decision.on_hand) == (9, 49)
    assert [(each.warehouse, each.is_counted) for each in decision.inputs] == [
        ("Main", False),
        ("Depot", True),
    ]


def test_a_past_moment_knows_each_channels_own_profile_and_no_others(world: World) -> None:
    product = world.products[0]
    other = Channel.objects.create(kind=world.channel.kind, name="Another shop")
    selling.set_profile(other, make_profile(name="Theirs"))
    before = timezone.now()
    selling.set_profile(world.channel, make_profile(name="Ours"))
    assert name_of(world, product, before) is None
    assert name_of(world, product, timezone.now()) == "Ours"
