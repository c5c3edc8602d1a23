"""What is on its way is followed by its page, and since when a place is not right is said."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import communicated, due
from channels.admin import following, product_told
from channels.models import Channel, Communicated, ListingLevel, Location, Observation
from desk.cells import list_of, page_of
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product
from tests.pretend import World, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world: World) -> World:
    """The channel shows 40 and 5, as it should."""
    for product in world.products[:2]:
        world.tell(product)
    return world


def adjust(world: World, product: Product, delta: int) -> None:
    ledger.adjust(world.warehouse.pk, [(product.pk, delta)], Cause(note="found"))


def part(client: Client, product: Product) -> Any:
    return client.get(page_of(product), {"told": "1"})


def since(world: World, product: Product) -> datetime.datetime | None:
    entry = communicated.select().get(product=product)
    return following.differs_since(entry, communicated.rows([entry])[0])


def test_the_product_page_follows_a_number_until_it_arrived(
    admin_client: Client, told: World
) -> None:
    product = told.products[0]
    assert "data-follow-waiting" not in admin_client.get(page_of(product)).text
    adjust(told, product, 3)

    page = admin_client.get(page_of(product)).text
    [address] = re.findall(r'data-follow="([^"]+)"', page)
    assert "data-follow-waiting" in page
    waiting = admin_client.get(address).text
    assert "on its way to 1 place" in waiting
    assert "<html" not in waiting
    told.tell(product)
    arrived = admin_client.get(address).text

    assert "data-follow-waiting" not in arrived
    assert "every place that is told shows what it should" in arrived
    assert "43" in arrived


@pytest.mark.parametrize(
    "kept",
    [
        {"is_updated_on_change": False},
        {"is_stock_synced": False},
        {"problem_code": "unauthorized", "problem": "The token is not known"},
    ],
)
def test_what_waits_for_a_person_is_not_followed(
    admin_client: Client, told: World, kept: dict[str, Any]
) -> None:
    Channel.objects.update(**kept)
    ListingLevel.objects.update(is_update_asked=False)
    adjust(told, told.products[0], 3)

    said = part(admin_client, told.products[0]).text

    assert "data-follow-waiting" not in said
    assert "What still differs says why" in said


def test_what_rests_until_its_own_next_try_is_not_followed(
    admin_client: Client, told: World
) -> None:
    adjust(told, told.products[0], 3)
    later = timezone.now() + datetime.timedelta(minutes=5)
    ListingLevel.objects.update(retry_at=later)

    assert product_told.context_of(told.products[0])["waiting"] == 0
    assert product_told.context_of(told.products[3])["waiting"] == 0


def test_a_place_that_takes_it_later_is_said_to(admin_client: Client, told: World) -> None:
    adjust(told, told.products[0], 3)
    later = timezone.now() + datetime.timedelta(minutes=5)
    ListingLevel.objects.update(retry_at=later)

    said = part(admin_client, told.products[0]).text

    assert "Corner shop takes it at its next turn." in said
    assert "Nothing more is on its way" not in said


def test_what_was_taken_and_is_not_shown_yet_did_not_arrive(
    admin_client: Client, told: World
) -> None:
    product = told.products[0]
    ListingLevel.objects.filter(listing__product=product).update(told=40, told_at=timezone.now())

    said = part(admin_client, product).text

    assert "Taken by 1 place. 1 does not show it yet." in " ".join(said.split())
    assert "It arrived" not in said


def test_what_is_not_shown_yet_is_followed_on_and_counted_as_it_was(
    admin_client: Client, told: World
) -> None:
    product = told.products[0]
    ListingLevel.objects.filter(listing__product=product).update(told=40, told_at=timezone.now())
    row = told.row(product)

    page = admin_client.get(page_of(product)).text
    sent = admin_client.get(page_of(product), {"told": "1", "sent": "1"}).text

    assert "data-follow-on" in page
    assert "1 does not show it yet" in page
    assert "Taken by 1 place." in sent
    assert 'class="sc-stack" data-follow-on' in admin_client.get(page_of(row)).text
    Channel.objects.update(is_active=False)
    assert "data-follow-on" not in part(admin_client, product).text


def test_it_says_what_became_of_as_many_places_as_a_number_went_to(told: World) -> None:
    product = told.products[0]
    place = Location.objects.create(channel=told.channel, external_id="L2", name="Depot")
    place.warehouses.set([told.warehouse])
    due.by_channel(told.channel)
    both = ListingLevel.objects.filter(listing__product=product)
    both.update(acknowledged=40, pushed_version=99)
    both.filter(location=place).update(told=40, told_at=timezone.now())

    assert product_told.context_of(product)["taken"] == 2
    assert product_told.context_of(product, sent=1)["taken"] == 1
    assert product_told.context_of(product, sent=0)["taken"] == 1
    assert product_told.context_of(product, sent=9)["taken"] == 2


def test_a_right_number_that_is_looked_at_once_more_is_followed_until_it_was(
    admin_client: Client, told: World
) -> None:
    product = told.products[0]
    due.by_level([told.level(product).pk])

    waiting = part(admin_client, product).text
    told.tell(product)

    assert "Pending" in waiting
    assert "data-follow-on" in waiting
    assert "data-follow-waiting" not in waiting
    assert "data-follow-on" not in part(admin_client, product).text


def test_where_no_place_is_told_nothing_arrives(admin_client: Client, told: World) -> None:
    Product.objects.filter(pk=told.products[0].pk).update(is_excluded=True)

    said = part(admin_client, told.products[0]).text

    assert "no place is told of it now" in said
    assert "It arrived" not in said
    assert "nothing is sent to Corner shop: excluded from sync; it goes on showing 40" in said


def test_the_part_is_for_those_who_may_see_it(client: Client, told: World) -> None:
    client.force_login(person("reader", "inventory.view_product"))

    assert part(client, told.products[0]).status_code == 403
    assert client.get(page_of(told.products[0])).status_code == 200


def test_the_part_of_no_product_is_not_found(admin_client: Client, told: World) -> None:
    gone = page_of(told.products[3]).replace(str(told.products[3].pk), "987654321")

    assert admin_client.get(gone, {"told": "1"}).status_code == 404


def test_following_costs_little(
    admin_client: Client, told: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    adjust(told, told.products[0], 3)
    part(admin_client, told.products[0])

    with django_assert_max_num_queries(9):
        part(admin_client, told.products[0])


def test_an_explanation_follows_its_number(admin_client: Client, told: World) -> None:
    product = told.products[0]
    adjust(told, product, 3)

    page = admin_client.get(page_of(told.row(product))).text
    [address] = re.findall(r'data-follow="([^"]+)"', page)
    waiting = admin_client.get(address).text
    told.tell(product)
    arrived = admin_client.get(address).text

    assert "data-follow-waiting" in page
    assert "data-follow-waiting" in waiting
    assert "<html" not in waiting
    assert "data-follow-waiting" not in arrived
    assert "Corner shop acknowledged this number" in arrived
    assert "data-follow=" in admin_client.get(page_of(told.row(product)), {"drawer": "1"}).text


def test_a_place_differs_since_it_became_due_or_since_it_was_read(told: World) -> None:
    product, level = told.products[0], told.level(told.products[0])
    assert since(told, product) is None
    adjust(told, product, 3)
    due = told.level(product).stale_at
    assert since(told, product) == due

    read = timezone.now()
    Observation.objects.create(level=level, available=39, believed=40, read_at=read)
    ListingLevel.objects.filter(pk=level.pk).update(acknowledged=39, acknowledged_at=read)
    assert since(told, product) == read


def test_what_is_told_nothing_differs_since_no_time(told: World) -> None:
    adjust(told, told.products[0], 3)
    Product.objects.filter(pk=told.products[0].pk).update(is_excluded=True)

    assert since(told, told.products[0]) is None
    assert since(told, told.products[3]) is None
    assert product_told.context_of(told.products[0])["is_right"]


def test_a_row_says_for_how_long_and_its_explanation_since_when(
    admin_client: Client, told: World
) -> None:
    adjust(told, told.products[0], 3)
    long_ago = timezone.now() - datetime.timedelta(minutes=12, seconds=5)
    ListingLevel.objects.update(stale_at=long_ago, acknowledged_at=long_ago)
    exact = f"{timezone.localtime(long_ago):%Y-%m-%d %H:%M:%S}"

    table = admin_client.get(list_of(Communicated)).text
    page = admin_client.get(page_of(told.row(told.products[0]))).text
    product = admin_client.get(page_of(told.products[0])).text

    for shown in (table, product):
        assert re.search(rf'has differed for <time[^>]*title="{exact} UTC">12\s+minutes', shown)
    assert "Differs since" in page
    assert exact in page


def test_a_quick_filter_says_what_is_in_it(admin_client: Client, told: World) -> None:
    page = admin_client.get(list_of(Communicated, differs="yes")).text

    assert "Rows that are told, whose channel shows another number" in page.split("<table")[0]
    assert 'title="What the channel took and does not show yet' in page
    assert "sc-counted" not in admin_client.get(list_of(Communicated)).text


def test_what_is_told_nothing_is_no_alarm_in_the_list(admin_client: Client, told: World) -> None:
    adjust(told, told.products[0], 3)
    marked = 'class="sc-warn" title="Differs from what it should show"'
    url = list_of(Communicated, q=told.products[0].sku)
    assert marked in admin_client.get(url).text

    Product.objects.filter(pk=told.products[0].pk).update(is_excluded=True)

    assert marked not in admin_client.get(url).text
