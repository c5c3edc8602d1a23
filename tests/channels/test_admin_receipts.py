"""Listings and publications: switched in bulk, searched, and never forged."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from channels.admin.previewing import CONFIRMED
from channels.models import Batch, Listing, Publication
from channels.models.publication import Status
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
    assert "nothing is sent for now" in shown


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
    assert page.context["asked"] == (
        "Corner shop was told to show 40 of CUP-0 at Shop instead of 0 (+40)."
    )
    assert page.context["answered"].startswith("It took the number at 20")
    assert "can not be told apart" in page.text


def test_a_receipt_shows_first_what_was_said_of_its_own_listing(
    admin_client: Client, world: World
) -> None:
    receipt, other = (world.tell(product) for product in world.products[:2])
    lines = [{"sku": f"I-CUP-{number}", "to": 40 + number} for number in range(2)]
    Batch.objects.filter(pk=receipt.batch_id).update(payload=json.dumps({"all": lines}))
    Publication.objects.filter(pk=other.pk).update(batch=receipt.batch_id, position=1)

    shown = admin_client.get(
        reverse("admin:channels_publication_change", args=[other.pk])
    ).content.decode()

    own, whole = shown.split("<details", 1)
    assert "I-CUP-1" in own
    assert "I-CUP-0" not in own
    assert "I-CUP-0" in whole
    assert "line 2 of 2 in one message" in own


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"quantity": 3, "expected": None},
            "Corner shop was told to show 3 of CUP-0 at Shop, whatever it showed before.",
        ),
        (
            {"quantity": 3, "expected": 3},
            "Corner shop was told again to show 3 of CUP-0 at Shop.",
        ),
        (
            {"quantity": None, "expected": 3},
            "Corner shop was told to show no number for CUP-0 at Shop any more.",
        ),
        ({"status": Status.REJECTED, "code": "read_only"}, "It refused at 20"),
        ({"status": Status.EXPIRED, "code": "not_applied"}, "It was given up at 20"),
        ({"status": Status.OBSERVED}, "was seen to show it at 20"),
        ({"status": Status.SENT, "answered_at": None}, "No answer came yet."),
    ],
)
def test_a_receipt_says_in_words_what_was_told_and_what_came_of_it(
    admin_client: Client, world: World, told: dict[str, Any], said: str
) -> None:
    receipt = world.tell(world.products[0])
    Publication.objects.filter(pk=receipt.pk).update(**told)

    page = admin_client.get(reverse("admin:channels_publication_change", args=[receipt.pk]))

    assert said in page.text


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


def test_receipts_are_found_by_their_status(admin_client: Client, world: World) -> None:
    for status in Status:
        receipt = world.tell(world.products[0])
        Publication.objects.filter(pk=receipt.pk).update(status=status)
        Batch.objects.filter(pk=receipt.batch_id).update(status=status)
    for status in Status:
        rows = admin_client.get(RECEIPTS, {"status__exact": status}).context["cl"].result_list
        assert [each.status for each in rows] == [status]


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


def test_what_was_taken_needs_no_reason_and_each_status_is_put_in_words(
    admin_client: Client, world: World
) -> None:
    receipt = world.tell(world.products[0])
    Publication.objects.filter(pk=receipt.pk).update(code="accepted")
    url = reverse("admin:channels_publication_change", args=[receipt.pk])

    listed = admin_client.get(RECEIPTS).text
    taken = admin_client.get(url)
    Publication.objects.filter(pk=receipt.pk).update(status=Status.OBSERVED)
    seen = admin_client.get(RECEIPTS).text

    assert 'title="The channel took the number; it was not read back there since."' in listed
    assert "was seen to show it afterwards" in seen
    assert taken.context["reason"] == ""
    assert "it was not read back there since" in taken.text
    assert "Sent" not in re.findall(r"<td[^>]*field-show_reason[^>]*>(.*?)</td>", listed, re.S)[0]


def test_a_healthy_listing_is_no_column_of_faults(admin_client: Client, world: World) -> None:
    Listing.objects.filter(product=world.products[1]).update(is_excluded=True)

    listed = admin_client.get(LISTINGS).text

    cells = re.findall(r"<td[^>]*field-show_excluded[^>]*>(.*?)</td>", listed, re.S)
    words = [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]
    assert sorted(words) == ["Excluded", "–", "–", "–"]


def test_the_table_counts_rows(admin_client: Client, world: World) -> None:
    listed = " ".join(
        admin_client.get(reverse("admin:channels_communicated_changelist")).text.split()
    )

    assert "4 rows" in listed
    assert "4 Communicate inventory" not in listed
