"""Writing stock: set, adjust and move, each all or nothing over its lines.

A line is refused with its index; one refused line refuses the call. Lines on untracked items and
on inactive or never connected levels are accepted and change nothing, as shops were seen to do:
a client has to read and activate first, nobody will tell it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.adapters.shopify.sandbox import gid, levels, sales
from channels.adapters.shopify.sandbox.levels import Change
from channels.adapters.shopify.sandbox.refusals import REASONS, UserError, user_error
from channels.adapters.shopify.sandbox.store import Row, Store

SET_LIMIT = 1_000_000_000
ADJUST_LIMIT = 2_000_000_000
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
Input = Mapping[str, Any]
Outcome = dict[str, Any]


@dataclass(slots=True)
class Batch:
    """The lines of one call with what is known of them; collects errors and changes."""

    store: Store
    path: tuple[str, ...]
    items: dict[int, Row] = field(default_factory=dict)
    locations: dict[int, Row] = field(default_factory=dict)
    levels: dict[tuple[int, int], Row] = field(default_factory=dict)
    errors: list[UserError] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    is_told: bool = True
    """Whether the client tells numbers of its own; a move only shifts units it was told."""

    def load(self, item_ids: Sequence[str]) -> None:
        """Read everything the lines name in three statements, however many lines there are."""
        numbers = {number for text in item_ids if (number := gid.number_of(text, "InventoryItem"))}
        marks = ",".join(map(str, numbers))
        rows = self.store.all(f"SELECT * FROM variants WHERE item_id IN ({marks})")  # noqa: S608
        self.items = {row["item_id"]: row for row in rows}
        rows = self.store.all("SELECT * FROM locations WHERE is_active")
        self.locations = {row["id"]: row for row in rows}
        rows = self.store.all(f"SELECT * FROM levels WHERE item_id IN ({marks})")  # noqa: S608
        self.levels = {(row["item_id"], row["location_id"]): row for row in rows}

    def refuse(self, code: str, *path: object, **values: str | int) -> None:
        self.errors.append(user_error(code, [*self.path, *map(str, path)], values=values))

    def item(self, line: Input, *path: object) -> Row | None:
        """The item of a line, or None after refusing it."""
        row = self.items.get(gid.number_of(line["inventoryItemId"], "InventoryItem") or 0)
        if row is None:
            self.refuse("INVALID_INVENTORY_ITEM", *path, "inventoryItemId")
        elif row["is_bundle"]:
            self.refuse("NON_MUTABLE_INVENTORY_ITEM", *path, "inventoryItemId")
            return None
        return row

    def location(self, text: str, *path: object) -> Row | None:
        """An active location, or None after refusing the line."""
        row = self.locations.get(gid.number_of(text, "Location") or 0)
        if row is None:
            self.refuse("INVALID_LOCATION", *path, "locationId")
        return row

    def add(self, item: Row, location: Row, name: str, delta: int, document: str | None) -> None:
        """Keep a change, unless it is none or the level does not listen."""
        level = self.levels.get((item["item_id"], location["id"]))
        if delta and item["is_tracked"] and level is not None and level["is_active"]:
            self.changes.append(Change(item["item_id"], location["id"], name, delta, document))

    def quantity(self, item: Row, location: Row, name: str) -> int:
        return levels.quantity(self.levels.get((item["item_id"], location["id"])), name)

    def expect(self, expected: int | None, current: int, *path: object) -> None:
        """Compare-and-set: refuse the line when the number is not what the client believed."""
        if expected is not None and expected != current:
            self.refuse("CHANGE_FROM_QUANTITY_STALE", *path, "changeFromQuantity")

    def check_head(self, given: Input) -> None:
        if given["reason"] not in REASONS:
            self.refuse("INVALID_REASON", "reason", values=", ".join(REASONS))
        uri = given.get("referenceDocumentUri")
        if uri is not None and not URI.fullmatch(uri):
            self.refuse("INVALID_REFERENCE_DOCUMENT", "referenceDocumentUri")

    def finish(self, given: Input, report: Callable[[list[Change]], list[Change]]) -> Outcome:
        """Write the changes unless a line was refused; what happened, as JSON."""
        outcome: Outcome = {"errors": self.errors, "group": None}
        if self.errors or not self.changes:
            return outcome
        if self.is_told:
            sales.judge(self.store, self.changes, self.levels)
        levels.apply(self.store, self.changes)
        outcome["group"] = {
            "number": self.store.next_id("InventoryAdjustmentGroup"),
            "createdAt": self.store.now(),
            "reason": given["reason"],
            "referenceDocumentUri": given.get("referenceDocumentUri"),
            "changes": [
                [row.item_id, row.location_id, row.name, row.delta, row.document]
                for row in report(self.changes)
            ],
        }
        return outcome


def set_quantities(store: Store, given: Input) -> Outcome:
    """inventorySetQuantities: absolute numbers of `available` or `on_hand`."""
    batch, name, lines = Batch(store, ("input",)), given["name"], given["quantities"]
    batch.check_head(given)
    if name not in ("available", "on_hand"):
        message = "The quantity name must be either 'available' or 'on_hand'."
        batch.errors.append(user_error("INVALID_NAME", ["input", "name"], message))
        return batch.finish(given, levels.with_on_hand)
    batch.load([line["inventoryItemId"] for line in lines])
    pairs = Counter((line["inventoryItemId"], line["locationId"]) for line in lines)
    for index, line in enumerate(lines):
        if pairs[line["inventoryItemId"], line["locationId"]] > 1:
            code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
            batch.refuse(code, "quantities", index, "locationId")
        else:
            _set_line(batch, name, line, index)
    return batch.finish(given, levels.with_on_hand)


def _set_line(batch: Batch, name: str, line: Input, index: int) -> None:
    path = ("quantities", index)
    quantity: int = line["quantity"]
    if name == "on_hand" and quantity < 0:
        batch.refuse("INVALID_QUANTITY_NEGATIVE", *path, "quantity")
    elif quantity > SET_LIMIT:
        batch.refuse("INVALID_QUANTITY_TOO_HIGH", *path, "quantity", limit=SET_LIMIT)
    elif quantity < -SET_LIMIT:
        batch.refuse("INVALID_QUANTITY_TOO_LOW", *path, "quantity", limit=-SET_LIMIT)
    item, location = batch.item(line, *path), batch.location(line["locationId"], *path)
    if item is None or location is None:
        return
    current = batch.quantity(item, location, name)
    batch.expect(line["changeFromQuantity"], current, *path)
    # on_hand is a sum: setting it moves the part that is free, which is available.
    batch.add(item, location, "available", quantity - current, None)


def adjust_quantities(store: Store, given: Input) -> Outcome:
    """inventoryAdjustQuantities: deltas on one named quantity."""
    batch, name, lines = Batch(store, ("input",)), given["name"], given["changes"]
    batch.check_head(given)
    if name not in levels.ADJUSTABLE:
        message = f"The specified quantity name is invalid. Use one of {levels.ADJUSTABLE}."
        batch.errors.append(user_error("INVALID_QUANTITY_NAME", ["input", "name"], message))
        return batch.finish(given, levels.with_on_hand)
    batch.load([line["inventoryItemId"] for line in lines])
    _check_one_document(batch, [line.get("ledgerDocumentUri") for line in lines])
    for index, line in enumerate(lines):
        _adjust_line(batch, name, line, index)
    return batch.finish(given, levels.with_on_hand)


def _adjust_line(batch: Batch, name: str, line: Input, index: int) -> None:
    path = ("changes", index)
    delta, document = line["delta"], line.get("ledgerDocumentUri")
    if delta > ADJUST_LIMIT:
        batch.refuse("INVALID_QUANTITY_TOO_HIGH", *path, "delta", limit=ADJUST_LIMIT)
    elif delta < -ADJUST_LIMIT:
        batch.refuse("INVALID_QUANTITY_TOO_LOW", *path, "delta", limit=-ADJUST_LIMIT)
    _check_document(batch, name, document, *path)
    item, location = batch.item(line, *path), batch.location(line["locationId"], *path)
    if item is None or location is None:
        return
    batch.expect(line["changeFromQuantity"], batch.quantity(item, location, name), *path)
    batch.add(item, location, name, delta, document)


def move_quantities(store: Store, given: Input) -> Outcome:
    """inventoryMoveQuantities: units from one named quantity to another at one location."""
    batch, lines = Batch(store, ("input",), is_told=False), given["changes"]
    batch.check_head(given)
    batch.load([line["inventoryItemId"] for line in lines])
    for index, line in enumerate(lines):
        _move_line(batch, line, index)
    return batch.finish(given, list)


def _move_line(batch: Batch, line: Input, index: int) -> None:
    path = ("changes", index)
    if line["from"]["locationId"] != line["to"]["locationId"]:
        batch.refuse("DIFFERENT_LOCATIONS", *path)
        return
    if line["from"]["name"] == line["to"]["name"]:
        batch.refuse("SAME_QUANTITY_NAME", *path)
    if line["quantity"] < 0:
        batch.refuse("INVALID_QUANTITY_NEGATIVE", *path, "quantity")
    elif line["quantity"] > ADJUST_LIMIT:
        batch.refuse("INVALID_QUANTITY_TOO_HIGH", *path, "quantity", limit=ADJUST_LIMIT)
    item = batch.item(line, *path)
    for side, sign in (("from", -1), ("to", 1)):
        _move_side(batch, item, line[side], sign * line["quantity"], (*path, side))


def _move_side(
    batch: Batch, item: Row | None, end: Input, delta: int, path: tuple[object, ...]
) -> None:
    location = batch.location(end["locationId"], *path)
    if end["name"] not in levels.ADJUSTABLE:
        message = f"The specified quantity name is invalid. Use one of {levels.ADJUSTABLE}."
        field_path = ["input", *map(str, path), "name"]
        batch.errors.append(user_error("INVALID_QUANTITY_NAME", field_path, message))
        return
    _check_document(batch, end["name"], end.get("ledgerDocumentUri"), *path)
    if item is None or location is None:
        return
    current = batch.quantity(item, location, end["name"])
    batch.expect(end["changeFromQuantity"], current, *path)
    batch.add(item, location, end["name"], delta, end.get("ledgerDocumentUri"))


def _check_document(batch: Batch, name: str, document: str | None, *path: object) -> None:
    if name == "available":
        if document is not None:
            batch.refuse("INVALID_AVAILABLE_DOCUMENT", *path, "ledgerDocumentUri")
    elif document is None:
        batch.refuse("INVALID_QUANTITY_DOCUMENT", *path, "ledgerDocumentUri")
    elif document.startswith("gid://shopify/"):
        batch.refuse("INTERNAL_LEDGER_DOCUMENT", *path, "ledgerDocumentUri")
    elif not URI.fullmatch(document):
        batch.refuse("INVALID_LEDGER_DOCUMENT", *path, "ledgerDocumentUri")


def _check_one_document(batch: Batch, documents: Sequence[str | None]) -> None:
    if len(set(documents)) > 1:
        batch.refuse("MAX_ONE_LEDGER_DOCUMENT", "changes")
