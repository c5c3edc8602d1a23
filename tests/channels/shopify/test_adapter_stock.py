"""The adapter against the sandbox over real HTTP: connecting, reading, preparing, telling stock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from channels.adapters.shopify.adapter import ShopifyAdapter
from channels.adapters.shopify.sandbox import Sandbox, running
from channels.contract import (
    Answer,
    Code,
    Connection,
    LevelRef,
    Mode,
    Outcome,
    Write,
)

DOMAIN = "stockcast-sandbox.myshopify.com"


@dataclass(frozen=True)
class Store:
    """A rehearsed store, shaped and read through its own JSON."""

    url: str

    def adapter(self, **changes: str) -> ShopifyAdapter:
        values = {"shop_domain": DOMAIN, "access_token": "shpat_sandbox", "sandbox_url": self.url}
        return ShopifyAdapter(Connection(values | changes))

    def shape(self, path: str, **body: Any) -> Any:
        reply = requests.post(f"{self.url}/_sandbox/{path}", json=body, timeout=10)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def look(self, path: str, **query: str) -> Any:
        reply = requests.get(f"{self.url}/_sandbox/{path}", params=query, timeout=10)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def places(self, *names: str) -> list[str]:
        found = self.shape("locations", locations=[{"name": name} for name in names])["locations"]
        ids = {place["name"]: place["location_id"] for place in found}
        return [ids[name] for name in names]

    def items(self, *variants: dict[str, Any]) -> list[str]:
        rows = [{"is_tracked": True, **variant} for variant in variants]
        found = self.shape("variants", variants=rows)["variants"]
        return [row["item_id"] for row in found]

    def shows(self, sku: str, location_id: str) -> dict[str, Any]:
        levels = self.look("levels", sku=sku)["levels"]
        (level,) = [one for one in levels if one["location_id"] == location_id]
        return dict(level)

    def available(self, sku: str, location_id: str) -> int:
        return int(self.shows(sku, location_id)["available"])

    def requests(self) -> list[dict[str, Any]]:
        return list(self.look("log")["requests"])


@contextmanager
def rehearsal() -> Iterator[Store]:
    with running(Sandbox()) as server:
        yield Store(server.url)


@pytest.fixture
def store() -> Iterator[Store]:
    with rehearsal() as store:
        yield store


def a_level(store: Store) -> LevelRef:
    """SKU A, tracked and stocked at Here, where it shows 10."""
    (here,) = store.places("Here")
    (item,) = store.items({"sku": "A", "levels": {"Here": 10}})
    return LevelRef(item, here)


@pytest.fixture
def ref(store: Store) -> LevelRef:
    return a_level(store)


def tell(adapter: ShopifyAdapter, write: Write, *, key: str = "k1", mode: Mode = Mode.DELTA) -> Any:
    return adapter.send(adapter.build(mode, [write], "run-1"), key)


def test_levels_of_several_locations_come_in_one_call(store: Store) -> None:
    here, there, empty = store.places("Here", "There", "Empty")
    levels = {
        "Here": {"available": 4, "committed": 2},
        "There": {"available": 1, "is_active": False},
    }
    (item, bare) = store.items(
        {"sku": "A", "levels": levels},
        {"sku": "B", "levels": {"Here": 7}, "is_tracked": False},
    )
    gone = "gid://shopify/InventoryItem/1"
    refs = [LevelRef(one, place) for one in (item, bare, gone) for place in (here, there, empty)]
    adapter = store.adapter()
    found = adapter.read_levels(refs)
    assert set(found) == {ref for ref in refs if ref.item_id != gone}
    told = [found[LevelRef(item, place)] for place in (here, there, empty)]
    assert [(one.available, one.committed, one.on_hand) for one in told] == [
        (4, 2, 6),
        (1, 0, 1),
        (None, None, None),
    ]
    assert [one.is_active for one in told] == [True, False, False]
    untracked = found[LevelRef(bare, here)]
    assert (untracked.available, untracked.is_tracked, untracked.is_active) == (None, False, True)
    assert len(store.requests()) == 1


def test_a_thousand_levels_are_read_within_the_budget(store: Store) -> None:
    here, there = store.places("Here", "There")
    items = store.items(*({"sku": f"S{n}", "levels": {"Here": n, "There": 1}} for n in range(500)))
    found = store.adapter().read_levels(
        [LevelRef(one, at) for one in items for at in (here, there)]
    )
    assert [found[LevelRef(one, here)].available for one in items] == list(range(500))
    assert len(store.requests()) == 2


def test_a_delta_moves_the_level_to_the_number(store: Store, ref: LevelRef) -> None:
    assert tell(store.adapter(), Write(ref, 7, 10)) == [Answer(Outcome.ACCEPTED)]
    assert store.available("A", ref.location_id) == 7


def test_an_absolute_number_needs_no_guard(store: Store, ref: LevelRef) -> None:
    assert tell(store.adapter(), Write(ref, 3, None), mode=Mode.ABSOLUTE)
    assert store.available("A", ref.location_id) == 3


@pytest.mark.parametrize("mode", Mode)
def test_telling_what_is_so_already_is_accepted(store: Store, ref: LevelRef, mode: Mode) -> None:
    assert tell(store.adapter(), Write(ref, 10, 10), mode=mode) == [Answer(Outcome.ACCEPTED)]


@pytest.mark.parametrize("mode", Mode)
def test_a_number_believed_wrongly_is_stale_and_changes_nothing(
    store: Store, ref: LevelRef, mode: Mode
) -> None:
    (answer,) = tell(store.adapter(), Write(ref, 7, 11), mode=mode)
    assert (answer.outcome, answer.code) == (Outcome.STALE, Code.STALE)
    assert store.available("A", ref.location_id) == 10


def test_a_sale_on_its_way_in_is_not_overwritten(store: Store, ref: LevelRef) -> None:
    store.shape("orders", lines=[{"sku": "A", "quantity": 2}], location="Here")
    (answer,) = tell(store.adapter(), Write(ref, 9, 10))
    assert answer.outcome is Outcome.STALE
    assert store.available("A", ref.location_id) == 8


@pytest.mark.parametrize("mode", Mode)
def test_one_bad_line_holds_back_the_batch_but_only_it_is_blamed(
    store: Store, ref: LevelRef, mode: Mode
) -> None:
    gone = LevelRef("gid://shopify/InventoryItem/1", ref.location_id)
    nowhere = LevelRef(ref.item_id, "gid://shopify/Location/1")
    adapter = store.adapter()
    writes = [Write(ref, 5, 10), Write(gone, 5, 0), Write(nowhere, 5, 0)]
    answers = adapter.send(adapter.build(mode, writes, "run-1"), "k1")
    assert [(one.outcome, one.code) for one in answers] == [
        (Outcome.NOT_APPLIED, Code.BATCH_REFUSED),
        (Outcome.REJECTED, Code.ITEM_MISSING),
        (Outcome.REJECTED, Code.LOCATION_MISSING),
    ]
    assert store.available("A", ref.location_id) == 10


def test_the_same_level_twice_is_refused_on_both_lines(store: Store, ref: LevelRef) -> None:
    adapter = store.adapter()
    twice = adapter.build(Mode.ABSOLUTE, [Write(ref, 5, 10), Write(ref, 6, 10)], "run-1")
    assert {one.code for one in adapter.send(twice, "k1")} == {Code.AMBIGUOUS_MATCH}


def test_a_bundle_and_a_number_beyond_bounds_are_refused(store: Store, ref: LevelRef) -> None:
    (bundle,) = store.items({"sku": "KIT", "is_bundle": True, "levels": {"Here": 1}})
    adapter = store.adapter()
    writes = [
        Write(LevelRef(bundle, ref.location_id), 5, 1),
        Write(ref, 1_000_000_001, 10),
    ]
    answers = adapter.send(adapter.build(Mode.ABSOLUTE, writes, "run-1"), "k1")
    assert [one.code for one in answers] == [Code.ITEM_NOT_WRITABLE, Code.QUANTITY_REFUSED]


def test_a_full_batch_goes_in_one_call(store: Store) -> None:
    (here,) = store.places("Here")
    items = store.items(*({"sku": f"S{n}", "levels": {"Here": 1}} for n in range(250)))
    adapter = store.adapter()
    writes = [Write(LevelRef(item, here), number, 1) for number, item in enumerate(items)]
    answers = adapter.send(adapter.build(Mode.DELTA, writes, "run-1"), "k1")
    assert answers == [Answer(Outcome.ACCEPTED)] * 250
    assert store.available("S249", here) == 249
    assert len(store.requests()) == 1
