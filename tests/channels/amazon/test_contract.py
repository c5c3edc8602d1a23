"""Every request of the adapter and every reply of the sandbox, judged by Amazon's own models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters.amazon import operations
from channels.adapters.amazon.adapter import AmazonAdapter
from channels.adapters.amazon.operations import Operation
from channels.contract import ChannelError, Submitted
from tests.channels.amazon import models
from tests.channels.amazon.oracle import Judge
from tests.channels.amazon.recording import Recorder, recording
from tests.channels.amazon.rehearsal import Rehearsal
from tests.channels.amazon.selling import KEY, adapter, orders, payload, tell
from tests.channels.amazon.test_adapter_shipping import SHIPMENT

pytestmark = pytest.mark.skipif(
    not models.SPECS.exists(), reason=f"no models at {models.SPECS}; set STOCKCAST_SPECS"
)
ODD = "A/B C#1"
OPERATIONS = {each.name for each in vars(operations).values() if isinstance(each, Operation)}


@pytest.fixture
def recorder(seller: Rehearsal) -> Iterator[Recorder]:
    with recording(seller.url) as found:
        yield found


def test_all_that_adapter_and_sandbox_say_to_each_other_is_as_amazon_models_it(
    seller: Rehearsal, recorder: Recorder
) -> None:
    for sku in (ODD, "COMMA,SKU"):
        seller.add(sku)
    seller.add("FBA", is_fba=True)
    seller.shape("habits", {"settle_seconds": 0, "is_limited": False})
    amazon = adapter(seller, recorder.url)
    amazon.check()
    list(amazon.pull_listings())
    list(amazon.pull_listings([ODD, "COMMA,SKU", "GONE"]))
    tell_numbers(seller, amazon)
    sell(seller, amazon)
    judge = Judge()
    assert judge.faults(recorder.exchanges) == []
    assert judge.operations.keys() == OPERATIONS | {"token", "upload", "report"}


def tell_numbers(seller: Rehearsal, amazon: AmazonAdapter) -> None:
    """One by one, and in feeds: one that ends, and one that is withdrawn."""
    for sku, quantity in (("MUG", 3), ("MUG", None), (ODD, 0), ("FBA", 1), ("GONE", 1)):
        tell(amazon, quantity, sku)
    told = payload(amazon, MUG=5, FBA=1, GONE=2, **{ODD: 7})
    first = amazon.send(told, KEY)
    assert amazon.find(told, datetime.now(UTC) - timedelta(days=3))
    second = amazon.send(payload(amazon, MUG=6), KEY)
    assert isinstance(first, Submitted)
    assert isinstance(second, Submitted)
    assert amazon.find(told, datetime.now(UTC) - timedelta(days=3)) is None, "either may be ours"
    amazon.withdraw(second.handle)
    seller.advance(300)
    seller.advance(300)
    assert amazon.ask(first.handle)


def sell(seller: Rehearsal, amazon: AmazonAdapter) -> None:
    """Orders in several states, one of which is shipped."""
    order_id, pending = seller.order(2), seller.order(paid=False)
    canceled = seller.order()
    seller.shape(f"orders/{canceled}/cancel")
    seller.shape(f"orders/{pending}/request-cancel")
    found = orders(amazon, datetime.now(UTC) - timedelta(days=30))
    lines = {line.external_id: 1 for line in found[order_id].lines}
    shipment = replace(SHIPMENT, order_id=order_id, lines=lines, sent_at=datetime.now(UTC))
    amazon.send_shipment(shipment)
    assert [each.lines[0].fulfilled for each in amazon.read_orders([order_id])] == [1]


def test_refusals_are_as_amazon_models_them(seller: Rehearsal, recorder: Recorder) -> None:
    amazon = adapter(seller, recorder.url)
    assert amazon.read_levels([]) == {}
    tell(amazon, 1, "GONE")
    tell(amazon, 1)
    seller.advance(4000)  # the token has expired
    tell(amazon, 1)
    seller.shape("habits", {"is_limited": True})
    seller.shape("limits", {"operation": "patchListingsItem", "drained": True})
    with pytest.raises(ChannelError):
        tell(amazon, 2)
    judge = Judge()
    assert judge.faults(recorder.exchanges) == []
    assert {403, 404, 429} <= {exchange.status for exchange in recorder.exchanges}
