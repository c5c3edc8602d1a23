"""Which units of a shipment go on which fulfilment order: pure arithmetic."""

from __future__ import annotations

import pytest

from channels.adapters.shopify import shipments
from channels.adapters.shopify.shipments import OpenLine
from channels.contract import ChannelError, Code, Shipment

LINES = [
    OpenLine("here", "fo1", "fl1", "line-a", 2),
    OpenLine("here", "fo1", "fl2", "line-b", 1),
    OpenLine("here", "fo2", "fl3", "line-a", 1),
    OpenLine("there", "fo3", "fl4", "line-a", 4),
]


def entry(order: str, **units: int) -> dict[str, object]:
    items = [{"id": name, "quantity": count} for name, count in units.items()]
    return {"fulfillmentOrderId": order, "fulfillmentOrderLineItems": items}


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ({"line-b": 1}, [[entry("fo1", fl2=1)]]),
        ({"line-a": 1, "line-b": 1}, [[entry("fo1", fl1=1, fl2=1)]]),
        ({"line-a": 3}, [[entry("fo1", fl1=2), entry("fo2", fl3=1)]]),
        ({"line-a": 5}, [[entry("fo1", fl1=2), entry("fo2", fl3=1)], [entry("fo3", fl4=2)]]),
        ({}, []),
    ],
)
def test_units_are_taken_in_order_and_kept_apart_by_location(
    units: dict[str, int], expected: list[list[dict[str, object]]]
) -> None:
    assert shipments.allocated(units, LINES) == expected


@pytest.mark.parametrize(
    ("units", "told"), [({"line-a": 8}, "1 of line-a"), ({"line-x": 2}, "2 of line-x")]
)
def test_more_units_than_are_open_are_refused(units: dict[str, int], told: str) -> None:
    with pytest.raises(ChannelError, match=told) as caught:
        shipments.allocated(units, LINES)
    assert (caught.value.code, caught.value.permanent) == (Code.QUANTITY_REFUSED, True)


def test_the_reference_travels_with_the_tracking_number() -> None:
    shipment = Shipment("o", {}, "1Z", "https://carrier.example/1Z", "UPS", "ASN-7")
    assert shipments.tracking(shipment, "ASN-7") == {
        "numbers": ["1Z", "ASN-7"],
        "urls": ["https://carrier.example/1Z"],
        "company": "UPS",
    }
    assert shipments.tracking(Shipment("o", {}, "1Z"), "1Z") == {"numbers": ["1Z"]}
