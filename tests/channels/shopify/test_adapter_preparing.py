"""Levels made writable before their first number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels.contract import Code, LevelRef, Outcome, RemoteLevel
from tests.channels.shopify.test_adapter_stock import Store, a_level, rehearsal


@pytest.fixture
def store() -> Iterator[Store]:
    with rehearsal() as store:
        yield store


@pytest.fixture
def ref(store: Store) -> LevelRef:
    return a_level(store)


def level(ref: LevelRef, *, is_active: bool, is_tracked: bool) -> RemoteLevel:
    return RemoteLevel(ref, None, None, None, is_active=is_active, is_tracked=is_tracked)


def test_a_level_that_is_ready_needs_no_preparing(store: Store, ref: LevelRef) -> None:
    adapter = store.adapter()
    assert adapter.prepare(list(adapter.read_levels([ref]).values())) == {}
    assert len(store.requests()) == 1


def test_preparing_switches_tracking_on_and_stocks_the_item_without_changing_numbers(
    store: Store,
) -> None:
    here, there, off = store.places("Here", "There", "Off")
    (item,) = store.items(
        {
            "sku": "A",
            "is_tracked": False,
            "levels": {"Here": 3, "Off": {"available": 9, "is_active": False}},
        }
    )
    refs = [LevelRef(item, place) for place in (here, there, off)]
    adapter = store.adapter()
    answers = adapter.prepare([adapter.read_levels(refs)[ref] for ref in refs])
    assert [answers[ref].code for ref in refs] == [
        Code.TRACKING_ENABLED,
        Code.LOCATION_ACTIVATED,
        Code.LOCATION_ACTIVATED,
    ]
    assert {answer.outcome for answer in answers.values()} == {Outcome.ACCEPTED}
    after = adapter.read_levels(refs)
    assert [after[ref].available for ref in refs] == [3, 0, 9]
    assert all(after[ref].is_active and after[ref].is_tracked for ref in refs)


def test_a_level_switched_off_again_is_prepared_again(store: Store, ref: LevelRef) -> None:
    (there,) = store.places("There")
    second = LevelRef(ref.item_id, there)
    adapter = store.adapter()
    for _ in range(2):
        answers = adapter.prepare(list(adapter.read_levels([second]).values()))
        assert answers[second].code is Code.LOCATION_ACTIVATED
        assert adapter.read_levels([second])[second].is_active
        store.shape("levels", levels=[{"sku": "A", "location": "There", "is_active": False}])


def test_what_can_not_be_prepared_is_told_for_each_level(store: Store, ref: LevelRef) -> None:
    (locked,) = store.items(
        {
            "sku": "L",
            "is_tracked": False,
            "lock_reason": "Held by another app",
            "levels": {"Here": 1},
        }
    )
    gone, nowhere = "gid://shopify/InventoryItem/1", "gid://shopify/Location/1"
    levels = [
        level(LevelRef(locked, ref.location_id), is_active=True, is_tracked=False),
        level(LevelRef(gone, ref.location_id), is_active=False, is_tracked=False),
        level(LevelRef(ref.item_id, nowhere), is_active=False, is_tracked=True),
        level(LevelRef(locked, nowhere), is_active=False, is_tracked=False),
    ]
    answers = list(store.adapter().prepare(levels).values())
    assert {answer.outcome for answer in answers} == {Outcome.REJECTED}
    assert [answer.code for answer in answers] == [
        Code.UNTRACKED,
        Code.ITEM_MISSING,
        Code.LOCATION_MISSING,
        Code.UNTRACKED,
    ]
    assert "inventoryItemUpdate" not in str(store.requests())
    assert "Held by another app" in answers[0].message
