"""Writing stock in the sandbox: set, adjust and move behave as recorded shops do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.channels.shopify.rehearsal import ADJUST, SET, Rehearsal, codes

MOVE = """mutation Move($input: InventoryMoveQuantitiesInput!, $key: String!) {
  inventoryMoveQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { name delta ledgerDocumentUri } }
    userErrors { field message code }
  }
}"""


def test_a_set_writes_and_reports_available_and_on_hand(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    payload = shop.set([shop.line(item, 7, 10)])
    assert payload["userErrors"] == []
    place = {"id": shop.location()}
    assert payload["inventoryAdjustmentGroup"]["changes"] == [
        {
            "name": name,
            "delta": -3,
            "quantityAfterChange": None,
            "item": {"id": item},
            "location": place,
        }
        for name in ("available", "on_hand")
    ]
    assert shop.level("MUG")["available"] == shop.level("MUG")["on_hand"] == 7


def test_setting_what_it_is_succeeds_without_a_group(shop: Rehearsal) -> None:
    payload = shop.set([shop.line(shop.item("MUG"), 10)])
    assert payload == {"inventoryAdjustmentGroup": None, "userErrors": []}


def test_available_may_be_negative_and_on_hand_may_not(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    assert codes(shop.set([shop.line(item, -4)])) == []
    assert shop.level("MUG")["available"] == -4
    refused = shop.set([shop.line(item, -1)], key="key-2", name="on_hand")
    assert codes(refused) == ["INVALID_QUANTITY_NEGATIVE"]


def test_setting_on_hand_moves_what_is_free(shop: Rehearsal) -> None:
    item = shop.item("MUG", levels={"Main": {"available": 10, "committed": 3}})
    assert codes(shop.set([shop.line(item, 20, 13)], name="on_hand")) == []
    level = shop.level("MUG")
    assert (level["available"], level["committed"], level["on_hand"]) == (17, 3, 20)


def test_one_stale_line_refuses_the_whole_call_and_is_named(shop: Rehearsal) -> None:
    good, stale = shop.item("GOOD"), shop.item("STALE")
    payload = shop.set([shop.line(good, 5, 10), shop.line(stale, 5, 9)])
    assert payload["inventoryAdjustmentGroup"] is None
    error = payload["userErrors"][0]
    assert error["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert error["field"] == ["input", "quantities", "1", "changeFromQuantity"]
    assert shop.level("GOOD")["available"] == 10


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"inventoryItemId": "gid://shopify/InventoryItem/1"}, "INVALID_INVENTORY_ITEM", None),
        ({"locationId": "gid://shopify/Location/1"}, "INVALID_LOCATION", "locationId"),
        ({"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH", "quantity"),
        ({"quantity": -1_000_000_001}, "INVALID_QUANTITY_TOO_LOW", "quantity"),
    ],
)
def test_a_bad_line_is_refused_by_index(
    shop: Rehearsal, change: dict[str, Any], code: str, field: str | None
) -> None:
    payload = shop.set([{**shop.line(shop.item("MUG"), 5), **change}])
    assert codes(payload) == [code]
    assert payload["userErrors"][0]["field"][:3] == ["input", "quantities", "0"]
    assert payload["userErrors"][0]["field"][3] == (field or "inventoryItemId")


@pytest.mark.parametrize(
    ("head", "code", "field"),
    [
        ({"name": "committed"}, "INVALID_NAME", "name"),
        ({"reason": "because"}, "INVALID_REASON", "reason"),
        (
            {"referenceDocumentUri": "no uri"},
            "INVALID_REFERENCE_DOCUMENT",
            "referenceDocumentUri",
        ),
    ],
)
def test_a_bad_head_is_refused(
    shop: Rehearsal, head: dict[str, Any], code: str, field: str
) -> None:
    payload = shop.set([shop.line(shop.item("MUG"), 5)], **head)
    assert codes(payload) == [code]
    assert payload["userErrors"][0]["field"] == ["input", field]


def test_the_same_level_twice_names_both_lines(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    payload = shop.set([shop.line(item, 5), shop.line(item, 6)])
    assert codes(payload) == ["NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"] * 2
    assert [error["field"][2] for error in payload["userErrors"]] == ["0", "1"]


def test_a_bundle_is_not_writable(shop: Rehearsal) -> None:
    payload = shop.set([shop.line(shop.item("SET", is_bundle=True), 5)])
    assert codes(payload) == ["NON_MUTABLE_INVENTORY_ITEM"]


def test_a_set_on_an_inactive_or_absent_level_is_accepted_and_lost(shop: Rehearsal) -> None:
    off = shop.item("OFF", levels={"Main": {"available": 4, "is_active": False}, "East": 1})
    absent = shop.item("ABSENT", levels={"East": 1})
    payload = shop.set([shop.line(off, 9), shop.line(absent, 9)])
    assert payload == {"inventoryAdjustmentGroup": None, "userErrors": []}
    assert shop.level("OFF")["available"] == 4
    assert [level["location"] for level in shop.read("levels", sku="ABSENT")["levels"]] == ["East"]


def test_a_set_on_an_untracked_item_is_accepted_and_changes_nothing(shop: Rehearsal) -> None:
    payload = shop.set([shop.line(shop.item("LOOSE", is_tracked=False), 9)])
    assert payload == {"inventoryAdjustmentGroup": None, "userErrors": []}
    assert shop.level("LOOSE")["available"] == 10


def test_an_inactive_location_is_no_location(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    line = shop.line(item, 5)
    shop.shape("locations", {"locations": [{"name": "Main", "is_active": False}]})
    assert codes(shop.set([line])) == ["INVALID_LOCATION"]


@pytest.mark.parametrize("document", [SET, ADJUST])
def test_the_key_change_from_quantity_must_be_there(shop: Rehearsal, document: str) -> None:
    """Checked before the directive: neither variant of the call bears one here."""
    item = shop.item("MUG")
    is_set = document == SET
    line = shop.line(item, 5) if is_set else shop.change(item, 5)
    del line["changeFromQuantity"]
    given = {
        "name": "available",
        "reason": "correction",
        "quantities" if is_set else "changes": [line],
    }
    bare = document.replace(" @idempotent(key: $key)", "").replace(", $key: String!", "")
    error = shop.error(bare, input=given)
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    assert "must include the following argument: changeFromQuantity" in error["message"]


def test_an_old_field_is_a_variable_error_with_its_path(shop: Rehearsal) -> None:
    line = {**shop.line(shop.item("MUG"), 5), "compareQuantity": 10}
    given = {"name": "available", "reason": "correction", "quantities": [line]}
    error = shop.error(SET, input=given, key="key-1")
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    assert error["extensions"]["problems"][0]["path"][:2] == ["quantities", 0]
    assert "compareQuantity" in error["message"]


def test_251_lines_are_refused_without_data(shop: Rehearsal) -> None:
    lines = [shop.line(shop.item("MUG"), 5)] * 251
    given = {"name": "available", "reason": "correction", "quantities": lines}
    body = shop.graphql(SET, {"input": given, "key": "key-1"}).json()
    assert "data" not in body
    error = body["errors"][0]
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert error["message"] == (
        "The input array size of 251 is greater than the maximum allowed of 250."
    )


def test_an_adjustment_adds_and_skips_zero(shop: Rehearsal) -> None:
    item, still = shop.item("MUG"), shop.item("STILL")
    payload = shop.adjust([shop.change(item, -4, 10), shop.change(still, 0, 10)])
    assert payload["inventoryAdjustmentGroup"]["changes"] == [
        {"name": "available", "delta": -4},
        {"name": "on_hand", "delta": -4},
    ]
    assert shop.adjust([shop.change(still, 0)], key="key-2") == {
        "inventoryAdjustmentGroup": None,
        "userErrors": [],
    }


def test_a_stale_adjustment_is_refused(shop: Rehearsal) -> None:
    payload = shop.adjust([shop.change(shop.item("MUG"), 1, 11)])
    assert codes(payload) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert payload["userErrors"][0]["field"] == ["input", "changes", "0", "changeFromQuantity"]


@pytest.mark.parametrize("name", ["on_hand", "committed", "nonsense"])
def test_only_some_quantities_are_adjustable(shop: Rehearsal, name: str) -> None:
    payload = shop.adjust([shop.change(shop.item("MUG"), 1)], name=name)
    assert codes(payload) == ["INVALID_QUANTITY_NAME"]


@pytest.mark.parametrize(
    ("name", "document", "code"),
    [
        ("available", "stockcast://push/1", "INVALID_AVAILABLE_DOCUMENT"),
        ("damaged", None, "INVALID_QUANTITY_DOCUMENT"),
        ("damaged", "gid://shopify/Order/1", "INTERNAL_LEDGER_DOCUMENT"),
        ("damaged", "no uri", "INVALID_LEDGER_DOCUMENT"),
    ],
)
def test_ledger_documents_follow_the_quantity(
    shop: Rehearsal, name: str, document: str | None, code: str
) -> None:
    change = {**shop.change(shop.item("MUG"), 1), "ledgerDocumentUri": document}
    assert codes(shop.adjust([change], name=name)) == [code]


def test_one_call_has_one_ledger_document(shop: Rehearsal) -> None:
    changes = [
        {**shop.change(shop.item(sku), 1), "ledgerDocumentUri": f"stockcast://count/{sku}"}
        for sku in ("A", "B")
    ]
    assert codes(shop.adjust(changes, name="damaged")) == ["MAX_ONE_LEDGER_DOCUMENT"]


def test_an_adjustment_is_bounded(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    high = shop.adjust([shop.change(item, 2_000_000_001)])
    assert codes(high) == ["INVALID_QUANTITY_TOO_HIGH"]
    low = shop.adjust([shop.change(item, -2_000_000_001)], key="key-2")
    assert codes(low) == ["INVALID_QUANTITY_TOO_LOW"]


def test_a_move_keeps_on_hand_and_stays_at_one_location(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    ends: dict[str, Any] = {
        "from": {"locationId": shop.location(), "name": "available", "changeFromQuantity": 10},
        "to": {
            "locationId": shop.location(),
            "name": "damaged",
            "changeFromQuantity": 0,
            "ledgerDocumentUri": "stockcast://damage/1",
        },
    }
    change = {"inventoryItemId": item, "quantity": 3, **ends}
    given = {"reason": "damaged", "referenceDocumentUri": "stockcast://d/1", "changes": [change]}
    payload = shop.data(MOVE, input=given, key="key-1")["inventoryMoveQuantities"]
    assert payload["userErrors"] == []
    level = shop.level("MUG")
    assert (level["available"], level["on_hand"]) == (7, 10)
    ends["to"]["locationId"] = shop.location("East")
    elsewhere = shop.data(MOVE, input=given, key="key-2")["inventoryMoveQuantities"]
    assert codes(elsewhere) == ["DIFFERENT_LOCATIONS"]


def test_eight_clients_at_once_lose_nothing(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    changes = [shop.change(item, 1)]

    def adjust(number: int) -> list[str]:
        with Rehearsal(shop.url) as client:
            return codes(client.adjust(changes, key=f"key-{number}"))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(adjust, range(80))) == [[]] * 80
    assert shop.level("MUG")["available"] == 90
