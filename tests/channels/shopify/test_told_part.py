"""Of a message about many levels, a receipt's page finds what was said of its own."""

from __future__ import annotations

import pytest

from channels.adapters.shopify import translate
from channels.admin.message import part_of
from channels.contract import LevelRef, Mode, Write

ITEM, OTHER = "gid://shopify/InventoryItem/1", "gid://shopify/InventoryItem/11"
SHOP, DEPOT = "gid://shopify/Location/7", "gid://shopify/Location/8"
WRITES = [
    Write(LevelRef(ITEM, SHOP), 5, 3),
    Write(LevelRef(ITEM, DEPOT), 6, 3),
    Write(LevelRef(OTHER, SHOP), 7, 3),
]


@pytest.mark.parametrize("mode", [Mode.DELTA, Mode.ABSOLUTE])
def test_a_level_is_found_by_its_item_and_its_place(mode: Mode) -> None:
    message = translate.payload(mode, WRITES, "key")

    for write in WRITES:
        part = part_of(
            message, {write.ref.item_id, "gid://shopify/Variant/5"}, write.ref.location_id
        )
        assert part["inventoryItemId"] == write.ref.item_id
        assert part["locationId"] == write.ref.location_id
        told = (
            part["delta"] + part["changeFromQuantity"] if mode is Mode.DELTA else part["quantity"]
        )
        assert told == write.quantity


def test_what_the_message_does_not_name_or_names_twice_is_not_guessed() -> None:
    message = translate.payload(Mode.ABSOLUTE, WRITES, "key")

    assert part_of(message, {"gid://shopify/InventoryItem/2"}, SHOP) is None
    assert part_of(message, {ITEM}, "gid://shopify/Location/9") is None
    assert part_of(message, set(), SHOP) is None
