"""Products that no channel is told of are found, whether they are few or many; and orders of a
channel, by any of their numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from channels import onboarding
from channels.models import ChannelOrder, Listing, ListingLevel, Publication, Transmission
from desk import narrowing
from inventory.models import Warehouse
from orders.models import SalesOrder
from tests.factories import make_product
from tests.orders.factories import make_order
from tests.pretend import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(warehouse: Warehouse) -> SalesOrder:
    return make_order(warehouse, {make_product(sku="MUG-1"): 1}, number="SO-1")


@pytest.mark.parametrize("most", [50_000, 0], ids=["few", "many"])
def test_products_are_found_that_are_communicated_nowhere(
    admin_client: Client, world: World, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowing, "MOST", most)
    address = "/admin/inventory/product/?marketplace=none"

    def found() -> set[str]:
        return {each.sku for each in admin_client.get(address).context["cl"].result_list}

    assert found() == set()
    onboarding.untick(world.channel, [world.products[0].pk])
    assert found() == {"CUP-0"}


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Transmission.objects.filter(status="failed"), "transmission_refused"),
        (ListingLevel.objects.filter(is_buyable=False), "listing_level_inactive"),
        (Listing.objects.filter(reason="not_matched"), "listing_reason"),
        (Publication.objects.filter(status="expired"), "publication_refused"),
    ],
)
def test_what_is_rare_has_an_index_of_its_own(rows: QuerySet[Any], index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows.order_by("pk").explain()


def test_receipts_of_a_few_days_are_found_by_their_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    lately = Publication.objects.filter(created_at__gte=timezone.now()).order_by()
    assert "publication_by_time" in lately.explain()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("#a-7", {"#A-7"}),
        ("GID/8", {"#B-8"}),
        (" so-1 ", {"#A-7"}),
        ("#A", set()),
        (" ", {"#A-7", "#B-8"}),
    ],
)
def test_an_order_of_a_channel_is_found_by_any_of_its_numbers(
    admin_client: Client, world: World, order: SalesOrder, typed: str, found: set[str]
) -> None:
    for external_id, number, ours in (("gid/7", "#A-7", order), ("gid/8", "#B-8", None)):
        ChannelOrder.objects.create(
            channel=world.channel,
            external_id=external_id,
            number=number,
            order=ours,
            updated_at=timezone.now(),
        )
    page = admin_client.get("/admin/channels/channelorder/", {"q": typed})

    assert {each.number for each in page.context["cl"].result_list} == found
