"""Requests built and replies parsed, as tables: nothing here talks to anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.adapters.shopify import documents, orders, standing, translate
from channels.adapters.shopify.client import encoded
from channels.adapters.shopify.standing import Standing
from channels.contract import ChannelError, LevelRef, Mode, RemoteLevel, RemoteOrderLine, Write

ITEM = "gid://shopify/InventoryItem/1"
PLACE = "gid://shopify/Location/7"
REF = LevelRef(ITEM, PLACE)


def write(quantity: int = 5, expected: int | None = 3) -> Write:
    return Write(REF, quantity, expected)


def test_an_absolute_batch_is_a_set_of_available() -> None:
    built = translate.payload(Mode.ABSOLUTE, [write()], "run-1")
    assert built == {
        "operationName": "SetQuantities",
        "query": documents.SET_QUANTITIES.text,
        "variables": {
            "input": {
                "name": "available",
                "reason": "correction",
                "referenceDocumentUri": "gid://stockcast/StockPush/run-1",
                "quantities": [
                    {
                        "inventoryItemId": ITEM,
                        "locationId": PLACE,
                        "quantity": 5,
                        "changeFromQuantity": 3,
                    }
                ],
            }
        },
    }


@pytest.mark.parametrize(
    ("quantity", "expected", "delta"), [(5, 3, 2), (3, 5, -2), (0, 4, -4), (4, 4, 0), (2, -3, 5)]
)
def test_a_delta_batch_sends_the_difference_guarded_by_where_it_starts(
    quantity: int, expected: int, delta: int
) -> None:
    built = translate.payload(Mode.DELTA, [write(quantity, expected)], "run-1")
    assert built["operationName"] == "AdjustQuantities"
    (line,) = built["variables"]["input"]["changes"]
    assert (line["delta"], line["changeFromQuantity"]) == (delta, expected)


def test_an_unguarded_line_still_carries_the_guard_as_null() -> None:
    built = translate.payload(Mode.ABSOLUTE, [write(expected=None)], "run-1")
    sent = json.loads(encoded(built))
    (line,) = sent["variables"]["input"]["quantities"]
    assert "changeFromQuantity" in line
    assert line["changeFromQuantity"] is None


@pytest.mark.parametrize(
    ("mode", "writes", "reference", "complaint"),
    [
        (Mode.DELTA, [write(expected=None)], "r", "starts from"),
        (Mode.ABSOLUTE, [write(-1)], "r", "negative"),
        (Mode.DELTA, [write(-1)], "r", "negative"),
        (Mode.ABSOLUTE, [], "r", "1 to 250"),
        (Mode.ABSOLUTE, [write()] * 251, "r", "1 to 250"),
        (Mode.ABSOLUTE, [write()], "", "reference"),
    ],
)
def test_a_batch_that_must_not_be_sent_is_not_built(
    mode: Mode, writes: list[Write], reference: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        translate.payload(mode, writes, reference)


def test_two_hundred_and_fifty_lines_fit_in_their_order() -> None:
    writes = [Write(LevelRef(f"i{n}", PLACE), n, n) for n in range(250)]
    for mode in Mode:
        built = translate.payload(mode, writes, "r")
        assert translate.refs_of(built) == [one.ref for one in writes]


def test_a_reference_becomes_a_uri_whatever_it_holds() -> None:
    built = translate.payload(Mode.ABSOLUTE, [write()], "run 1/ä")
    uri = built["variables"]["input"]["referenceDocumentUri"]
    assert uri == "gid://stockcast/StockPush/run%201%2F%C3%A4"


@given(
    writes=st.lists(
        st.builds(
            Write,
            st.builds(LevelRef, st.text(max_size=20), st.text(max_size=20)),
            st.integers(0, 10**9),
            st.integers(-(10**9), 10**9),
        ),
        min_size=1,
        max_size=5,
    ),
    mode=st.sampled_from(Mode),
)
def test_the_bytes_survive_a_store_that_reorders_keys(writes: list[Write], mode: Mode) -> None:
    built = translate.payload(mode, writes, "run-1")
    stored = reordered(json.loads(json.dumps(built)))
    assert encoded(stored) == encoded(built)
    assert translate.refs_of(stored) == [one.ref for one in writes]


def reordered(value: Any) -> Any:
    """As a binary JSON column gives it back: keys by length, lists untouched."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in sorted(value, key=lambda k: (len(k), k))}
    return [reordered(one) for one in value] if isinstance(value, list) else value


