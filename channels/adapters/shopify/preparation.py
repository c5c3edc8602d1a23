"""Makes levels writable before their first number: tracking on, level active at the location."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from channels.adapters.shopify import documents
from channels.adapters.shopify.client import Client
from channels.contract import Answer, Code, LevelRef, Outcome, Payload, RemoteLevel

MAX_ITEMS = 250


def prepare(client: Client, levels: Sequence[RemoteLevel]) -> dict[LevelRef, Answer]:
    """Answers for the levels changed or refused; a level that was ready already is absent.

    One call per item and one per level: at 10 points each the bucket, not the round trip, sets
    the pace, so packing several into one call would gain nothing.
    """
    untracked = list(dict.fromkeys(one.ref.item_id for one in levels if not one.is_tracked))
    tracked = dict(_tracked(client, untracked))
    answers: dict[LevelRef, Answer] = {}
    for level in levels:
        answer = tracked.get(level.ref.item_id)
        is_refused = answer is not None and answer.outcome is Outcome.REJECTED
        if not level.is_active and not is_refused:
            answer = _activated(client, level.ref)
        if answer is not None:
            answers[level.ref] = answer
    return answers


def _tracked(client: Client, item_ids: Sequence[str]) -> Iterator[tuple[str, Answer]]:
    """Switch tracking on where the shop allows it, item by item."""
    for start in range(0, len(item_ids), MAX_ITEMS):
        chunk = list(item_ids[start : start + MAX_ITEMS])
        data = client.run(documents.TRACKING, {"ids": chunk})
        for item_id, item in zip(chunk, data["nodes"], strict=True):
            yield item_id, _tracking(client, item)


def _tracking(client: Client, item: Payload | None) -> Answer:
    if not item:
        return Answer(Outcome.REJECTED, Code.ITEM_MISSING, "The item does not exist any more")
    editable = item["trackedEditable"]
    if editable["locked"] and not item["tracked"]:
        reason = editable["reason"] or "the shop has locked it"
        return Answer(Outcome.REJECTED, Code.UNTRACKED, f"Tracking can not be changed: {reason}")
    if not item["tracked"]:
        variables = {"id": item["id"], "input": {"tracked": True}}
        result = client.run(documents.TRACK_ITEM, variables)["inventoryItemUpdate"]
        if result["userErrors"]:
            return Answer(Outcome.REJECTED, Code.UNTRACKED, _sentence(result))
    return Answer(Outcome.ACCEPTED, Code.TRACKING_ENABLED, "Shopify tracks the item from now on")


def _activated(client: Client, ref: LevelRef) -> Answer:
    """Stock the item at the location, without a number: the level keeps what it had, or 0.

    The key is a fresh one every time. Activating an active level again changes nothing, so a
    repeat needs no key to be safe; a key made of item and location would do harm, because a
    level switched off by hand within a day would be answered by yesterday's success and stay off.
    """
    variables = {
        "itemId": ref.item_id,
        "locationId": ref.location_id,
        "key": str(uuid.uuid4()),
    }
    result = client.run(documents.ACTIVATE_ITEM, variables)["inventoryActivate"]
    level = result["inventoryLevel"]
    if level is not None and level["isActive"]:
        return Answer(Outcome.ACCEPTED, Code.LOCATION_ACTIVATED, "Stocked at the location")
    return Answer(Outcome.REJECTED, _blamed(result["userErrors"]), _sentence(result))


def _blamed(errors: Sequence[Payload]) -> Code:
    """These errors bear no code; the field tells which of the two ids is refused."""
    fields = {part for error in errors for part in error["field"] or ()}
    if "locationId" in fields:
        return Code.LOCATION_MISSING
    if "inventoryItemId" in fields:
        return Code.ITEM_MISSING
    return Code.ITEM_NOT_WRITABLE


def _sentence(result: Payload) -> str:
    return (
        "; ".join(error["message"] for error in result["userErrors"]) or "Shopify did not say why"
    )
