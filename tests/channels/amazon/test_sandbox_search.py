"""Searching a seller's listings: by identifiers, by page, up to the ceiling."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.amazon.rehearsal import DE, FR, Rehearsal, codes, good

PATH = "/listings/2021-08-01/items/A1SANDBOXSELLER"


def search(seller: Rehearsal, **query: object) -> dict[str, Any]:
    found: dict[str, Any] = good(seller.call("GET", PATH, {"marketplaceIds": DE} | query)).json()
    return found


def skus(page: dict[str, Any]) -> list[str]:
    return [item["sku"] for item in page["items"]]


def test_items_are_found_by_their_skus(seller: Rehearsal) -> None:
    seller.add("A/B C#1", quantity=3)
    seller.add("CUP")
    page = search(
        seller,
        identifiers="A/B C#1,MUG,NONE",
        identifiersType="SKU",
        includedData="summaries,fulfillmentAvailability",
        pageSize=20,
    )
    assert page["numberOfResults"] == 2
    assert sorted(skus(page)) == ["A/B C#1", "MUG"]
    assert "pagination" not in page
    shown = {item["sku"]: item["fulfillmentAvailability"][0]["quantity"] for item in page["items"]}
    assert shown == {"A/B C#1": 3, "MUG": 10}


def test_items_are_found_by_their_asin(seller: Rehearsal) -> None:
    seller.add("CUP", asin="B000000001")
    seller.add("CUP2", asin="B000000001")
    found = search(seller, identifiers="B000000001", identifiersType="ASIN", sortBy="sku")
    assert sorted(skus(found)) == ["CUP", "CUP2"]


@pytest.mark.parametrize(
    "query",
    [
        {"identifiers": ",".join(map(str, range(21))), "identifiersType": "SKU"},
        {"identifiers": "MUG"},
        {"identifiers": "MUG", "identifiersType": "NAME"},
        {"pageSize": 21},
        {"pageSize": 0},
        {"withStatus": "SOLD"},
        {"pageToken": "nonsense"},
        {"marketplaceIds": ""},
    ],
)
def test_what_the_model_does_not_allow_is_refused(
    seller: Rehearsal, query: dict[str, object]
) -> None:
    reply = seller.call("GET", PATH, {"marketplaceIds": DE} | query)
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])


def test_pages_follow_each_other_under_the_same_question(seller: Rehearsal) -> None:
    for number in range(5):
        seller.add(f"S{number}")
    first = search(seller, pageSize=4, sortBy="sku", sortOrder="ASC")
    assert (first["numberOfResults"], skus(first)) == (6, ["MUG", "S0", "S1", "S2"])
    token = first["pagination"]["nextToken"]
    second = search(seller, pageSize=4, sortBy="sku", sortOrder="ASC", pageToken=token)
    assert skus(second) == ["S3", "S4"]
    assert "pagination" not in second
    other = seller.call("GET", PATH, {"marketplaceIds": DE, "pageSize": 4, "pageToken": token})
    assert other.status_code == 400


def test_no_search_goes_beyond_a_thousand_items(seller: Rehearsal) -> None:
    listings = [{"sku": f"S{number:04}", "marketplaces": [DE]} for number in range(1004)]
    seller.shape("listings", {"listings": listings})
    asked: dict[str, object] = {"pageSize": 20, "sortBy": "sku", "sortOrder": "DESC"}
    seen: list[str] = []
    page = search(seller, **asked)
    for _ in range(60):
        seen += skus(page)
        if "pagination" not in page:
            break
        page = search(seller, **asked, pageToken=page["pagination"]["nextToken"])
    assert page["numberOfResults"] == 1005
    assert len(seen) == len(set(seen)) == 1000
    assert "MUG" not in seen


def test_only_offers_in_the_marketplaces_asked_about_are_found(seller: Rehearsal) -> None:
    seller.add("CUP", marketplaces=[FR])
    assert skus(search(seller)) == ["MUG"]
    both = search(seller, marketplaceIds=f"{DE},{FR}", identifiers="MUG", identifiersType="SKU")
    assert [one["marketplaceId"] for one in both["items"][0]["summaries"]] == [DE, FR]


def test_items_are_found_by_status_and_time(seller: Rehearsal) -> None:
    seller.add("NONE", quantity=0)
    seller.advance(100)
    seller.add("LATE")
    assert sorted(skus(search(seller, withStatus="BUYABLE"))) == ["LATE", "MUG"]
    assert skus(search(seller, withoutStatus="BUYABLE")) == ["NONE"]
    now = seller.read("clock")["now"]
    assert skus(search(seller, lastUpdatedAfter=now)) == ["LATE"]
    assert skus(search(seller, withIssueSeverity="ERROR")) == []
