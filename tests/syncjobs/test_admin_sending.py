"""Numbers sent by hand: previewed, permitted, logged, and asked for as a run."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from channels.models import Channel, Communicated, Listing, ListingLevel
from desk import history
from desk.cells import page_of
from inventory.models import Product
from syncjobs import hints
from syncjobs.admin import previews
from syncjobs.models import Run
from tests.factories import make_product
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

TABLE = reverse("admin:channels_communicated_changelist")
PRODUCTS = reverse("admin:inventory_product_changelist")
LISTINGS = reverse("admin:channels_listing_changelist")
LOGS = reverse("admin:syncjobs_processlog_changelist")
LOOK = ("channels.view_communicated", "inventory.view_product", "channels.view_listing")
LOOK_AT_SYNC = ("syncjobs.view_run", "syncjobs.view_processlog", "channels.view_channel")


def choose(client: Client, url: str, action: str, chosen: list[Any], **answers: object) -> Any:
    data = {"action": action, "_selected_action": [each.pk for each in chosen]}
    return client.post(url, data | answers)


def rows(world: World, *numbers: int) -> list[Communicated]:
    return [world.row(world.products[number]) for number in numbers]


@pytest.fixture
def sender(client: Client) -> Client:
    """May look, and send."""
    client.force_login(person("sam", *LOOK, *LOOK_AT_SYNC, "channels.send_communicated"))
    return client


@pytest.fixture
def looker(client: Client) -> Client:
    """May look at everything, and send nothing."""
    client.force_login(person("lou", *LOOK, *LOOK_AT_SYNC))
    return client


def test_confirming_shows_what_would_change_before_anything_is_sent(
    sender: Client, world: World
) -> None:
    ListingLevel.objects.filter(listing__product=world.products[0]).update(acknowledged=90)
    ListingLevel.objects.filter(listing__product=world.products[1]).update(acknowledged=1)

    response = choose(sender, TABLE, "confirm_and_send", rows(world, 0, 1, 2, 3))

    [part] = response.context["parts"]
    assert dict(part.counts) == {"downs": 1, "ups": 1}
    assert [(each.sku, each.before, each.after) for each in part.top] == [
        ("CUP-0", 90, 40),
        ("CUP-1", 1, 5),
    ]
    assert dict(part.skipped) == {
        "Stock was never counted": 1,
        "No match at the channel": 1,
    }
    assert not Run.objects.exists()


def test_the_preview_counts_zeros_apart(world: World) -> None:
    world.hold(world.products[0], 45)
    ListingLevel.objects.update(acknowledged=7)

    [part] = previews.of_rows(Communicated.objects.filter(product=world.products[0]))

    assert dict(part.counts) == {"zeros": 1}


def test_confirming_starts_one_run_for_the_chosen_products_and_logs_who_did(
    sender: Client, world: World, given: list[int]
) -> None:
    given.clear()
    response = choose(sender, TABLE, "confirm_and_send", rows(world, 0, 1), confirmed="1")

    run = Run.objects.get()
    assert (run.kind, run.trigger, run.status) == ("bulk", "person", "queued")
    assert run.product_ids == [product.pk for product in world.products[:2]]
    assert run.requested_by == "sam"
    assert given == [world.channel.pk]
    assert response.headers["Location"] == page_of(run)
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_id) == ("sam", str(run.pk))
    assert history.told(entry) == "Confirm and send: 2 products (Corner shop)"


def test_one_row_is_confirmed_on_its_own_page(sender: Client, world: World) -> None:
    page = page_of(world.row(world.products[1])).replace("change", "confirm-and-send")

    asked = sender.get(page)
    assert asked.status_code == 200
    assert not Run.objects.exists()
    sender.post(page, {"confirmed": "1"})

    assert Run.objects.get().product_ids == [world.products[1].pk]


def test_with_the_broker_down_the_run_is_kept_and_the_page_says_when_it_starts(
    sender: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "give", lambda _channel_ids: False)
    page = page_of(world.row(world.products[1])).replace("change", "confirm-and-send")

    response = sender.post(page, {"confirmed": "1"}, follow=True)

    assert "starts with the next sweep" in response.content.decode()
    assert Run.objects.get().status == Run.Status.QUEUED


def test_a_product_that_is_not_communicated_starts_no_run_of_everything(
    sender: Client, world: World
) -> None:
    Listing.objects.filter(product=world.products[0]).update(is_ticked=False)

    response = choose(sender, TABLE, "confirm_and_send", rows(world, 0), confirmed="1")
    page = page_of(world.row(world.products[0])).replace("change", "confirm-and-send")
    on_its_page = sender.post(page, {"confirmed": "1"})

    assert (response.status_code, on_its_page.status_code) == (302, 302)
    assert not Run.objects.exists()


@pytest.mark.parametrize("url", [TABLE, PRODUCTS, LISTINGS, LOGS])
def test_without_the_permission_no_list_offers_to_send(
    looker: Client, world: World, url: str
) -> None:
    world.log(world.products[0], "untracked")
    offered: dict[str, tuple[str, list[Any]]] = {
        TABLE: ("confirm_and_send", rows(world, 0)),
        PRODUCTS: ("sync_to_channel", world.products),
        LISTINGS: ("match_again", [world.listing(world.products[0])]),
        LOGS: ("retry", list(world.channel.logs.all())),
    }
    action, chosen = offered[url]

    choose(looker, url, action, chosen, confirmed="1", channel=world.channel.pk)

    assert not Run.objects.exists()
    assert action not in looker.get(url).content.decode()


@pytest.mark.parametrize("path", ["hard-sync", "send-new"])
def test_without_the_permission_no_channel_is_synced(
    looker: Client, world: World, path: str
) -> None:
    page = page_of(world.channel).replace("change", path)

    assert looker.post(page).status_code == 403
    assert not Run.objects.exists()


def test_without_the_permission_one_row_is_not_sent(looker: Client, world: World) -> None:
    page = page_of(world.row(world.products[0])).replace("change", "confirm-and-send")

    assert looker.post(page, {"confirmed": "1"}).status_code == 403
    assert not Run.objects.exists()


def test_sending_needs_looking(client: Client, world: World) -> None:
    client.force_login(person("blind", "channels.send_communicated"))
    row = page_of(world.row(world.products[0])).replace("change", "confirm-and-send")
    channel = page_of(world.channel).replace("change", "hard-sync")

    assert client.post(row, {"confirmed": "1"}).status_code == 403
    assert client.post(channel).status_code == 403
    assert not Run.objects.exists()


def test_syncing_products_first_says_what_would_happen_on_each_channel(
    sender: Client, world: World
) -> None:
    Channel.objects.create(kind="pretend", name="Closed shop", is_active=False)
    Channel.objects.create(kind="pretend", name="Empty shop")
    Listing.objects.filter(product=world.products[1]).update(state="new", reason="")
    stranger = make_product()

    response = choose(sender, PRODUCTS, "sync_to_channel", [*world.products, stranger])

    closed, corner, empty = response.context["offers"]
    assert (corner.channel, corner.ready, corner.waiting) == (world.channel, 2, 1)
    assert (corner.unlisted, corner.skipped) == (1, [("No match at the channel", 1)])
    assert (closed.problem, empty.problem) == (
        "The channel is switched off.",
        "None of these products is ticked for it.",
    )
    assert not Run.objects.exists()


def test_syncing_products_starts_a_run_of_those_that_are_ticked(
    sender: Client, world: World
) -> None:
    stranger = make_product()

    response = choose(
        sender,
        PRODUCTS,
        "sync_to_channel",
        [*world.products[:2], stranger],
        channel=world.channel.pk,
    )

    run = Run.objects.get()
    assert (run.kind, run.product_ids) == ("bulk", [each.pk for each in world.products[:2]])
    assert response.headers["Location"] == page_of(run)


@pytest.mark.parametrize("channel", ["", "999999"])
def test_syncing_products_nowhere_is_refused(sender: Client, world: World, channel: str) -> None:
    response = choose(sender, PRODUCTS, "sync_to_channel", world.products, channel=channel)

    assert response.status_code == 302
    assert not Run.objects.exists()


def test_all_products_of_a_filter_are_synced_together(sender: Client, world: World) -> None:
    Product.objects.filter(pk=world.products[0].pk).update(is_active=False)

    choose(
        sender,
        PRODUCTS + "?is_active__exact=1",
        "sync_to_channel",
        world.products[1:2],
        channel=world.channel.pk,
        select_across="1",
    )

    assert Run.objects.get().product_ids == [each.pk for each in world.products[1:]]


@pytest.mark.parametrize(("path", "kind"), [("hard-sync", "hard"), ("send-new", "new")])
def test_a_whole_channel_is_synced_after_a_question(
    sender: Client, world: World, path: str, kind: str
) -> None:
    page = page_of(world.channel).replace("change", path)

    assert sender.get(page).status_code == 200
    assert not Run.objects.exists()
    response = sender.post(page)

    run = Run.objects.get()
    assert (run.kind, run.product_ids, run.requested_by) == (kind, [], "sam")
    assert response.headers["Location"] == page_of(run)


def test_a_channel_that_is_switched_off_is_not_synced(sender: Client, world: World) -> None:
    Channel.objects.update(is_stock_synced=False)
    page = page_of(world.channel).replace("change", "hard-sync")

    response = sender.post(page)

    assert response.headers["Location"] == page_of(world.channel)
    assert not Run.objects.exists()


def test_skipped_listings_are_matched_again_by_a_run(sender: Client, world: World) -> None:
    choose(sender, LISTINGS, "match_again", [world.listing(world.products[3])])

    assert Run.objects.get().product_ids == [world.products[3].pk]


def test_logged_products_are_retried_each_once(sender: Client, world: World) -> None:
    lines = [world.log(world.products[0], "untracked") for _ in range(3)]

    choose(sender, LOGS, "retry", [*lines, world.log(world.products[1], "stale")])

    assert Run.objects.get().product_ids == [each.pk for each in world.products[:2]]


def test_a_preview_costs_the_same_for_one_row_and_for_many(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(5):
        previews.of_rows(Communicated.objects.all())
    with django_assert_max_num_queries(4):
        previews.of_products(Product.objects.all())
