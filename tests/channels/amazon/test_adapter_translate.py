"""Numbers into patches, items into levels: pure."""

from __future__ import annotations

from typing import Any

import pytest

from channels.adapters.amazon import answers, translate
from channels.adapters.amazon.client import segment
from channels.contract import Answer, ChannelError, Code, LevelRef, Mode, Outcome, Write
from tests.channels.amazon.rehearsal import DE, FR
from tests.channels.amazon.selling import KEY, write

SUMMARY = {
    "marketplaceId": DE,
    "asin": "B000000001",
    "productType": "MUGS",
    "status": ["BUYABLE", "DISCOVERABLE"],
    "itemName": "A mug",
}


def item(*channels: dict[str, Any], **changes: Any) -> translate.Item:
    data = {"sku": "MUG", "summaries": [SUMMARY], "fulfillmentAvailability": list(channels)}
    return translate.item(data | changes, DE)


def of(code: str, **more: int) -> dict[str, Any]:
    return {"fulfillmentChannelCode": code, **more}


def test_a_number_is_merged_into_the_sellers_own_channel() -> None:
    for mode in (Mode.DELTA, Mode.ABSOLUTE):
        built = translate.payload(mode, [write(12)], KEY)
        assert built == {
            "operation": "patchListingsItem",
            "sku": "MUG",
            "patches": [
                {
                    "op": "merge",
                    "path": "/attributes/fulfillment_availability",
                    "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 12}],
                }
            ],
        }


def test_no_number_deletes_the_element_and_never_says_null() -> None:
    [patch] = translate.payload(Mode.DELTA, [write(None)], KEY)["patches"]
    assert (patch["op"], patch["value"]) == ("delete", [{"fulfillment_channel_code": "DEFAULT"}])


@pytest.mark.parametrize("quantity", [-1, True, 1.0, "1", ""])
def test_what_is_no_count_is_never_built(quantity: Any) -> None:
    for mode in Mode:
        with pytest.raises(ValueError, match="no quantity"):
            translate.payload(mode, [write(quantity)], KEY)


def test_a_feed_names_each_sku_once_and_numbers_its_messages_from_one() -> None:
    built = translate.payload(Mode.BULK, [write(1, "A"), write(None, "B")], KEY)
    assert [(each["messageId"], each["sku"]) for each in built["messages"]] == [(1, "A"), (2, "B")]
    assert {each["operationType"] for each in built["messages"]} == {"PATCH"}
    with pytest.raises(ValueError, match="different SKUs"):
        translate.payload(Mode.BULK, [write(1), write(2)], KEY)
    with pytest.raises(ValueError, match="needs a SKU"):
        translate.payload(Mode.DELTA, [Write(LevelRef("", "EU"), 1, None)], KEY)


def test_skus_are_encoded_to_the_last_character() -> None:
    assert segment("A/B C#1") == "A%2FB%20C%231"
    for odd in ("", ".", ".."):
        with pytest.raises(ChannelError, match="rename it"):
            segment(odd)


def test_what_is_read_is_what_amazon_applies_and_an_absent_quantity_is_not_zero() -> None:
    ref = LevelRef("MUG", "EU")
    level = translate.level(item(of("DEFAULT", quantity=3)), ref)
    assert (level.available, level.is_active, level.is_tracked, level.is_buyable) == (
        3, True, True, True,
    )  # fmt: skip
    assert (level.committed, level.on_hand) == (None, None)
    for channels in ([of("DEFAULT")], []):
        level = translate.level(item(*channels), ref)
        assert (level.available, level.is_active, level.is_tracked) == (None, True, True)


@pytest.mark.parametrize("code", ["AMAZON_EU", "AMAZON_NA", "AMAZON_JP"])
def test_what_amazon_ships_is_never_ours_to_write(code: str) -> None:
    found = item(of("DEFAULT", quantity=3), of(code))
    level = translate.level(found, LevelRef("MUG", "EU"))
    assert (level.is_active, level.available) == (False, None)
    answer = answers.unwritable(found)
    assert answer is not None
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, Code.ITEM_NOT_WRITABLE)
    assert answers.unwritable(item(of("DEFAULT"))) is None
    assert answers.unwritable(None) is not None


