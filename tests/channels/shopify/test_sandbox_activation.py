"""Connecting items to locations in the sandbox, and switching tracking on."""

from __future__ import annotations

from typing import Any

from tests.channels.shopify.rehearsal import Rehearsal, codes

ACTIVATE = """mutation Activate(
  $item: ID!, $place: ID!, $available: Int, $onHand: Int, $key: String!
) {
  inventoryActivate(
    inventoryItemId: $item, locationId: $place, available: $available, onHand: $onHand
  ) @idempotent(key: $key) {
    inventoryLevel { id isActive quantities(names: ["available"]) { quantity } }
    userErrors { field message }
  }
}"""
DEACTIVATE = """mutation Deactivate($level: ID!) {
  inventoryDeactivate(inventoryLevelId: $level) { userErrors { field message } }
}"""
TOGGLE = """mutation Toggle($item: ID!, $updates: [InventoryBulkToggleActivationInput!]!) {
  inventoryBulkToggleActivation(inventoryItemId: $item, inventoryItemUpdates: $updates) {
    inventoryItem { id } inventoryLevels { isActive location { name } }
    userErrors { field message code }
  }
}"""
TRACK = """mutation Track($id: ID!, $input: InventoryItemInput!) {
  inventoryItemUpdate(id: $id, input: $input) {
    inventoryItem { id sku tracked trackedEditable { locked reason } }
    userErrors { field message }
  }
}"""


def activate(shop: Rehearsal, item: str, place: str, key: str = "a", **numbers: int) -> Any:
    variables = {"item": item, "place": place, "key": key, **numbers}
    return shop.data(ACTIVATE, **variables)["inventoryActivate"]


def test_a_new_level_starts_at_the_number_given(shop: Rehearsal) -> None:
    item, east = shop.item("MUG"), shop.location("East")
    payload = activate(shop, item, east, available=6)
    assert payload["userErrors"] == []
    assert payload["inventoryLevel"]["isActive"]
    assert payload["inventoryLevel"]["quantities"] == [{"quantity": 6}]


def test_a_level_switched_off_comes_back_with_its_number(shop: Rehearsal) -> None:
    item = shop.item("MUG", levels={"Main": 1, "East": {"available": 8, "is_active": False}})
    payload = activate(shop, item, shop.location("East"))
    assert payload["inventoryLevel"]["quantities"] == [{"quantity": 8}]
    assert shop.level("MUG", "East")["is_active"]


def test_a_number_for_an_active_level_is_refused_and_the_level_shown(shop: Rehearsal) -> None:
    payload = activate(shop, shop.item("MUG"), shop.location(), available=3)
    assert len(payload["userErrors"]) == 1
    assert payload["inventoryLevel"]["quantities"] == [{"quantity": 10}]


def test_available_and_on_hand_exclude_each_other(shop: Rehearsal) -> None:
    payload = activate(shop, shop.item("MUG"), shop.location("East"), available=1, onHand=1)
    assert payload["inventoryLevel"] is None
    assert len(payload["userErrors"]) == 1


def test_activation_demands_a_key_and_repeats_its_outcome(shop: Rehearsal) -> None:
    item, east = shop.item("MUG"), shop.location("East")
    bare = ACTIVATE.replace(" @idempotent(key: $key)", "").replace(", $key: String!", "")
    error = shop.error(bare, item=item, place=east)
    assert error["extensions"]["code"] == "BAD_REQUEST"
    first = activate(shop, item, east, available=6)
    assert activate(shop, item, east, available=6) == first
    mismatch = activate(shop, item, east, available=7)
    assert "different parameters" in mismatch["userErrors"][0]["message"]


def test_an_inactive_location_can_not_stock(shop: Rehearsal) -> None:
    item, east = shop.item("MUG"), shop.location("East")
    shop.shape("locations", {"locations": [{"name": "East", "is_active": False}]})
    assert activate(shop, item, east)["userErrors"][0]["field"] == ["locationId"]


def test_deactivation_keeps_the_numbers(shop: Rehearsal) -> None:
    shop.item("MUG", levels={"Main": 10, "East": 5})
    payload = shop.data(DEACTIVATE, level=shop.level("MUG", "East")["level_id"])
    assert payload["inventoryDeactivate"]["userErrors"] == []
    level = shop.level("MUG", "East")
    assert (level["is_active"], level["available"]) == (False, 5)


def test_the_only_location_and_committed_units_forbid_deactivation(shop: Rehearsal) -> None:
    shop.item("ALONE")
    shop.item("BUSY", levels={"Main": 1, "East": {"available": 1, "committed": 2}})
    for sku, place in (("ALONE", "Main"), ("BUSY", "East")):
        level = shop.level(sku, place)
        payload = shop.data(DEACTIVATE, level=level["level_id"])
        assert len(payload["inventoryDeactivate"]["userErrors"]) == 1
        assert shop.level(sku, place)["is_active"]


def test_many_locations_are_toggled_at_once_or_not_at_all(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    east, main = shop.location("East"), shop.location()
    both = [{"locationId": east, "activate": True}, {"locationId": main, "activate": False}]
    refused = shop.data(TOGGLE, item=item, updates=both)["inventoryBulkToggleActivation"]
    assert codes(refused) == ["CANNOT_DEACTIVATE_FROM_ONLY_LOCATION"]
    assert [level["location"] for level in shop.read("levels", sku="MUG")["levels"]] == ["Main"]
    payload = shop.data(TOGGLE, item=item, updates=both[:1])["inventoryBulkToggleActivation"]
    assert payload["inventoryLevels"] == [{"isActive": True, "location": {"name": "East"}}]
    nowhere = [{"locationId": "gid://shopify/Location/1", "activate": True}]
    lost = shop.data(TOGGLE, item=item, updates=nowhere)["inventoryBulkToggleActivation"]
    assert codes(lost) == ["LOCATION_NOT_FOUND"]


def test_a_new_variant_is_untracked_at_the_first_location_until_told(shop: Rehearsal) -> None:
    created = shop.shape("variants", {"variants": [{"sku": "NEW"}]})["variants"][0]
    level = shop.level("NEW")
    assert (level["is_tracked"], level["is_active"], level["available"]) == (False, True, 0)
    payload = shop.data(TRACK, id=created["item_id"], input={"tracked": True})
    assert payload["inventoryItemUpdate"]["inventoryItem"]["tracked"]
    assert shop.level("NEW")["is_tracked"]


def test_locked_tracking_stays_as_it_is(shop: Rehearsal) -> None:
    item = shop.item("MUG", is_tracked=False, lock_reason="Managed by another app")
    payload = shop.data(TRACK, id=item, input={"tracked": True})["inventoryItemUpdate"]
    assert payload["userErrors"][0]["field"] == ["input", "tracked"]
    assert payload["inventoryItem"]["trackedEditable"] == {
        "locked": True,
        "reason": "Managed by another app",
    }
    assert not shop.level("MUG")["is_tracked"]
