"""Whatever passes between a client and the sandbox, both sides of it, fits Amazon's own models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters.amazon import operations
from channels.adapters.amazon.adapter import AmazonAdapter
from channels.adapters.amazon.sandbox.routing import NAMES
from channels.contract import LevelRef, Outcome, Shipment, Submitted
from tests.channels.amazon import models
from tests.channels.amazon.official import TIMEOUT, Seller, own_stock, signed_in
from tests.channels.amazon.oracle import Judge
from tests.channels.amazon.recording import Recorder, recording
from tests.channels.amazon.rehearsal import DE, Rehearsal
from tests.channels.amazon.selling import KEY, PLACE, adapter, orders, payload, tell

pytestmark = pytest.mark.skipif(
    not models.SPECS.exists(), reason=f"no models at {models.SPECS}; set STOCKCAST_SPECS"
)

ODD, AT_AMAZON = "A/B C#1", "AT-AMAZON"
EVERY_OPERATION = {
    each.name for each in vars(operations).values() if isinstance(each, operations.Operation)
} | {"token", "upload", "report"}


@pytest.fixture
def wire(amazon_sandbox: Rehearsal) -> Iterator[Recorder]:
    """A recorder before the sandbox, whose clock stands still, so no budget would flow back. There
    is something of each kind: a plain SKU, an odd one, one in Amazon's warehouses, and one that
    never had a number."""
    amazon_sandbox.shape("clock", {"frozen": True})
    amazon_sandbox.shape("habits", {"is_limited": False})
    amazon_sandbox.add("MUG", lead_time=3)
    amazon_sandbox.add(ODD, quantity=4)
    amazon_sandbox.add(AT_AMAZON, is_fba=True)
    amazon_sandbox.add("NEW", quantity=None)
    with recording(amazon_sandbox.url) as recorder:
        yield recorder


def test_all_the_adapter_says_and_hears_fits_amazons_models(
    amazon_sandbox: Rehearsal, wire: Recorder
) -> None:
    amazon = adapter(amazon_sandbox, wire.url)
    amazon.check()
    assert {each.sku for each in amazon.pull_listings()} == {"MUG", ODD, AT_AMAZON, "NEW"}
    levels = amazon.read_levels([LevelRef(sku, PLACE) for sku in ("MUG", ODD, AT_AMAZON, "GONE")])
    assert len(levels) == 3
    assert tell(amazon, 7).outcome is Outcome.ACCEPTED
    assert tell(amazon, None, ODD).outcome is Outcome.ACCEPTED
    assert tell(amazon, 7, AT_AMAZON).outcome is Outcome.REJECTED
    assert tell(amazon, 7, "GONE").outcome is Outcome.REJECTED
    walk_feeds(amazon_sandbox, amazon)
    walk_orders(amazon_sandbox, amazon)

    judge = Judge()
    assert judge.faults(wire.exchanges) == []
    assert set(judge.operations) == EVERY_OPERATION


def walk_feeds(rehearsal: Rehearsal, amazon: AmazonAdapter) -> None:
    """One to its end, with a line refused before and one in the report; one that is taken back."""
    since = datetime.now(UTC) - timedelta(hours=1)
    bulk = payload(amazon, MUG=8, **{ODD: 5, AT_AMAZON: 5, "NEW": 6})
    sent = amazon.send(bulk, KEY)
    assert isinstance(sent, Submitted)
    assert amazon.ask(sent.handle) is None
    assert amazon.find(bulk, since) == sent
    rehearsal.advance(900)
    answers = amazon.ask(sent.handle)
    assert answers is not None
    outcomes = [answer.outcome for answer in answers]
    accepted, rejected = Outcome.ACCEPTED, Outcome.REJECTED
    assert outcomes == [accepted, accepted, rejected, accepted]
    later = amazon.send(payload(amazon, MUG=9), KEY)
    assert isinstance(later, Submitted)
    amazon.withdraw(later.handle)


def walk_orders(rehearsal: Rehearsal, amazon: AmazonAdapter) -> None:
    """Each status an order can have, one of them reached by a shipment of ours."""
    rehearsal.order(1, "MUG", paid=False)
    rehearsal.order(1, AT_AMAZON)
    hidden = [{"sku": "MUG", "is_sku_hidden": True}]
    rehearsal.shape("orders", {"lines": hidden})
    canceled = rehearsal.order(1, "MUG")
    rehearsal.shape(f"orders/{canceled}/cancel", {})
    wanted = rehearsal.order(1, "MUG")
    rehearsal.shape(f"orders/{wanted}/request-cancel", {})
    shipped = rehearsal.order(2, ODD)
    rehearsal.advance(300)
    [line] = orders(amazon)[shipped].lines
    lines = {line.external_id: 1}
    shipment = Shipment(shipped, lines, "1Z1", "", "UPS", "ASN-1", datetime.now(UTC))
    assert amazon.send_shipment(shipment) == "1"
    [order] = amazon.read_orders([shipped, "302-0000000-0000000"])
    assert [(each.fulfilled, each.unfulfilled) for each in order.lines] == [(1, 1)]


def test_all_the_official_sdk_says_and_hears_fits_amazons_models(
    amazon_sandbox: Rehearsal, wire: Recorder
) -> None:
    """Every operation that the sandbox plays, and refusals too: the models have them as well."""
    account = amazon_sandbox.read("account")["account"]
    with signed_in(wire.url, account, DE) as sdk:
        sell(sdk)
        feed(amazon_sandbox, sdk)
        deliver(amazon_sandbox, sdk)

    faults = Judge().faults(wire.exchanges)
    # The one thing that was said wrongly on purpose, and nothing else.
    assert len(faults) == 1
    assert "40 is greater than the maximum of 30" in faults[0]
    seen = {each["operation"] for each in amazon_sandbox.read("log")["requests"]}
    assert seen == set(NAMES)


def sell(sdk: Seller) -> None:
    assert sdk.patch("MUG", own_stock(3) | {"lead_time_to_ship_max_days": 40}).status == "INVALID"
    assert sdk.patch("MUG", own_stock(3) | {"lead_time_to_ship_max_days": 4}).status == "ACCEPTED"
    assert sdk.patch("MUG", own_stock(4), mode="VALIDATION_PREVIEW").status == "VALID"
    sdk.read(ODD, "summaries", "attributes", "issues", "offers", "productTypes")
    sdk.read(AT_AMAZON, "summaries", "fulfillmentAvailability")
    assert sdk.patch("GONE", own_stock(1)).status == "ACCEPTED"
    with pytest.raises(sdk.refused):
        sdk.read("GONE", "summaries")
    search = sdk.api("ListingsApi").search_listings_items
    page = search(sdk.seller_id, [DE], page_size=3, **TIMEOUT)
    token = page.pagination.next_token
    assert len(search(sdk.seller_id, [DE], page_size=3, page_token=token, **TIMEOUT).items) == 1
    with pytest.raises(sdk.refused):
        search(sdk.seller_id, [DE], identifiers=["MUG"], **TIMEOUT)


def feed(rehearsal: Rehearsal, sdk: Seller) -> None:
    """One to its report, one taken back, and one that is not there."""
    feeds = sdk.api("FeedsApi")
    feed_id = sdk.send_feed({"MUG": 5, "GONE": 5})
    feeds.cancel_feed(sdk.send_feed({"MUG": 6}), **TIMEOUT)
    with pytest.raises(sdk.refused):
        feeds.get_feed("1", **TIMEOUT)
    rehearsal.advance(900)
    assert len(feeds.get_feeds(feed_types=["JSON_LISTINGS_FEED"], **TIMEOUT).feeds) == 2
    sdk.fetch_report(feeds.get_feed(feed_id, **TIMEOUT).result_feed_document_id)


def deliver(rehearsal: Rehearsal, sdk: Seller) -> None:
    """An order through the new and the old interface."""
    order_id = rehearsal.order(2, "MUG")
    rehearsal.advance(300)
    everything = ["BUYER", "RECIPIENT", "PROCEEDS", "CANCELLATION", "FULFILLMENT", "PACKAGES"]
    since = datetime.now(UTC) - timedelta(days=1)
    search = sdk.api("SearchOrdersApi").search_orders
    page = search(last_updated_after=since, included_data=everything, **TIMEOUT)
    [item] = page.orders[0].order_items
    sdk.confirm(order_id, {item.order_item_id: 1}, "1")
    with pytest.raises(sdk.refused):
        sdk.confirm(order_id, {item.order_item_id: 2}, "2")
    with pytest.raises(sdk.refused):
        search(**TIMEOUT)
    assert sdk.standing(order_id) == ("PARTIALLY_SHIPPED", 1, 1)
    rehearsal.advance(300)
    old = sdk.api("OrdersV0Api")
    [order] = old.get_orders([DE], last_updated_after=since.isoformat(), **TIMEOUT).payload.orders
    assert old.get_order(order_id, **TIMEOUT).payload.order_status == order.order_status
    [line] = old.get_order_items(order_id, **TIMEOUT).payload.order_items
    assert (line.seller_sku, line.quantity_shipped) == ("MUG", 1)
