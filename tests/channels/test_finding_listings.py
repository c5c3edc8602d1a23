"""Listings are found by product or by what the channel calls them, each by its own index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from channels.models import Channel, Listing
from desk import narrowing, paging
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


@pytest.mark.parametrize("read", [10_000, 2, 1, 0], ids=["few", "two", "many", "more"])
@pytest.mark.parametrize("state", ["linked", "pending", "out_of_stock", "error", "skipped"])
def test_listings_are_filtered_by_what_became_of_their_quantity(
    admin_client: Client, world: World, state: str, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tell(world.products[0])
    monkeypatch.setattr(narrowing, "READ", read)

    page = admin_client.get(list_of(Listing), {"quantity": state})

    rows = page.context["cl"].result_list
    assert all(each.standing[0] == state for each in rows)
    assert len(rows) == {"linked": 1, "pending": 2, "skipped": 1}.get(state, 0)


def test_what_is_surely_more_than_a_list_shows_is_not_counted(
    admin_client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Channel.objects.create(kind="pretend", name="Other", checked_at=None)
    for module in (narrowing, paging):
        monkeypatch.setattr(module, "READ", 1)

    def told(**query: str) -> str:
        shown: str = admin_client.get(list_of(Listing), query).context["cl"].paginator.told
        return shown

    with CaptureQueriesContext(connection) as asked:
        assert told(quantity="pending") == "1+"
    assert not any("COUNT(" in each["sql"] for each in asked)
    assert told(quantity="skipped") == "1"
    assert told(quantity="pending", q="CUP-0") == "1"
    assert told(quantity="pending", channel__id__exact=str(world.channel.pk)) == "1+"
    assert told(quantity="pending", channel__id__exact=str(other.pk)) == "0"
