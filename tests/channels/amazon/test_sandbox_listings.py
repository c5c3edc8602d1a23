"""Patching and reading one listing: accepted, applied, submitted, shown; merge and replace."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.amazon.rehearsal import DE, FR, US, Rehearsal, codes

ODD = "A/B C#1"


def submitted(seller: Rehearsal, sku: str = "MUG", marketplace: str = DE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = seller.item(sku, marketplace)["attributes"][
        "fulfillment_availability"
    ]
    return found


def status(seller: Rehearsal, sku: str = "MUG") -> list[str]:
    found: list[str] = seller.item(sku)["summaries"][0]["status"]
    return found


def test_accepted_is_not_applied_until_later(seller: Rehearsal) -> None:
    answer = seller.patch(4)
    assert (answer["sku"], answer["status"], answer["issues"]) == ("MUG", "ACCEPTED", [])
    assert (seller.shown(), submitted(seller)[0]["quantity"]) == (10, 4)
    seller.advance(59)
    assert seller.shown() == 10
    seller.advance(1)
    assert seller.shown() == 4


def test_what_was_accepted_first_is_applied_first(seller: Rehearsal) -> None:
    seller.patch(4)
    seller.shape("habits", {"apply_seconds": 0})
    seller.patch(5)
    assert seller.shown() == 10
    seller.advance(60)
    assert seller.shown() == 5


def test_the_pool_is_shared_and_what_was_submitted_is_not(seller: Rehearsal) -> None:
    seller.patch(4, marketplaces=FR)
    seller.advance(60)
    assert (seller.shown(marketplace=DE), seller.shown(marketplace=FR)) == (4, 4)
    assert submitted(seller, marketplace=DE)[0]["quantity"] == 10
    assert submitted(seller, marketplace=FR) == [
        {"fulfillment_channel_code": "DEFAULT", "quantity": 4, "marketplace_id": FR}
    ]


def test_several_marketplaces_are_patched_at_once(seller: Rehearsal) -> None:
    assert seller.patch(4, marketplaces=f"{DE},{FR}")["status"] == "ACCEPTED"
    assert [submitted(seller, marketplace=each)[0]["quantity"] for each in (DE, FR)] == [4, 4]


@pytest.mark.parametrize(("op", "days"), [("merge", 5), ("replace", None), ("add", None)])
def test_merge_keeps_the_handling_time_and_replace_loses_it(
    seller: Rehearsal, op: str, days: int | None
) -> None:
    seller.add("CUP", lead_time=5)
    seller.patch(4, sku="CUP", op=op)
    assert submitted(seller, "CUP")[0].get("lead_time_to_ship_max_days") == days


def test_the_handling_time_alone_can_not_be_changed(seller: Rehearsal) -> None:
    assert seller.patch({"lead_time_to_ship_max_days": 3})["status"] == "INVALID"
    both = {"quantity": 4, "lead_time_to_ship_max_days": 3}
    assert seller.patch(both)["status"] == "ACCEPTED"


def test_delete_takes_the_number_away(seller: Rehearsal) -> None:
    assert seller.patch({}, op="delete")["status"] == "ACCEPTED"
    seller.advance(60)
    assert seller.shown() is None
    assert submitted(seller) == []


@pytest.mark.parametrize(
    "element",
    [
        {"quantity": -1},
        {"quantity": None},
        {"quantity": 3.0},
        {"quantity": "3"},
        {"quantity": True},
        {"quantity": 3, "marketplace_id": DE},
        {"quantity": 3, "lead_time_to_ship_max_days": 31},
        {"quantity": 3, "is_inventory_available": True},
        {"quantity": 3, "qty": 3},
        {"quantity": 3, "fulfillment_channel_code": "NOWHERE"},
        {"quantity": 3, "fulfillment_channel_code": "AMAZON_EU"},
    ],
)
def test_a_bad_element_is_invalid_inside_a_good_answer(
    seller: Rehearsal, element: dict[str, Any]
) -> None:
    answer = seller.patch(element)
    assert answer["status"] == "INVALID"
    assert answer["issues"][0]["severity"] == "ERROR"
    seller.advance(60)
    assert (seller.shown(), submitted(seller)[0]["quantity"]) == (10, 10)


@pytest.mark.parametrize(
    "path",
    [
        "/attributes/fulfillmentAvailability",
        "/attributes/fulfillment_availability/0/quantity",
        "/attributes/stock",
        "/fulfillment_availability",
    ],
)
def test_a_wrong_path_is_invalid_inside_a_good_answer(seller: Rehearsal, path: str) -> None:
    answer = seller.patch(4, path=path)
    assert answer["status"] == "INVALID"
    assert answer["issues"][0]["code"] == "90000900"


@pytest.mark.parametrize(
    "body",
    [
        {"patches": [{"op": "merge", "path": "/attributes/x", "value": []}]},
        {"productType": "PRODUCT", "patches": []},
        {"productType": "PRODUCT", "patches": [{"op": "set", "path": "/attributes/x"}]},
        {"productType": "PRODUCT", "patches": [{"op": "merge", "path": "/x", "value": {}}]},
        {"productType": "PRODUCT", "patches": [{"op": "merge", "value": []}]},
        [],
    ],
)
def test_a_request_unlike_the_model_is_refused(seller: Rehearsal, body: Any) -> None:
    reply = seller.call("PATCH", seller.item_path("MUG"), {"marketplaceIds": DE}, body)
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])


def test_a_preview_checks_and_keeps_nothing(seller: Rehearsal) -> None:
    asked = {"mode": "VALIDATION_PREVIEW", "includedData": "issues,identifiers"}
    good = seller.patch(4, **asked)
    assert good["status"] == "VALID"
    assert good["identifiers"][0]["marketplaceId"] == DE
    assert seller.patch(-4, **asked)["status"] == "INVALID"
    seller.advance(60)
    assert (seller.shown(), submitted(seller)[0]["quantity"]) == (10, 10)


def test_identifiers_come_with_a_preview_only(seller: Rehearsal) -> None:
    query = {"marketplaceIds": DE, "includedData": "identifiers"}
    reply = seller.call("PATCH", seller.item_path("MUG"), query, {})
    assert reply.status_code == 400


def test_an_item_can_not_be_put(seller: Rehearsal) -> None:
    reply = seller.call("PUT", seller.item_path("MUG"), {"marketplaceIds": DE}, {})
    assert (reply.status_code, codes(reply)) == (403, ["Unauthorized"])


def test_a_sku_of_odd_characters_is_found_by_its_encoded_name(seller: Rehearsal) -> None:
    seller.add(ODD, quantity=3)
    assert seller.item_path(ODD).endswith("/A%2FB%20C%231")
    assert seller.item(ODD)["sku"] == ODD
    assert seller.patch(2, sku=ODD)["sku"] == ODD
    seller.advance(60)
    assert seller.shown(ODD) == 2


def test_an_unknown_sku_or_marketplace_without_it_is_not_found(seller: Rehearsal) -> None:
    seller.add("CUP", marketplaces=[FR])
    for sku, marketplace, expected in (("NONE", DE, 404), ("CUP", DE, 404), ("CUP", US, 400)):
        reply = seller.call("GET", seller.item_path(sku), {"marketplaceIds": marketplace})
        assert reply.status_code == expected


@pytest.mark.parametrize(("is_refused", "status"), [(False, "ACCEPTED"), (True, "INVALID")])
def test_what_is_told_to_an_unknown_sku_is_accepted_and_never_shown(
    seller: Rehearsal, is_refused: bool, status: str
) -> None:
    seller.shape("habits", {"is_unknown_refused": is_refused})
    seller.add("CUP", marketplaces=[FR])
    for sku in ("NONE", "CUP"):
        assert seller.patch(4, sku=sku)["status"] == status
        seller.advance(60)
        reply = seller.call("GET", seller.item_path(sku), {"marketplaceIds": DE})
        assert reply.status_code == 404
    assert seller.shown("CUP", FR) == 10


def test_nothing_to_sell_is_not_buyable_until_there_is_again(seller: Rehearsal) -> None:
    assert status(seller) == ["BUYABLE", "DISCOVERABLE"]
    seller.patch(0)
    seller.advance(60)
    assert (seller.shown(), status(seller)) == (0, ["DISCOVERABLE"])
    seller.patch(1)
    seller.advance(60)
    assert status(seller) == ["BUYABLE", "DISCOVERABLE"]


def test_a_closed_offer_is_not_buyable_whatever_its_quantity(seller: Rehearsal) -> None:
    seller.add("OLD", is_closed=True)
    assert (seller.shown("OLD"), status(seller, "OLD")) == (10, [])


def test_a_listing_that_was_never_told_a_number_shows_none(seller: Rehearsal) -> None:
    seller.add("NEW", quantity=None)
    assert seller.item("NEW")["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT"}]


def test_only_the_data_asked_for_is_included(seller: Rehearsal) -> None:
    assert set(seller.item(included="")) == {"sku", "summaries"}
    assert set(seller.item(included="offers,issues")) == {"sku", "offers", "issues"}
    query = {"marketplaceIds": DE, "includedData": "everything"}
    assert seller.call("GET", seller.item_path("MUG"), query).status_code == 400


def test_amazons_own_stock_shows_its_code_and_no_quantity(seller: Rehearsal) -> None:
    seller.add("FBA", is_fba=True, quantity=6)
    item = seller.item("FBA")
    assert item["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "AMAZON_EU"}]
    assert item["summaries"][0]["fnSku"]
    assert status(seller, "FBA") == ["BUYABLE", "DISCOVERABLE"]


def test_a_quantity_for_amazons_own_stock_converts_the_offer(seller: Rehearsal) -> None:
    seller.add("FBA", is_fba=True, quantity=6)
    assert seller.patch(4, sku="FBA")["status"] == "ACCEPTED"
    assert seller.counter("fba_conversions") == 0
    seller.advance(60)
    assert seller.counter("fba_conversions") == 1
    assert seller.shown("FBA") == 4
    both = [element["fulfillment_channel_code"] for element in submitted(seller, "FBA")]
    assert both == ["AMAZON_EU", "DEFAULT"]
    [conversion] = seller.read("conversions")["conversions"]
    assert (conversion["sku"], conversion["source"]) == ("FBA", "patch")
    [listing] = seller.read("listings", sku="FBA")["listings"]
    assert (listing["is_fba"], listing["afn_quantity"]) == (False, 6)
