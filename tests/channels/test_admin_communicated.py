"""Communicate inventory to external sources: numbers, filters, sorting, and the explanation."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import communicated, due, tallying
from channels.models import Channel, Listing, ListingLevel, Observation
from channels.publishing import Place, decide
from channels.rules import Mode
from desk.cells import page_of
from inventory.models import Product
from tests.factories import (
    make_products,
    make_profile,
    make_selling_list,
    make_warehouse,
    stock,
)
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:channels_communicated_changelist")


def skus(client: Client, **query: Any) -> list[str]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [row.product.sku for row in response.context["cl"].result_list]


def test_each_row_shows_the_number_that_is_decided_for_it(
    admin_client: Client, world: World
) -> None:
    world.hold(world.products[0], 12)
    rows = admin_client.get(LIST).context["cl"].result_list

    shown = {row.shown.sku: row.shown.should for row in rows}

    assert shown == {"CUP-0": 28, "CUP-1": 5, "CUP-2": None, "CUP-3": None}
    assert [row.shown.available for row in rows] == [28, 5, 0, 0]


def test_a_full_page_costs_a_bounded_number_of_statements(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Listing.objects.bulk_create(
        Listing(channel=world.channel, product=product, state="linked", item_id=product.sku)
        for product in make_products(60)
    )
    due.by_channel(world.channel)

    tallying.tally(1000)
    for query in ({}, {"differs": "no"}, {"o": "-5"}, {"state__exact": "waiting"}, {"q": "a"}):
        with django_assert_max_num_queries(12):
            admin_client.get(LIST, query)
    response = admin_client.get(LIST, {"differs": "no"})

    assert len(response.context["cl"].result_list) == response.context["cl"].list_per_page


def test_rows_are_found_by_sku_and_by_name(admin_client: Client, world: World) -> None:
    assert skus(admin_client, q="cup-1") == ["CUP-1"]
    assert skus(admin_client, q="Cup 2") == ["CUP-2"]
    assert skus(admin_client, q="saucer") == []


def test_rows_are_filtered_by_channel_location_warehouse_and_state(
    admin_client: Client, world: World
) -> None:
    other = Channel.objects.create(kind="pretend", name="Other", checked_at=None)
    elsewhere = make_warehouse(name="Elsewhere")

    assert len(skus(admin_client, channel__id__exact=world.channel.pk)) == 4
    assert skus(admin_client, channel__id__exact=other.pk) == []
    assert len(skus(admin_client, location__id__exact=world.location.pk)) == 4
    assert len(skus(admin_client, location__feeds__warehouse__id__exact=world.warehouse.pk)) == 4
    assert skus(admin_client, location__feeds__warehouse__id__exact=elsewhere.pk) == []
    assert skus(admin_client, state__exact="skipped") == ["CUP-3"]
    assert skus(admin_client, state__exact="attention") == ["CUP-3"]
    assert skus(admin_client, state__exact="waiting") == ["CUP-0", "CUP-1", "CUP-2"]


def test_rows_that_differ_are_those_whose_acknowledged_number_is_not_the_decided_one(
    admin_client: Client, world: World
) -> None:
    world.tell(world.products[0])
    ListingLevel.objects.filter(listing__product=world.products[1]).update(acknowledged=4)

    assert skus(admin_client, differs="yes") == ["CUP-1"]
    assert skus(admin_client, differs="no") == ["CUP-0", "CUP-2"]


@pytest.mark.parametrize(
    ("column", "order"),
    [(3, ["CUP-0", "CUP-1"]), (4, ["CUP-0", "CUP-1"]), (5, ["CUP-1", "CUP-0"])],
    ids=["in stock", "on orders", "at hand"],
)
def test_rows_are_sorted_by_any_quantity(
    admin_client: Client, world: World, column: int, order: list[str]
) -> None:
    world.hold(world.products[0], 38)

    found = skus(admin_client, o=f"-{column}")

    assert [sku for sku in found if sku in order] == order


@pytest.mark.parametrize("column", range(1, 12))
def test_every_column_of_the_table_can_be_sorted_by(
    admin_client: Client, world: World, column: int
) -> None:
    assert sorted(skus(admin_client, o=str(column))) == ["CUP-0", "CUP-1", "CUP-2", "CUP-3"]


def test_nothing_here_can_be_added_changed_or_deleted_even_by_a_superuser(
    admin_client: Client, world: World
) -> None:
    page = page_of(world.row(world.products[0]))

    assert admin_client.get(reverse("admin:channels_communicated_add")).status_code == 403
    assert admin_client.post(page, {"on_hand": 1}).status_code == 403
    assert admin_client.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_the_explanation_agrees_with_the_decision(admin_client: Client, world: World) -> None:
    product = world.products[0]
    world.hold(product, 12)
    place = Place(product.pk, world.location.pk)
    decision = decide([place])[place]

    response = admin_client.get(page_of(world.row(product)))

    explanation = response.context["explanation"]
    assert explanation.decision == decision
    assert explanation.sentence == (
        "40 in stock in Main − 12 on 1 order = 28 at hand → 28 sent; nothing acknowledged yet"
    )
    [source] = explanation.sources
    assert (source.warehouse, source.on_hand, source.committed) == ("Main", 40, 12)
    [order] = explanation.orders
    assert (order.number, order.units) == ("SO-CUP-0-12", 12)
    assert explanation.sentence in response.content.decode()


UNTOLD: list[tuple[type[Any], dict[str, Any], str]] = [
    (Product, {"is_excluded": True}, "excluded from sync"),
    (Listing, {"is_ticked": False}, "not communicated"),
    (Listing, {"state": "new"}, "new"),
    (Listing, {"state": "skipped", "reason": "not_matched"}, "no match at the channel"),
    (Listing, {"state": "error", "reason": "untracked"}, "stock is not tracked at the channel"),
    (Channel, {"is_active": False}, "the channel is switched off"),
    (Channel, {"is_stock_synced": False}, "stock sync is off"),
    (Channel, {"problem_code": "unauthorized"}, "access token refused"),
    (Channel, {"is_updated_on_change": False}, "updates on change are off"),
]


@pytest.mark.parametrize(("model", "switched", "why"), UNTOLD, ids=[each[2] for each in UNTOLD])
def test_what_is_told_nothing_is_said_to_be_right_and_not_to_be_sent(
    admin_client: Client, world: World, model: type[Any], switched: dict[str, Any], why: str
) -> None:
    cup = world.products[0]
    world.tell(cup)
    world.hold(cup, 37)
    then = f"{timezone.now():%Y-%m-%dT%H:%M:%S.%f}Z"
    ListingLevel.objects.update(is_update_asked=False)
    model.objects.update(**switched)
    row = world.row(cup)

    sentence = admin_client.get(page_of(row)).context["explanation"].sentence
    table = admin_client.get(LIST, {"q": cup.sku}).text

    assert sentence == (
        "40 in stock in Main − 37 on 1 order = 3 at hand → 3 would be right;"
        f" nothing is sent to Corner shop: {why}; it goes on showing 40"
    )
    said = f"3 would be right; nothing is sent to Corner shop: {why}; it goes on showing 40"
    assert f'title="{said}"' in table
    past = admin_client.get(page_of(row), {"as_of": then}).context["explanation"]
    assert "→ 3 sent" in past.sentence
    [told] = communicated.rows([communicated.select().get(pk=row.pk)])
    assert told.explanation is not None
    in_words = communicated.sentence(told.explanation, told)
    assert in_words.endswith(f"Rule “Product value”: {said}.")


def test_a_number_told_once_is_not_sent_where_its_place_is_excluded(
    admin_client: Client, world: World
) -> None:
    cup = world.products[0]
    once = make_profile(name="Once", mode=Mode.SINGLE)
    make_selling_list(world.channel, once, cup)
    world.tell(cup)
    ListingLevel.objects.update(is_update_asked=False)
    Product.objects.update(is_excluded=True)

    sentence = admin_client.get(page_of(world.row(cup))).context["explanation"].sentence

    assert "Nothing is sent to Corner shop: excluded from sync; it goes on showing" in sentence


def test_what_is_excluded_and_shows_more_than_there_is_has_a_quick_filter(
    admin_client: Client, world: World
) -> None:
    for product in world.products[:2]:
        world.tell(product)
    world.hold(world.products[0], 37)
    tallying.tally(1000)
    assert skus(admin_client, differs="left") == []
    Listing.objects.update(is_excluded=True)
    tallying.tally(1000)

    assert skus(admin_client, differs="left") == ["CUP-0"]
    assert "Left too high" in admin_client.get(LIST).text


def test_the_explanation_says_which_quantity_the_channel_is_told(
    admin_client: Client, world: World
) -> None:
    response = admin_client.get(page_of(world.row(world.products[0])))

    assert response.context["explanation"].quantities == "quantity at hand"


def test_the_explanation_links_to_movements_that_are_listed(
    admin_client: Client, world: World
) -> None:
    response = admin_client.get(page_of(world.row(world.products[0])))

    [source] = response.context["explanation"].sources
    ledger = admin_client.get(source.movements)
    assert [each.delta for each in ledger.context["cl"].result_list] == [40]


def test_the_history_tells_what_was_told_and_read_with_its_reasons_then(
    admin_client: Client, world: World
) -> None:
    product = world.products[0]
    world.tell(product)
    Observation.objects.create(level=world.level(product), available=39, believed=40)
    world.hold(product, 3)

    history = admin_client.get(page_of(world.row(product))).context["explanation"].history

    assert [event.what for event in history] == ["Read 39", "Told 40"]
    assert history[0].detail == "We believed: 40."
    assert history[1].sentence == "40 in stock in Main. Rule “Product value”: 40 sent."
    assert history[1].change == "(+40)"


def test_a_product_that_has_no_match_is_explained_with_advice(
    admin_client: Client, world: World
) -> None:
    page = admin_client.get(page_of(world.row(world.products[3]))).content.decode()

    assert "No match at the channel" in page
    assert "correct its SKU" in page


def test_a_listing_without_location_is_explained(admin_client: Client, world: World) -> None:
    ListingLevel.objects.all().delete()

    response = admin_client.get(page_of(world.row(world.products[0])))

    assert "No location of Corner shop" in response.context["explanation"].sentence


def test_an_explanation_costs_a_bounded_number_of_statements(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    product = world.products[0]
    for units in range(1, 8):
        world.hold(product, units)
        world.tell(product)
    page = page_of(world.row(product))

    with django_assert_max_num_queries(14):
        admin_client.get(page)


def test_orders_are_named_only_to_those_who_may_see_orders(client: Client, world: World) -> None:
    world.hold(world.products[0], 12)
    client.force_login(person("partner", "channels.view_communicated"))

    page = client.get(page_of(world.row(world.products[0]))).content.decode()

    assert "40 in stock in Main" in page
    assert "SO-CUP-0-12" not in page
    assert "Movements" not in page


def test_a_page_that_is_nowhere_leads_back_with_a_word(admin_client: Client, world: World) -> None:
    nowhere = reverse("admin:channels_communicated_change", args=["999_3A9"])

    response = admin_client.get(nowhere, follow=True)

    assert "exist" in response.content.decode()


def test_what_stock_a_location_has_no_level_for_is_not_added(
    admin_client: Client, world: World
) -> None:
    stock(world.products[0], make_warehouse(name="Elsewhere"), 100)

    response = admin_client.get(page_of(world.row(world.products[0])))

    assert response.context["explanation"].decision.quantity == 40


def notes(client: Client, world: World, number: int) -> tuple[str, str]:
    response = client.get(page_of(world.row(world.products[number])))
    explanation = response.context["explanation"]
    assert "is sent by itself" not in response.text
    return explanation.label, explanation.advice


def test_a_new_product_says_from_when_it_is_sent_on_the_channels_clock(
    admin_client: Client, world: World
) -> None:
    Channel.objects.filter(pk=world.channel.pk).update(time_zone="Asia/Tokyo")
    first = datetime.datetime(2999, 1, 1, 22, 0, tzinfo=datetime.UTC)
    Listing.objects.filter(product=world.products[0]).update(state="new", eligible_at=first)

    label, advice = notes(admin_client, world, 0)

    assert label == "New"
    assert "It is first sent on Wednesday, 2999-01-02, from 07:00 (Asia/Tokyo)." in advice
    assert "To send it now, use Confirm and send" in advice


def test_a_new_product_whose_time_has_come_waits_for_the_next_look(
    admin_client: Client, world: World
) -> None:
    Listing.objects.filter(product=world.products[0]).update(
        state="new", eligible_at=timezone.now()
    )

    assert "at the next look for new products" in notes(admin_client, world, 0)[1]


def test_a_product_never_counted_is_not_said_to_be_sent(admin_client: Client, world: World) -> None:
    assert notes(admin_client, world, 2)[0] == "Stock was never counted"


@pytest.mark.parametrize(
    ("switch", "label"),
    [
        ("is_active", "The channel is switched off"),
        ("is_stock_synced", "Stock sync is off"),
        ("is_updated_on_change", "Updates on change are off"),
    ],
)
def test_what_a_switch_keeps_back_is_not_said_to_be_sent(
    admin_client: Client, world: World, switch: str, label: str
) -> None:
    Channel.objects.filter(pk=world.channel.pk).update(**{switch: False})

    assert notes(admin_client, world, 0)[0] == label
