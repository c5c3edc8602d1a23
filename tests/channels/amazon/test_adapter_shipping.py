"""Shipments: the package that is told, and the sandbox's view of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from channels.adapters.amazon import shipments
from channels.contract import ChannelError, Code, Shipment
from tests.channels.amazon.rehearsal import DE, FR, Rehearsal
from tests.channels.amazon.selling import adapter, orders

SENT_AT = datetime(2026, 11, 21, 1, 30, tzinfo=timezone(timedelta(hours=2)))
SHIPMENT = Shipment(
    order_id="305-1",
    lines={"I1": 2},
    tracking_number="1Z999",
    carrier="UPS",
    reference="ASN-120",
    sent_at=SENT_AT,
)


def test_a_package_bears_the_asns_number_and_its_own_time() -> None:
    assert shipments.detail(SHIPMENT) == {
        "packageReferenceId": "120",
        "carrierCode": "UPS",
        "trackingNumber": "1Z999",
        "shipDate": "2026-11-20T23:30:00Z",
        "orderItems": [{"orderItemId": "I1", "quantity": 2}],
    }
    assert shipments.detail(SHIPMENT) == shipments.detail(replace(SHIPMENT))


def test_a_carrier_that_amazon_has_no_code_for_goes_by_name() -> None:
    assert shipments.carrier(" fedex ") == {"carrierCode": "FedEx"}
    assert shipments.carrier("Van & Co") == {"carrierCode": "Other", "carrierName": "Van & Co"}


@pytest.mark.parametrize(
    ("changes", "named", "code"),
    [
        ({"tracking_number": " "}, "tracking number: enter it on the ASN", Code.TRACKING_MISSING),
        ({"carrier": ""}, "carrier: enter it on the ASN", Code.TRACKING_MISSING),
        ({"sent_at": None}, "time of sending", Code.BAD_REQUEST),
        ({"lines": {}}, "no units", Code.BAD_REQUEST),
        ({"lines": {"I1": 0}}, "no units", Code.BAD_REQUEST),
        ({"reference": "ASN"}, "holds no number", Code.BAD_REQUEST),
        ({"reference": "ASN-0"}, "holds no number", Code.BAD_REQUEST),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], named: str, code: Code) -> None:
    with pytest.raises(ChannelError, match=named) as caught:
        shipments.detail(replace(SHIPMENT, **changes))
    assert (caught.value.code, caught.value.permanent) == (code, True)


def sent(seller: Rehearsal, order_id: str, **changes: Any) -> Shipment:
    """A shipment of one unit of each of the order's lines."""
    [found] = adapter(seller).read_orders([order_id])
    lines = {line.external_id: 1 for line in found.lines}
    now = datetime.now(UTC)
    return replace(SHIPMENT, order_id=order_id, lines=lines, sent_at=now, **changes)


def test_goods_leave_in_parts_and_saying_it_again_changes_nothing(seller: Rehearsal) -> None:
    seller.shape("habits", {"settle_seconds": 0})
    order_id = seller.order(2)
    amazon = adapter(seller)
    first = sent(seller, order_id, reference="ASN-1")
    assert [amazon.send_shipment(first) for _ in range(2)] == ["1", "1"]
    [line] = orders(amazon)[order_id].lines
    assert (line.unfulfilled, line.fulfilled) == (1, 1)
    assert amazon.send_shipment(sent(seller, order_id, reference="ASN-2")) == "2"
    [line] = orders(amazon)[order_id].lines
    assert (line.unfulfilled, line.fulfilled) == (0, 2)


def test_the_marketplace_is_the_orders_own(seller: Rehearsal) -> None:
    for marketplace in (DE, FR):
        adapter(seller).send_shipment(sent(seller, seller.order(marketplace=marketplace)))
    told = seller.read("log", operation="confirmShipment")["requests"]
    assert [each["status"] for each in told] == [204, 204]
    assert [DE in str(each["body"]) for each in told] == [True, False]


def test_an_order_that_is_not_there_is_told(seller: Rehearsal) -> None:
    with pytest.raises(ChannelError, match="no order 305-0000000-0000000") as caught:
        adapter(seller).send_shipment(replace(SHIPMENT, order_id="305-0000000-0000000"))
    assert (caught.value.code, caught.value.permanent) == (Code.NOT_MATCHED, True)


def test_more_than_was_ordered_is_refused_for_good(seller: Rehearsal) -> None:
    shipment = sent(seller, seller.order(1))
    too_many = replace(shipment, lines=dict.fromkeys(shipment.lines, 5))
    with pytest.raises(ChannelError, match="confirmShipment was answered 400") as caught:
        adapter(seller).send_shipment(too_many)
    assert (caught.value.code, caught.value.permanent) == (Code.BAD_REQUEST, True)


def test_a_confirmation_whose_answer_was_lost_is_safe_to_repeat(seller: Rehearsal) -> None:
    seller.shape("habits", {"settle_seconds": 0})
    order_id = seller.order(1)
    shipment = sent(seller, order_id)
    fault = {"kind": "cut", "operation": "confirmShipment", "is_executed": True}
    seller.shape("faults", fault)
    amazon = adapter(seller)
    with pytest.raises(ChannelError) as caught:
        amazon.send_shipment(shipment)
    assert (caught.value.permanent, caught.value.is_outcome_unknown) == (False, True)
    assert amazon.send_shipment(shipment) == "120"
    [line] = orders(amazon)[order_id].lines
    assert (line.unfulfilled, line.fulfilled) == (0, 1)