def test_a_stored_payload_is_repeated_with_its_own_document() -> None:
    built = translate.payload(Mode.DELTA, [write()], "run-1")
    built["query"] = "mutation AdjustQuantities { older }"
    operation = translate.operation_of(built)
    assert (operation.text, operation.root) == (built["query"], "inventoryAdjustQuantities")


def test_a_payload_of_another_kind_is_refused() -> None:
    with pytest.raises(ChannelError, match="TrackItem is no stock update"):
        translate.operation_of({"operationName": "TrackItem", "query": "", "variables": {}})


def variant(**changes: Any) -> dict[str, Any]:
    product = {"title": "Mug", "status": "ACTIVE", "hasOnlyDefaultVariant": True}
    product |= changes.pop("product", {})
    item = {"id": ITEM, "tracked": True} | changes.pop("item", {})
    node = {"id": "v1", "sku": "M-1", "barcode": "400", "title": "Default Title"}
    return node | changes | {"product": product, "inventoryItem": item}


@pytest.mark.parametrize(
    ("node", "field", "value"),
    [
        (variant(), "external_id", "v1"),
        (variant(), "item_id", ITEM),
        (variant(), "sku", "M-1"),
        (variant(sku=None), "sku", ""),
        (variant(barcode=None), "barcode", ""),
        (variant(), "name", "Mug"),
        (variant(title="Red", product={"hasOnlyDefaultVariant": False}), "name", "Mug - Red"),
        (variant(), "is_active", True),
        (variant(product={"status": "DRAFT"}), "is_active", False),
        (variant(product={"status": "ARCHIVED"}), "is_active", False),
        (variant(product={"status": "A_NEW_ONE"}), "is_active", False),
        (variant(item={"tracked": False}), "is_tracked", False),
    ],
)
def test_a_variant_becomes_a_listing(node: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(translate.listing(node), field) == value


def quantities(available: int, committed: int, on_hand: int) -> list[dict[str, Any]]:
    names = {"available": available, "committed": committed, "on_hand": on_hand}
    return [{"name": name, "quantity": quantity} for name, quantity in names.items()]


@pytest.mark.parametrize(
    ("is_tracked", "node", "expected"),
    [
        (
            True,
            {"isActive": True, "quantities": quantities(-2, 5, 3)},
            RemoteLevel(REF, -2, 5, 3, is_active=True, is_tracked=True),
        ),
        (
            True,
            {"isActive": False, "quantities": quantities(4, 0, 4)},
            RemoteLevel(REF, 4, 0, 4, is_active=False, is_tracked=True),
        ),
        (True, None, RemoteLevel(REF, None, None, None, is_active=False, is_tracked=True)),
        (
            False,
            {"isActive": True, "quantities": quantities(9, 0, 9)},
            RemoteLevel(REF, None, None, None, is_active=True, is_tracked=False),
        ),
    ],
)
def test_a_level_is_read_with_what_it_does_not_know(
    *, is_tracked: bool, node: dict[str, Any] | None, expected: RemoteLevel
) -> None:
    assert translate.level(REF, {"tracked": is_tracked}, node) == expected


def test_levels_of_missing_items_are_absent() -> None:
    nodes = [None, {"tracked": True, "l0": None, "l1": None}]
    assert set(translate.levels(nodes, ["gone", ITEM], ["a", "b"])) == {
        LevelRef(ITEM, "a"),
        LevelRef(ITEM, "b"),
    }


@given(
    st.lists(
        st.builds(
            LevelRef, st.integers(0, 600).map(str), st.integers(0, 25).map(lambda n: f"p{n}")
        ),
        max_size=300,
    )
)
def test_every_level_is_read_once_and_none_that_nobody_asked_for(refs: list[LevelRef]) -> None:
    read = [
        LevelRef(item, place)
        for items, places in translate.reading_plan(refs)
        for item in items
        for place in places
    ]
    assert len(read) == len(set(read))
    assert set(read) == set(refs)


def test_reading_goes_in_steps_of_250_items() -> None:
    refs = [LevelRef(str(item), place) for item in range(600) for place in ("a", "b", "c")]
    sizes = [(len(items), len(places)) for items, places in translate.reading_plan(refs)]
    assert sizes == [(250, 3), (250, 3), (100, 3)]


def test_searches_quote_every_sku_and_go_in_steps() -> None:
    assert list(translate.searches(["A-1 B", "OR"])) == ["sku:'A-1 B' OR sku:'OR'"]
    assert [text.count("sku:") for text in translate.searches(["x"] * 90)] == [40, 40, 10]


@pytest.mark.parametrize("sku", ["it's", 'say "x"', "back\\slash"])
def test_a_sku_with_quotes_is_not_searched_for(sku: str) -> None:
    assert not translate.is_searchable(sku)
    assert translate.is_searchable("plain A-1_ä")


def order_line(**changes: Any) -> dict[str, Any]:
    variant = {"inventoryItem": {"id": ITEM}}
    node = {"id": "l1", "sku": "M-1", "currentQuantity": 5, "unfulfilledQuantity": 5}
    return node | {"variant": variant} | changes


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (order_line(), RemoteOrderLine("l1", ITEM, "M-1", 5)),
        (order_line(unfulfilledQuantity=2), RemoteOrderLine("l1", ITEM, "M-1", 2)),
        (order_line(unfulfilledQuantity=0), RemoteOrderLine("l1", ITEM, "M-1", 0)),
        # Two refunded before they were shipped.
        (order_line(currentQuantity=3), RemoteOrderLine("l1", ITEM, "M-1", 3)),
        # Edited to nothing: the line stays.
        (order_line(currentQuantity=0), RemoteOrderLine("l1", ITEM, "M-1", 0)),
        (order_line(variant=None), RemoteOrderLine("l1", "", "M-1", 5)),
        (order_line(variant=None, sku=None), RemoteOrderLine("l1", "", "", 5)),
    ],
)
def test_a_line_counts_what_is_still_to_ship(
    node: dict[str, Any], expected: RemoteOrderLine
) -> None:
    assert standing.line(node, Standing(), is_canceled=False) == expected


