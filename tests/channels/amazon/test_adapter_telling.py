"""The adapter against the sandbox: one number told by a patch."""

from __future__ import annotations

import logging

import pytest

from channels.contract import ChannelError, Code, Outcome
from tests.channels.amazon.rehearsal import DE, Rehearsal
from tests.channels.amazon.selling import adapter, tell

ODD = "A/B C#1"


def test_a_number_is_accepted_and_applied_later(seller: Rehearsal) -> None:
    answer = tell(adapter(seller), 4)
    assert answer.outcome is Outcome.ACCEPTED
    assert "submission" in answer.message
    assert "request" in answer.message
    assert seller.shown() == 10
    seller.advance(60)
    assert seller.shown() == 4


@pytest.mark.parametrize("sku", [ODD, "100%", "a|b", "Tasse grün", "COMMA,SKU"])
def test_odd_skus_are_told_like_any_other(seller: Rehearsal, sku: str) -> None:
    seller.add(sku)
    assert tell(adapter(seller), 4, sku).outcome is Outcome.ACCEPTED
    seller.advance(60)
    assert seller.shown(sku) == 4


def test_handling_time_survives_a_number(seller: Rehearsal) -> None:
    seller.add("SLOW", lead_time=12)
    tell(adapter(seller), 4, "SLOW")
    [element] = seller.item("SLOW")["attributes"]["fulfillment_availability"]
    assert (element["lead_time_to_ship_max_days"], element["quantity"]) == (12, 4)


def test_a_number_can_be_taken_away(seller: Rehearsal) -> None:
    assert tell(adapter(seller), None).outcome is Outcome.ACCEPTED
    seller.advance(60)
    levels = seller.item().get("fulfillmentAvailability", [])
    assert not any("quantity" in each for each in levels)


def test_what_amazon_ships_is_refused_before_anything_is_sent(seller: Rehearsal) -> None:
    seller.add("FBA", is_fba=True)
    answer = tell(adapter(seller), 4, "FBA")
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, Code.ITEM_NOT_WRITABLE)
    assert "Fulfilled by Amazon" in answer.message
    assert not seller.read("log", operation="patchListingsItem")["requests"]
    assert seller.counter("fba_conversions") == 0


def test_a_sku_that_is_gone_is_missing(seller: Rehearsal) -> None:
    answer = tell(adapter(seller), 4, "GONE")
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, Code.ITEM_MISSING)


def test_a_sku_that_its_path_does_not_find_is_searched_for(seller: Rehearsal) -> None:
    seller.add(ODD)
    seller.shape("faults", {"kind": "status", "status": 404, "operation": "getListingsItem"})
    assert tell(adapter(seller), 4, ODD).outcome is Outcome.ACCEPTED
    seller.shape("faults", {"kind": "status", "status": 404, "operation": "patchListingsItem"})
    answer = tell(adapter(seller), 5, ODD)
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, Code.ITEM_NOT_WRITABLE)


def test_the_product_type_is_the_listings_own(seller: Rehearsal) -> None:
    seller.add("HAT", product_type="HAT")
    tell(adapter(seller), 4, "HAT")
    [request] = seller.read("log", operation="patchListingsItem")["requests"]
    assert '"productType":"HAT"' in str(request["body"]).replace(" ", "").replace("'", '"')
    assert "marketplace_id" not in str(request["body"])
    assert f"marketplaceIds={DE}" in request["query"]


@pytest.mark.parametrize("kind", ["cut", "status"])
@pytest.mark.parametrize("is_executed", [True, False])
def test_a_patch_that_may_have_been_executed_has_an_unknown_outcome(
    seller: Rehearsal, kind: str, is_executed: bool
) -> None:
    fault = {"kind": kind, "operation": "patchListingsItem", "is_executed": is_executed}
    seller.shape("faults", fault | ({"status": 503} if kind == "status" else {}))
    with pytest.raises(ChannelError) as caught:
        tell(adapter(seller), 4)
    assert (caught.value.permanent, caught.value.is_outcome_unknown) == (False, True)


@pytest.mark.parametrize("kind", ["cut", "status"])
def test_what_fails_before_the_patch_has_changed_nothing(seller: Rehearsal, kind: str) -> None:
    for operation in ("getListingsItem", "token"):
        seller.shape("faults", {"kind": kind, "operation": operation})
        with pytest.raises(ChannelError) as caught:
            tell(adapter(seller), 4)
        assert (caught.value.permanent, caught.value.is_outcome_unknown) == (False, False)


def test_the_log_names_each_request_and_no_secret(
    seller: Rehearsal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        tell(adapter(seller), 4)
    requests = seller.read("log", operation="patchListingsItem")["requests"]
    assert "patchListingsItem answered 200, request" in caplog.text
    assert len(requests) == 1
    for secret in ("Atza|", "Atzr|", "amzn1.oa2-cs"):
        assert secret not in caplog.text
