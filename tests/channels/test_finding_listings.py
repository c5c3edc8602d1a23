"""Listings are found by product or by what the channel calls them, each by its own index."""

from __future__ import annotations

import pytest
from django.test import Client

from channels.models import Listing
from desk.cells import list_of
from tests.pretend import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cup-1", ["CUP-1"]),
        ("cup", ["CUP-0", "CUP-1", "CUP-2", "CUP-3"]),
        ("Cup 2", ["CUP-2"]),
        ("gid-7", ["CUP-0"]),
        ("item-9", ["CUP-3"]),
        ("gid-7 ", ["CUP-0"]),
        ("item", []),
    ],
)
def test_a_listing_is_found_by_product_or_by_its_whole_id(
    admin_client: Client, world: World, typed: str, meant: list[str]
) -> None:
    first, *_others, last = Listing.objects.order_by("product__sku")
    Listing.objects.filter(pk=first.pk).update(external_id="gid-7")
    Listing.objects.filter(pk=last.pk).update(item_id="item-9")

    page = admin_client.get(list_of(Listing), {"q": typed})

    assert [each.product.sku for each in page.context["cl"].result_list] == meant


@pytest.mark.parametrize("state", ["linked", "pending", "out_of_stock", "error", "skipped"])
def test_listings_are_filtered_by_what_became_of_their_quantity(
    admin_client: Client, world: World, state: str
) -> None:
    world.tell(world.products[0])

    page = admin_client.get(list_of(Listing), {"quantity": state})

    rows = page.context["cl"].result_list
    assert all(each.standing[0] == state for each in rows)
    assert len(rows) == {"linked": 1, "pending": 2, "skipped": 1}.get(state, 0)
