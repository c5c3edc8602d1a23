"""What became of each line of a stock update: reads `userErrors` (branching on `code` alone).

Shopify refuses a whole batch for one bad line, so the lines nobody named are fine by themselves
and must go out again under a new key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from channels.contract import Answer, ChannelError, Code, LevelRef, Outcome

_STALE = (Outcome.STALE, Code.STALE)
_LINE_CODES: Mapping[str, tuple[Outcome, Code]] = {
    "CHANGE_FROM_QUANTITY_STALE": _STALE,
    "COMPARE_QUANTITY_STALE": _STALE,
    # Up to 2026-07. What we believed about the level is wrong; whoever reads it again sees it
    # inactive and has it prepared, which is the cure.
    "ITEM_NOT_STOCKED_AT_LOCATION": _STALE,
    "INVALID_INVENTORY_ITEM": (Outcome.REJECTED, Code.ITEM_MISSING),
    "INVALID_LOCATION": (Outcome.REJECTED, Code.LOCATION_MISSING),
    "NON_MUTABLE_INVENTORY_ITEM": (Outcome.REJECTED, Code.ITEM_NOT_WRITABLE),
    # Two listings lead to one item: both lines are named, and neither may win silently.
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": (Outcome.REJECTED, Code.AMBIGUOUS_MATCH),
    "INVALID_QUANTITY_NEGATIVE": (Outcome.REJECTED, Code.QUANTITY_REFUSED),
    "INVALID_QUANTITY_TOO_HIGH": (Outcome.REJECTED, Code.QUANTITY_REFUSED),
    "INVALID_QUANTITY_TOO_LOW": (Outcome.REJECTED, Code.QUANTITY_REFUSED),
}
_UNKNOWN_LINE_CODE = (Outcome.REJECTED, Code.BAD_REQUEST)

# Ours, whether it is permanent, and whether the outcome is unknown.
_BATCH_CODES: Mapping[str, tuple[Code, bool, bool]] = {
    "IDEMPOTENCY_CONCURRENT_REQUEST": (Code.IN_PROGRESS, False, True),
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": (Code.KEY_MISMATCH, True, False),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": (Code.KEY_EXPIRED, False, False),
    "COMPARE_QUANTITY_REQUIRED": (Code.VERSION_MISMATCH, True, False),
    # Said to have failed, yet the same key is the safe way on: if the key is burnt, Shopify
    # says so, and only then a new one is right.
    "ADJUST_QUANTITIES_FAILED": (Code.UNAVAILABLE, False, True),
    "SERVICE_UNAVAILABLE": (Code.UNAVAILABLE, False, True),
}
_UNKNOWN_BATCH_CODE = (Code.BAD_REQUEST, True, False)


def of(result: Mapping[str, Any], refs: Sequence[LevelRef]) -> list[Answer]:
    """One answer per line of `refs`, from the payload of a set or adjust mutation.

    No user error means success, even when the group is null (numbers were so already).
    Raises ChannelError for an error that names no line of ours.
    """
    errors = result["userErrors"]
    if not errors:
        return [Answer(Outcome.ACCEPTED) for _ in refs]
    refused = _by_line(errors, len(refs))
    changed = _changed(result.get("inventoryAdjustmentGroup"))
    return [
        refused.get(index) or _unnamed(is_changed=ref in changed) for index, ref in enumerate(refs)
    ]


def _by_line(errors: Sequence[Mapping[str, Any]], count: int) -> dict[int, Answer]:
    refused: dict[int, Answer] = {}
    for error in errors:
        code, message = error["code"] or "", f"{error['message']} ({error['code']})"
        index = _line(error["field"] or ())
        if code in _BATCH_CODES or index is None or index >= count:
            raise _of_batch(code, message)
        refused.setdefault(index, Answer(*_LINE_CODES.get(code, _UNKNOWN_LINE_CODE), message))
    return refused


def _of_batch(code: str, message: str) -> ChannelError:
    ours, is_permanent, is_unknown = _BATCH_CODES.get(code, _UNKNOWN_BATCH_CODE)
    return ChannelError(ours, message, permanent=is_permanent, is_outcome_unknown=is_unknown)


def _line(field: Sequence[str]) -> int | None:
    """The first all-digit element: some mutations name `input` before it, some do not."""
    return next((int(part) for part in field if part.isascii() and part.isdigit()), None)


def _changed(group: Mapping[str, Any] | None) -> set[LevelRef]:
    """Levels the answer says it did change. Beside errors always none so far; should Shopify
    ever apply half a batch, the applied half must not be sent twice."""
    changes = group["changes"] if group else ()
    return {
        LevelRef(change["item"]["id"], change["location"]["id"])
        for change in changes
        if change["item"] and change["location"]
    }


def _unnamed(*, is_changed: bool) -> Answer:
    if is_changed:
        return Answer(Outcome.ACCEPTED)
    return Answer(Outcome.NOT_APPLIED, Code.BATCH_REFUSED, "Refused for another line of the batch")