@given(st.integers(0, 99), st.integers(0, 99))
def test_never_more_is_to_ship_than_is_wanted(current: int, unfulfilled: int) -> None:
    node = order_line(currentQuantity=current, unfulfilledQuantity=unfulfilled)
    line = standing.line(node, Standing(), is_canceled=False)
    assert 0 <= line.unfulfilled == line.ordered <= min(current, unfulfilled)


@pytest.mark.parametrize(
    ("canceled_at", "is_test", "expected"),
    [
        (None, False, (False, False)),
        (None, True, (False, True)),
        ("2026-11-21T10:00:00Z", False, (True, False)),
    ],
)
def test_an_order_is_read_with_aware_times(
    *, canceled_at: str | None, is_test: bool, expected: tuple[bool, bool]
) -> None:
    node = {"id": "o1", "name": "#1001", "cancelledAt": canceled_at, "test": is_test}
    times = {"createdAt": "2026-11-20T09:00:00Z", "updatedAt": "2026-11-21T12:00:00+02:00"}
    order = standing.order(node | times, [order_line(), order_line(id="l2")], Standing())
    assert (order.is_canceled, order.is_test) == expected
    assert (order.external_id, order.number) == ("o1", "#1001")
    assert order.placed_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert [line.external_id for line in order.lines] == ["l1", "l2"]


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (None, None),
        (datetime(2026, 11, 21, 10, 5, tzinfo=UTC), "updated_at:>='2026-11-21T10:05:00Z'"),
        (
            datetime(2026, 11, 21, 10, 5, 9, 999_999, tzinfo=UTC),
            "updated_at:>='2026-11-21T10:05:09Z'",
        ),
        (
            datetime(2026, 11, 21, 0, 30, tzinfo=timezone(timedelta(hours=2))),
            "updated_at:>='2026-11-20T22:30:00Z'",
        ),
    ],
)
def test_orders_are_searched_by_the_second_they_changed_in_utc(
    since: datetime | None, expected: str | None
) -> None:
    assert orders.search(since) == expected


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        orders.search(datetime(2026, 11, 21))  # noqa: DTZ001 - the very mistake
