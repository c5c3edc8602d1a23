"""Lost answers, busy and burnt keys, refusals: what may be sent again, and how."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from channels.adapters.shopify.adapter import ShopifyAdapter
from channels.contract import Answer, ChannelError, Code, LevelRef, Outcome, Write
from tests.channels.shopify.test_adapter_stock import Store, a_level, rehearsal, tell


@pytest.fixture
def store() -> Iterator[Store]:
    with rehearsal() as store:
        yield store


@pytest.fixture
def ref(store: Store) -> LevelRef:
    return a_level(store)


def failing(adapter: ShopifyAdapter, write: Write, key: str = "k1") -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        tell(adapter, write, key=key)
    return caught.value


def test_a_repeat_after_a_cut_is_executed_once(store: Store, ref: LevelRef) -> None:
    store.shape("faults", kind="cut", root_field="inventoryAdjustQuantities")
    adapter = store.adapter()
    error = failing(adapter, Write(ref, 7, 10))
    assert (error.code, error.is_outcome_unknown) == (Code.OUTCOME_UNKNOWN, True)
    assert store.available("A", ref.location_id) == 7
    assert tell(store.adapter(), Write(ref, 7, 10)) == [Answer(Outcome.ACCEPTED)]
    assert store.available("A", ref.location_id) == 7


@pytest.mark.parametrize(
    "fault", [{"kind": "http_status", "status": 502}, {"kind": "internal_error"}]
)
def test_a_repeat_after_an_error_that_had_executed_is_executed_once(
    store: Store, ref: LevelRef, fault: dict[str, Any]
) -> None:
    store.shape("faults", is_executed=True, **fault)
    adapter = store.adapter()
    assert failing(adapter, Write(ref, 7, 10)).is_outcome_unknown
    assert tell(adapter, Write(ref, 7, 10)) == [Answer(Outcome.ACCEPTED)]
    assert store.available("A", ref.location_id) == 7


@pytest.mark.parametrize(
    "fault", [{"kind": "throttled"}, {"kind": "http_status", "status": 429, "retry_after": 2.0}]
)
def test_a_throttled_call_was_not_executed_and_may_go_again(
    store: Store, ref: LevelRef, fault: dict[str, Any]
) -> None:
    store.shape("faults", **fault)
    adapter = store.adapter()
    error = failing(adapter, Write(ref, 7, 10))
    assert (error.code, error.is_outcome_unknown) == (Code.RATE_LIMITED, False)
    assert error.retry_after is not None
    assert error.retry_after >= 1
    assert tell(adapter, Write(ref, 7, 10)) == [Answer(Outcome.ACCEPTED)]


def test_a_burnt_key_asks_for_a_new_one(store: Store, ref: LevelRef) -> None:
    store.shape("faults", kind="key_failed")
    adapter = store.adapter()
    assert failing(adapter, Write(ref, 7, 10)).is_outcome_unknown
    error = failing(adapter, Write(ref, 7, 10))
    assert (error.code, error.permanent, error.is_outcome_unknown) == (
        Code.KEY_EXPIRED,
        False,
        False,
    )
    assert tell(adapter, Write(ref, 7, 10), key="k2") == [Answer(Outcome.ACCEPTED)]


def test_a_key_used_for_another_payload_is_our_fault(store: Store, ref: LevelRef) -> None:
    adapter = store.adapter()
    tell(adapter, Write(ref, 7, 10))
    error = failing(adapter, Write(ref, 6, 7))
    assert (error.code, error.permanent) == (Code.KEY_MISMATCH, True)


def test_a_repeat_while_the_first_still_runs_is_in_progress(store: Store, ref: LevelRef) -> None:
    store.shape("faults", kind="delay", seconds=3.0)
    first: list[Any] = []
    sender = threading.Thread(target=lambda: first.extend(tell(store.adapter(), Write(ref, 7, 10))))
    sender.start()
    adapter, deadline = store.adapter(), threading.Event()
    while store.look("faults")["faults"]:
        deadline.wait(0.01)
    error = failing(adapter, Write(ref, 7, 10))
    sender.join()
    assert (error.code, error.permanent, error.is_outcome_unknown) == (
        Code.IN_PROGRESS,
        False,
        True,
    )
    assert first == [Answer(Outcome.ACCEPTED)]


def test_a_missing_scope_is_named_when_a_number_is_told(store: Store, ref: LevelRef) -> None:
    store.shape("shop", scopes=["read_products", "read_inventory", "read_locations"])
    error = failing(store.adapter(), Write(ref, 7, 10))
    assert (error.code, error.permanent) == (Code.SCOPE_MISSING, True)
    assert "write_inventory" in error.message
