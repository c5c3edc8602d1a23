"""What becomes of each line of a batch, for every error code Shopify knows."""

from __future__ import annotations

from typing import Any

import pytest

from channels.adapters.shopify import answers
from channels.contract import Answer, ChannelError, Code, LevelRef, Outcome

REFS = [LevelRef(f"item{n}", "here") for n in range(3)]


def error(code: str | None, line: int | None = 1, message: str = "No.") -> dict[str, Any]:
    field = ["input", "quantities", str(line), "x"] if line is not None else ["input"]
    return {"code": code, "field": field, "message": message}


def result(*errors: dict[str, Any], group: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"userErrors": list(errors), "inventoryAdjustmentGroup": group}


def test_no_error_means_accepted_even_without_a_group() -> None:
    assert answers.of(result(), REFS) == [Answer(Outcome.ACCEPTED)] * 3


@pytest.mark.parametrize(
    ("vendor_code", "outcome", "code"),
    [
        ("CHANGE_FROM_QUANTITY_STALE", Outcome.STALE, Code.STALE),
        ("COMPARE_QUANTITY_STALE", Outcome.STALE, Code.STALE),
        ("ITEM_NOT_STOCKED_AT_LOCATION", Outcome.STALE, Code.STALE),
        ("INVALID_INVENTORY_ITEM", Outcome.REJECTED, Code.ITEM_MISSING),
        ("INVALID_LOCATION", Outcome.REJECTED, Code.LOCATION_MISSING),
        ("NON_MUTABLE_INVENTORY_ITEM", Outcome.REJECTED, Code.ITEM_NOT_WRITABLE),
        ("INVALID_QUANTITY_NEGATIVE", Outcome.REJECTED, Code.QUANTITY_REFUSED),
        ("INVALID_QUANTITY_TOO_HIGH", Outcome.REJECTED, Code.QUANTITY_REFUSED),
        ("INVALID_QUANTITY_TOO_LOW", Outcome.REJECTED, Code.QUANTITY_REFUSED),
        ("A_CODE_OF_TOMORROW", Outcome.REJECTED, Code.BAD_REQUEST),
        (None, Outcome.REJECTED, Code.BAD_REQUEST),
    ],
)
def test_the_named_line_gets_its_reason_and_the_others_were_not_applied(
    vendor_code: str | None, outcome: Outcome, code: Code
) -> None:
    before, named, after = answers.of(result(error(vendor_code)), REFS)
    assert (named.outcome, named.code) == (outcome, code)
    assert "No." in named.message
    for other in (before, after):
        assert (other.outcome, other.code) == (Outcome.NOT_APPLIED, Code.BATCH_REFUSED)


def test_both_lines_of_a_duplicate_are_refused() -> None:
    code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
    first, second, third = answers.of(result(error(code, 0), error(code, 2)), REFS)
    assert first.code is third.code is Code.AMBIGUOUS_MATCH
    assert second.outcome is Outcome.NOT_APPLIED


@pytest.mark.parametrize("field", [["input", "changes", "2", "delta"], ["changes", "2"], ["2"]])
def test_the_line_is_found_wherever_its_number_stands(field: list[str]) -> None:
    named = error("INVALID_INVENTORY_ITEM") | {"field": field}
    found = [one.outcome for one in answers.of(result(named), REFS)]
    assert found == [Outcome.NOT_APPLIED, Outcome.NOT_APPLIED, Outcome.REJECTED]


@pytest.mark.parametrize(
    ("vendor_code", "code", "is_permanent", "is_unknown"),
    [
        ("IDEMPOTENCY_CONCURRENT_REQUEST", Code.IN_PROGRESS, False, True),
        ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", Code.KEY_MISMATCH, True, False),
        ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", Code.KEY_EXPIRED, False, False),
        ("COMPARE_QUANTITY_REQUIRED", Code.VERSION_MISMATCH, True, False),
        ("ADJUST_QUANTITIES_FAILED", Code.UNAVAILABLE, False, True),
        ("SERVICE_UNAVAILABLE", Code.UNAVAILABLE, False, True),
        ("INVALID_NAME", Code.BAD_REQUEST, True, False),
        ("INVALID_REASON", Code.BAD_REQUEST, True, False),
        ("INVALID_REFERENCE_DOCUMENT", Code.BAD_REQUEST, True, False),
        ("INVALID_QUANTITY_NAME", Code.BAD_REQUEST, True, False),
        ("INVALID_AVAILABLE_DOCUMENT", Code.BAD_REQUEST, True, False),
        ("MAX_ONE_LEDGER_DOCUMENT", Code.BAD_REQUEST, True, False),
        (None, Code.BAD_REQUEST, True, False),
    ],
)
def test_an_error_of_the_whole_batch_is_raised(
    *, vendor_code: str | None, code: Code, is_permanent: bool, is_unknown: bool
) -> None:
    with pytest.raises(ChannelError) as caught:
        answers.of(result(error(vendor_code, line=None)), REFS)
    raised = caught.value
    assert raised.code is code
    assert (raised.permanent, raised.is_outcome_unknown) == (is_permanent, is_unknown)


def test_an_error_of_the_key_rules_over_errors_of_lines() -> None:
    both = result(error("INVALID_LOCATION"), error("IDEMPOTENCY_CONCURRENT_REQUEST", line=0))
    with pytest.raises(ChannelError) as caught:
        answers.of(both, REFS)
    assert caught.value.code is Code.IN_PROGRESS


def test_the_first_of_several_reasons_for_a_line_rules() -> None:
    twice = result(error("INVALID_LOCATION"), error("CHANGE_FROM_QUANTITY_STALE"))
    assert answers.of(twice, REFS)[1].code is Code.LOCATION_MISSING


def test_a_line_number_beyond_the_batch_is_not_blamed_on_any_line() -> None:
    with pytest.raises(ChannelError):
        answers.of(result(error("INVALID_LOCATION", line=3)), REFS)


def test_a_batch_half_applied_is_not_sent_twice() -> None:
    change = {"name": "available", "item": {"id": "item0"}, "location": {"id": "here"}}
    orphan = {"name": "available", "item": None, "location": None}
    half = result(error("INVALID_LOCATION"), group={"changes": [change, orphan]})
    found = [one.outcome for one in answers.of(half, REFS)]
    assert found == [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.NOT_APPLIED]
