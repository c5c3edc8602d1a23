"""Listings and publications: switched in bulk, searched, and never forged."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from channels.admin.previewing import CONFIRMED
from channels.models import Listing, Publication
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LISTINGS = reverse("admin:channels_listing_changelist")
RECEIPTS = reverse("admin:channels_publication_changelist")


def act(client: Client, action: str, *listings: Listing) -> None:
    data = {"action": action, "_selected_action": [listing.pk for listing in listings]}
    client.post(LISTINGS, data | {CONFIRMED: "1", "index": "0"})


def test_listings_are_held_back_and_let_go_in_bulk(admin_client: Client, world: World) -> None:
    listings = [world.listing(product) for product in world.products[:2]]
    version = world.level(world.products[0]).stale_version

    act(admin_client, "hold_back", *listings)
    held = Listing.objects.filter(is_excluded=True).count()
    act(admin_client, "let_go", *listings)

    assert (held, Listing.objects.filter(is_excluded=True).count()) == (2, 0)
    assert world.level(world.products[0]).stale_version == version + 2


def test_listings_are_unticked_and_ticked_in_bulk(admin_client: Client, world: World) -> None:
    listings = [world.listing(product) for product in world.products]

    act(admin_client, "untick", *listings[:3])
    ticked = Listing.objects.filter(is_ticked=True).count()
    act(admin_client, "tick", *listings)

    assert (ticked, Listing.objects.filter(is_ticked=True).count()) == (1, 4)


def test_a_switch_on_the_page_makes_the_listing_due(admin_client: Client, world: World) -> None:
    listing = world.listing(world.products[0])
    version = world.level(world.products[0]).stale_version

    admin_client.post(
        reverse("admin:channels_listing_change", args=[listing.pk]),
        {"is_ticked": "on", "is_excluded": "on"},
    )

    listing.refresh_from_db()
    assert (listing.is_ticked, listing.is_excluded, listing.item_id) == (True, True, "I-CUP-0")
    assert world.level(world.products[0]).stale_version == version + 1


def test_a_listing_shows_its_state_its_reason_and_what_to_do(
    admin_client: Client, world: World
) -> None:
    listing = world.listing(world.products[3])

    page = admin_client.get(reverse("admin:channels_listing_change", args=[listing.pk]))

    shown = page.content.decode()
    assert "Skipped" in shown
    assert "No match at the channel" in shown
    assert "correct its SKU" in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state__exact": "skipped"}, ["CUP-3"]),
        ({"reason": "not_matched"}, ["CUP-3"]),
        ({"q": "I-CUP-1"}, ["CUP-1"]),
        ({"is_excluded__exact": "1"}, []),
    ],
)
def test_listings_are_searched_and_filtered(
    admin_client: Client, world: World, query: dict[str, str], expected: list[str]
) -> None:
    rows = admin_client.get(LISTINGS, query).context["cl"].result_list

    assert [listing.product.sku for listing in rows] == expected


def test_without_the_permission_no_listing_is_switched(client: Client, world: World) -> None:
    client.force_login(person("looker", "channels.view_listing"))

    act(client, "untick", world.listing(world.products[0]))

    assert world.listing(world.products[0]).is_ticked


def test_a_receipt_shows_its_explanation_and_its_message(
    admin_client: Client, world: World
) -> None:
    receipt = world.tell(world.products[0])
    world.hold(world.products[0], 12)

    page = admin_client.get(reverse("admin:channels_publication_change", args=[receipt.pk]))

    assert page.context["sentence"] == "40 in stock in Main. Rule “Product value”: 40 sent."
    assert "numbers" in page.content.decode()


def test_not_even_a_superuser_changes_a_receipt(admin_client: Client, world: World) -> None:
    receipt = world.tell(world.products[0])
    page = reverse("admin:channels_publication_change", args=[receipt.pk])
    before = Publication.objects.values().get()

    assert admin_client.get(reverse("admin:channels_publication_add")).status_code == 403
    assert admin_client.post(page, {"quantity": 7}).status_code == 403
    assert admin_client.post(page.replace("change", "delete"), {"post": "y"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [receipt.pk], "post": "yes"}
    admin_client.post(RECEIPTS, bulk)

    assert Publication.objects.values().get() == before


def test_lists_of_listings_and_receipts_stay_cheap_and_searchable(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for product in world.products[:2]:
        for _ in range(6):
            world.tell(product)

    for address in (LISTINGS, RECEIPTS):
        with django_assert_max_num_queries(12):
            response = admin_client.get(address)
        assert len(response.context["cl"].result_list) >= 4
        found = admin_client.get(address, {"q": "cup-1"}).context["cl"].result_list
        assert len(found) in {1, 6}
        assert len(admin_client.get(address, {"q": "saucer"}).context["cl"].result_list) == 0