def test_a_listing_out_of_stock_stays_active_so_that_it_stays_linked() -> None:
    found = item(of("DEFAULT", quantity=0), summaries=[SUMMARY | {"status": ["DISCOVERABLE"]}])
    assert found.is_buyable is False
    listing = translate.listing(found)
    assert (listing.external_id, listing.item_id, listing.is_active) == ("B000000001", "MUG", True)


def test_the_summary_of_another_marketplace_says_nothing_about_this_one() -> None:
    found = item(of("DEFAULT"), summaries=[SUMMARY | {"marketplaceId": FR}])
    assert (found.is_buyable, found.product_type) == (None, "")
    assert translate.listing(found).external_id == "MUG"


def test_an_invalid_submission_is_a_refusal_whatever_the_http_status() -> None:
    issues = [
        {"severity": "WARNING", "message": "Mind the gap", "attributeNames": ["size"]},
        {"severity": "ERROR", "message": "Too many", "attributeNames": [answers.ATTRIBUTE]},
    ]
    refused = answers.of_submission({"status": "INVALID", "issues": issues}, "r-1")
    assert refused is not None
    assert (refused.outcome, refused.code) == (Outcome.REJECTED, Code.QUANTITY_REFUSED)
    assert "Too many" in refused.message
    assert "r-1" in refused.message
    assert "Mind" not in refused.message
    issues[1]["attributeNames"] = ["batteries_required"]
    refused = answers.of_submission({"status": "INVALID", "issues": issues}, "r-1")
    assert refused is not None
    assert refused.code is Code.ITEM_NOT_WRITABLE


def test_an_acceptance_tells_by_which_ids_to_ask_for_it() -> None:
    accepted = answers.of_submission({"status": "ACCEPTED", "submissionId": "s-1"}, "r-1")
    assert accepted == Answer(Outcome.ACCEPTED, message="submission s-1, request r-1")
    assert answers.of_submission({"status": "VALID"}, "r-1") is None


def report(*issues: dict[str, Any], processed: int = 3, invalid: int = 0) -> dict[str, Any]:
    summary = {"messagesProcessed": processed, "messagesInvalid": invalid}
    return {"issues": list(issues), "summary": summary}


ERROR = {"severity": "ERROR", "message": "No", "attributeName": "fulfillment_availability.quantity"}


def test_a_report_is_read_by_message_number_and_warnings_refuse_nothing() -> None:
    found = answers.of_report(
        report({"messageId": 4, **ERROR}, {"messageId": 2, "severity": "WARNING", "message": "m"},
               invalid=1),
        [2, 4, 5],
        "7",
    )  # fmt: skip
    assert [found[number].outcome for number in (2, 4, 5)] == [
        Outcome.ACCEPTED, Outcome.REJECTED, Outcome.ACCEPTED,
    ]  # fmt: skip
    assert found[4].code is Code.QUANTITY_REFUSED


@pytest.mark.parametrize(
    "told",
    [
        report(ERROR, processed=0),  # the file itself
        report(processed=2),
        report(processed=4),
        report({"messageId": 9, **ERROR}, invalid=1),  # a message that we did not send
        report({"messageId": 4, **ERROR}, invalid=2),  # one is refused and not named
        {},
    ],
)
def test_a_report_that_does_not_add_up_tells_nothing(told: dict[str, Any]) -> None:
    with pytest.raises(ChannelError, match="feed 7") as caught:
        answers.of_report(told, [2, 4, 5], "7")
    assert (caught.value.code, caught.value.permanent) == (Code.BATCH_REFUSED, True)


def test_refusals_are_kept_by_reason_and_come_back_by_line() -> None:
    missing = Answer(Outcome.REJECTED, Code.ITEM_MISSING, "gone")
    refusals = {1: answers.FOREIGN, 3: missing, 4: answers.FOREIGN}
    groups = answers.grouped(refusals.items())
    assert len(groups) == 2
    assert answers.ungrouped(groups) == refusals


def test_what_has_an_fnsku_and_no_channel_of_the_sellers_own_is_amazons() -> None:
    theirs = item(summaries=[SUMMARY | {"fnSku": "X0001"}])
    assert answers.unwritable(theirs) is not None
    assert answers.unwritable(item()) is None
