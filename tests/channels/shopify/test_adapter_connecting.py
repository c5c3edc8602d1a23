"""The adapter against the sandbox over real HTTP: connecting, locations, listings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels.contract import ChannelError, Code
from tests.channels.shopify.test_adapter_stock import DOMAIN, Store, rehearsal


@pytest.fixture
def store() -> Iterator[Store]:
    with rehearsal() as store:
        yield store


def test_the_connection_test_names_the_shop(store: Store) -> None:
    check = store.adapter().check()
    assert check.name
    assert any(DOMAIN in line for line in check.details)
    assert not any("Shipments" in line for line in check.details)


def test_client_credentials_connect_as_well(store: Store) -> None:
    adapter = store.adapter(
        access_token="", client_id="sandbox-client", client_secret="sandbox-secret"
    )
    assert adapter.check().name


def test_scopes_that_stock_needs_are_named_when_missing(store: Store) -> None:
    store.shape("shop", scopes=["read_products", "read_locations", "read_inventory"])
    with pytest.raises(ChannelError, match=r"scopes write_inventory$") as caught:
        store.adapter().check()
    assert (caught.value.code, caught.value.permanent) == (Code.SCOPE_MISSING, True)


def test_scopes_that_only_shipments_need_are_told_without_failing(store: Store) -> None:
    # The scope to write includes the one to read.
    store.shape("shop", scopes=["read_products", "write_inventory", "read_locations"])
    (told,) = [line for line in store.adapter().check().details if "Shipments" in line]
    assert "read_orders" in told


def test_the_connection_test_tells_when_webhooks_can_not_be_proven(store: Store) -> None:
    for secret, count in (("", 1), ("sandbox-secret", 0)):
        details = store.adapter(client_secret=secret).check().details
        assert sum("client secret" in line for line in details) == count


def test_a_wrong_token_and_a_wrong_version_are_told_apart(store: Store) -> None:
    for changes, code in (
        ({"access_token": "shpat_wrong"}, Code.UNAUTHORIZED),
        ({"api_version": "2027-01"}, Code.CONFIGURATION),
    ):
        with pytest.raises(ChannelError) as caught:
            store.adapter(**changes).check()
        assert (caught.value.code, caught.value.permanent) == (code, True)


def test_a_retired_version_answered_by_a_newer_one_fails_the_connection_test(store: Store) -> None:
    store.shape("shop", oldest_version="2026-07")
    with pytest.raises(ChannelError, match="2026-07, 2026-10") as caught:
        store.adapter(api_version="2026-04").check()
    assert caught.value.code is Code.VERSION_MISMATCH


def test_all_locations_come_the_closed_ones_marked(store: Store) -> None:
    names = [f"Place {number:03}" for number in range(260)]
    store.places(*names)
    store.shape("locations", locations=[{"name": "Place 007", "is_active": False}])
    found = {place.name: place.is_active for place in store.adapter().pull_locations()}
    assert set(names) <= set(found)
    assert [name for name in names if not found[name]] == ["Place 007"]


def test_the_whole_catalogue_comes_page_by_page(store: Store) -> None:
    store.items(*({"sku": f"S-{number:03}", "title": f"T{number}"} for number in range(601)))
    found = list(store.adapter().pull_listings())
    assert len({listing.external_id for listing in found}) == 601
    assert {listing.sku for listing in found} == {f"S-{number:03}" for number in range(601)}


def test_listings_are_found_by_sku_and_others_may_come_along(store: Store) -> None:
    (wanted, *_) = store.items(
        {"sku": "A-1 B", "title": "Mug", "barcode": "4006381333931", "status": "DRAFT"},
        {"sku": "a-1 b", "title": "Near miss"},
        {"sku": "C", "title": "Far"},
    )
    found = {one.sku: one for one in store.adapter().pull_listings(iter(["A-1 B", "", "nowhere"]))}
    assert "C" not in found
    listing = found["A-1 B"]
    assert (listing.item_id, listing.name, listing.barcode) == (wanted, "Mug", "4006381333931")
    assert (listing.is_active, listing.is_tracked) == (False, True)


def test_a_sku_with_quotes_is_found_by_reading_everything(store: Store) -> None:
    store.items({"sku": "it's"}, {"sku": "B"})
    assert "it's" in {listing.sku for listing in store.adapter().pull_listings(["it's"])}


def test_no_sku_wanted_means_nothing_read(store: Store) -> None:
    store.items({"sku": "B"})
    assert list(store.adapter().pull_listings([])) == []
    assert store.requests() == []


def test_a_listing_that_two_searches_find_comes_once(store: Store) -> None:
    store.items({"sku": "FIRST LAST"})
    wanted = ["FIRST", *(f"S-{number}" for number in range(60)), "LAST"]
    assert [one.sku for one in store.adapter().pull_listings(wanted)] == ["FIRST LAST"]
    assert len(store.requests()) == 2


def test_many_skus_are_searched_in_steps_without_repeats(store: Store) -> None:
    skus = [f"S-{number}" for number in range(95)]
    store.items(*({"sku": sku} for sku in skus))
    found = [listing.sku for listing in store.adapter().pull_listings(skus)]
    assert sorted(found) == sorted(skus)
