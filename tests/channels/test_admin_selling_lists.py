"""Selling lists: listings put under a profile, moved, taken out, and updated at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import due, selling
from channels.admin import selling_list
from channels.models import (
    Channel,
    Communicated,
    Listing,
    ListingLevel,
    MembershipPeriod,
    Profile,
    ProfilePeriod,
    ProfileVersion,
    SellingList,
)
from desk.cells import list_of, page_of
from syncjobs.models import Run
from tests.factories import make_products
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:channels_sellinglist_changelist")
ADD = reverse("admin:channels_sellinglist_add")
LISTINGS = reverse("admin:channels_listing_changelist")
CONFIRMED = {"_confirmed": "1", "_save": ""}


def make_profile(name: str, mode: str, quantity: int | None) -> Profile:
    profile = Profile(name=name)
    selling.save(profile, ProfileVersion(mode=mode, quantity=quantity), "ana")
    return profile


@pytest.fixture
def single(world: World) -> Profile:
    return make_profile("One of each", "single", None)


@pytest.fixture
def gifts(world: World, single: Profile) -> SellingList:
    """An empty list; the first two products show what they have."""
    for product in world.products[:2]:
        world.tell(product)
    ListingLevel.objects.update(is_update_asked=False)
    return SellingList.objects.create(channel=world.channel, name="Gifts", profile=single)


def act(client: Client, action: str, *listings: Listing, **answers: Any) -> Any:
    data = {"action": action, "_selected_action": [listing.pk for listing in listings]}
    return client.post(LISTINGS, data | answers)


def put(client: Client, target: SellingList | str, *listings: Listing) -> Any:
    chosen = target.pk if isinstance(target, SellingList) else target
    return act(client, "put_into_list", *listings, list=chosen, _confirmed="1")


def update_page(chosen: SellingList) -> str:
    return reverse("admin:channels_sellinglist_update_list", args=[chosen.pk])


def test_a_list_is_made_with_its_channel_and_profile(
    admin_client: Client, world: World, single: Profile
) -> None:
    data = {"name": "Gifts", "channel": world.channel.pk, "profile": single.pk}

    response = admin_client.post(ADD, data)

    assert response.status_code == 302
    made = SellingList.objects.get()
    assert (made.name, made.channel, made.profile) == ("Gifts", world.channel, single)
    assert ProfilePeriod.objects.get(selling_list=made).profile == single


def test_listings_are_put_into_a_list_after_a_choice_and_a_preview(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    chosen = [world.listing(product) for product in world.products[:2]]

    choice = act(admin_client, "put_into_list", *chosen)
    assert [each.name for each in choice.context["lists"]] == ["Gifts"]
    asked = act(admin_client, "put_into_list", *chosen, list=gifts.pk)
    assert asked.context["preview"].left_alone == 2
    assert not gifts.listings.exists()
    put(admin_client, gifts, *chosen)

    assert set(gifts.listings.all()) == set(chosen)
    assert MembershipPeriod.objects.filter(selling_list=gifts, ended_at=None).count() == 2
    assert world.level(world.products[0]).is_due


def test_listings_move_and_are_taken_out(
    admin_client: Client, world: World, gifts: SellingList, single: Profile
) -> None:
    other = SellingList.objects.create(channel=world.channel, name="Summer", profile=single)
    listing = world.listing(world.products[0])

    put(admin_client, gifts, listing)
    put(admin_client, other, listing)
    assert other.listings.get() == listing
    put(admin_client, "none", listing)

    assert not Listing.objects.exclude(selling_list=None).exists()
    assert not MembershipPeriod.objects.filter(ended_at=None).exists()


def test_listings_of_several_channels_go_into_no_list_together(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    other = Channel.objects.create(kind="pretend", name="Other")
    foreign = Listing.objects.create(channel=other, product=world.products[0])

    data = {"action": "put_into_list", "list": gifts.pk}
    both = [foreign.pk, world.listing(world.products[0]).pk]
    mixed = admin_client.post(LISTINGS, data | {"_selected_action": both}, follow=True)
    theirs = admin_client.post(LISTINGS, data | {"_selected_action": [foreign.pk]}, follow=True)

    assert "a selling list belongs to one" in mixed.text
    assert "Choose a selling list of Other." in theirs.text
    assert not gifts.listings.exists()


def test_update_q_of_a_whole_list_is_asked_then_told_by_a_run(
    admin_client: Client, world: World, gifts: SellingList, given: list[int]
) -> None:
    put(admin_client, gifts, *(world.listing(product) for product in world.products[:2]))
    given.clear()

    asked = admin_client.get(update_page(gifts))
    [(_, [(name, rule, preview)])] = asked.context["parts"]
    assert (name, rule) == ("Gifts", "One of each")
    assert [(each.sku, each.before, each.after) for each in preview.changes] == [
        ("CUP-0", 40, 1),
        ("CUP-1", 5, 1),
    ]
    assert not Run.objects.exists()
    response = admin_client.post(update_page(gifts), {"_confirmed": "1"})

    run = Run.objects.get()
    assert response.headers["Location"] == page_of(run)
    assert (run.kind, run.requested_by) == ("bulk", "admin")
    assert run.product_ids == [product.pk for product in world.products[:2]]
    assert world.channel.pk in given
    assert [world.row(product).state for product in world.products[:2]] == ["pending_update"] * 2


def test_update_q_of_chosen_listings_leaves_the_others_alone(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    listings = [world.listing(product) for product in world.products[:2]]
    put(admin_client, gifts, *listings)

    asked = act(admin_client, "update_quantities", listings[0])
    assert len(asked.context["parts"]) == 1
    act(admin_client, "update_quantities", listings[0], _confirmed="1")

    assert Run.objects.get().product_ids == [world.products[0].pk]
    assert world.level(world.products[0]).is_update_asked
    assert not world.level(world.products[1]).is_update_asked


@pytest.mark.parametrize("switch", ["is_active", "is_stock_synced"])
def test_where_nothing_may_be_sent_an_update_waits_and_says_why(
    admin_client: Client, world: World, gifts: SellingList, switch: str
) -> None:
    listing = world.listing(world.products[0])
    put(admin_client, gifts, listing)
    Channel.objects.filter(pk=world.channel.pk).update(**{switch: False})

    response = admin_client.post(update_page(gifts), {"_confirmed": "1"}, follow=True)

    assert "The quantities wait: " in response.text
    assert not Run.objects.exists()
    assert world.row(world.products[0]).state == "pending_update"
    if switch == "is_stock_synced":
        assert "Stock sync is off" in admin_client.get(LISTINGS).text


def test_an_update_of_nothing_is_refused(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    response = admin_client.post(update_page(gifts), {"_confirmed": "1"}, follow=True)

    assert "none of these listings is ticked" in response.text
    assert admin_client.get(update_page(gifts).replace(str(gifts.pk), "999")).status_code == 404


def test_a_listing_shows_its_list_its_rule_and_the_update_that_waits(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    listing = world.listing(world.products[0])
    put(admin_client, gifts, listing)
    selling.update_quantities(world.channel, [listing.pk])

    page = admin_client.get(LISTINGS, {"list": gifts.pk})
    waiting = admin_client.get(LISTINGS, {"quantity": "pending_update"})

    [row] = page.context["cl"].result_list
    assert row.standing == ("pending_update", "")
    assert "Pending Qty Update" in page.text
    assert "One of each" in page.text
    assert [each.pk for each in waiting.context["cl"].result_list] == [listing.pk]


def test_the_table_shows_profile_list_activity_and_what_is_unconfirmed(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    put(admin_client, gifts, world.listing(world.products[0]))
    level = world.level(world.products[0])
    ListingLevel.objects.filter(pk=level.pk).update(
        pushed_version=level.stale_version, told_at=timezone.now(), told=1, is_buyable=False
    )
    table = reverse("admin:channels_communicated_changelist")

    def skus(**query: Any) -> list[str]:
        rows = admin_client.get(table, query).context["cl"].result_list
        return [row.product.sku for row in rows]

    text = admin_client.get(table, {"q": "CUP-0"}).text
    assert all(word in text for word in ("One of each", "Gifts", "Inactive", "unconfirmed since"))
    assert skus(rule=f"list-{gifts.pk}") == skus(rule=f"profile-{gifts.profile_id}") == ["CUP-0"]
    assert skus(activity="inactive") == ["CUP-0"]
    assert skus(activity="active") == []
    assert skus(state__exact="unconfirmed") == ["CUP-0"]
    assert len(skus(rule="list-x")) == 4
    explained = admin_client.get(page_of(world.row(world.products[0]))).text
    assert all(word in explained for word in ("Unconfirmed since", "Inactive", "Gifts"))


def test_another_profile_of_a_list_is_previewed_then_recorded(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    put(admin_client, gifts, world.listing(world.products[0]))
    three = make_profile("Three at most", "not_more_than", 3)
    data = {"name": "Presents", "profile": three.pk}

    asked = admin_client.post(page_of(gifts), data)
    assert [(each.sku, each.after) for each in asked.context["preview"].changes] == [("CUP-0", 3)]
    gifts.refresh_from_db()
    assert (gifts.name, gifts.profile.name) == ("Gifts", "One of each")
    admin_client.post(page_of(gifts), data | CONFIRMED)

    gifts.refresh_from_db()
    assert (gifts.name, gifts.profile) == ("Presents", three)
    assert ProfilePeriod.objects.get(selling_list=gifts, ended_at=None).profile == three


def test_the_list_of_lists_counts_listings_and_updates_that_wait(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    listing = world.listing(world.products[0])
    put(admin_client, gifts, listing, world.listing(world.products[1]))
    selling.update_quantities(world.channel, [listing.pk])

    [row] = admin_client.get(LIST).context["cl"].result_list

    assert (row.listing_count, row.waiting) == (2, 1)


def test_where_much_is_due_the_list_says_at_least_how_many_wait(
    admin_client: Client, world: World, gifts: SellingList, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = str(selling_list.LOOKED_AT)
    monkeypatch.setattr(selling_list, "_WAITING", selling_list._WAITING.replace(most, "1"))
    listings = [world.listing(product) for product in world.products[:2]]
    put(admin_client, gifts, *listings)
    ListingLevel.objects.update(pushed_version=F("stale_version"))
    selling.update_quantities(world.channel, [listing.pk for listing in listings])

    page = admin_client.get(LIST)

    [row] = page.context["cl"].result_list
    assert (row.waiting, row.may_be_more) == (1, True)
    assert ">1+<" in page.text


def test_a_list_that_had_listings_stays_and_says_why(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    page = reverse("admin:channels_sellinglist_delete", args=[gifts.pk])
    put(admin_client, gifts, world.listing(world.products[0]))
    put(admin_client, "none", world.listing(world.products[0]))

    kept = admin_client.post(page, {"post": "yes"}, follow=True)
    assert "has or had listings" in kept.text
    MembershipPeriod.objects.all().delete()
    admin_client.post(page, {"post": "yes"})

    assert not SellingList.objects.exists()


def test_a_list_leads_to_its_listings_and_to_those_that_could_join(
    admin_client: Client, world: World, gifts: SellingList
) -> None:
    put(admin_client, gifts, world.listing(world.products[0]))

    def listed(action: str) -> int:
        page = reverse(f"admin:channels_sellinglist_{action}", args=[gifts.pk])
        return len(admin_client.get(page, follow=True).context["cl"].result_list)

    assert (listed("see_listings"), listed("add_listings")) == (1, 3)


@pytest.mark.parametrize(
    ("group", "seen", "changes", "sends"),
    [
        ("Warehouse manager", True, False, False),
        ("Partner", False, False, False),
        ("CSM", True, True, False),
        ("Stock communicator", True, False, True),
    ],
)
def test_each_role_does_what_is_its_own(
    client: Client,
    world: World,
    gifts: SellingList,
    group: str,
    seen: bool,
    changes: bool,
    sends: bool,
) -> None:
    listing = world.listing(world.products[0])
    selling.assign(gifts, [listing.pk])
    client.force_login(person("somebody", group=group))
    three = make_profile("Three at most", "not_more_than", 3)

    assert client.get(LIST).status_code == (200 if seen else 403)
    assert client.get(page_of(gifts)).status_code == (200 if seen else 403)
    data = {"name": "Gifts", "profile": three.pk} | CONFIRMED
    assert client.post(page_of(gifts), data).status_code == (302 if changes else 403)
    updated = client.post(update_page(gifts), {"_confirmed": "1"})
    assert updated.status_code == (302 if sends else 403)
    act(client, "update_quantities", listing, _confirmed="1")
    assert Run.objects.count() == (2 if sends else 0)
    put(client, "none", listing)
    listing.refresh_from_db()
    assert (listing.selling_list is None) == changes


def test_lists_and_pages_cost_the_same_however_much_there_is(
    admin_client: Client,
    world: World,
    gifts: SellingList,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    Listing.objects.bulk_create(
        Listing(channel=world.channel, product=product, state="linked", item_id=product.sku)
        for product in make_products(60)
    )
    due.by_channel(world.channel)
    ids = list(Listing.objects.values_list("pk", flat=True))
    selling.assign(gifts, ids)

    with django_assert_max_num_queries(9):
        admin_client.get(LIST)
    with django_assert_max_num_queries(12):
        admin_client.get(page_of(gifts))
    with django_assert_max_num_queries(10):
        admin_client.get(LISTINGS)
    with django_assert_max_num_queries(18):
        admin_client.get(update_page(gifts))
    with django_assert_max_num_queries(20):
        admin_client.get(list_of(Communicated, rule=f"list-{gifts.pk}"))
