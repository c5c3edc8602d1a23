"""ASNs: drafting one holds and releases nothing; sending it releases what it covers, once."""

import pytest

from inventory.errors import InvalidLines, WrongState
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import asn, fulfilment, intake
from orders.asn import Tracking
from orders.errors import OverNotified, UnknownLine
from orders.models import Asn, SalesOrder
from orders.signals import asn_sent
from tests.factories import make_product
from tests.orders.factories import make_order, stock_of, whole

pytestmark = pytest.mark.django_db


def test_drafting_releases_nothing(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    notice = asn.draft(order.pk, whole(order), Tracking("1Z", "https://track.example/1Z", "UPS"))

    assert (notice.status, notice.tracking_number, notice.carrier) == ("draft", "1Z", "UPS")
    assert stock_of(product, warehouse) == (10, 4)


def test_sending_releases_what_the_asn_covers_once(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    notice = asn.draft(order.pk, {order.lines.get().pk: 3})
    sent = [asn.send([notice.pk], Cause(key="asn-1")) for _ in range(2)]

    assert sent == [1, 0]
    assert stock_of(product, warehouse) == (10, 1)
    notice.refresh_from_db()
    assert notice.status == Asn.Status.SENT
    assert notice.sent_at is not None


def test_shipped_units_are_released_by_the_asn_not_by_the_shipment(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    fulfilment.ship_all([order.pk], Cause())
    assert stock_of(product, warehouse) == (6, 4)
    asn.send(asn.draft_all([order.pk]))
    assert stock_of(product, warehouse) == (6, 0)


def test_the_floor_above_hears_of_sent_asns_only(order: SalesOrder) -> None:
    heard: list[list[int]] = []

    def listen(*, asn_ids: list[int], **_kwargs: object) -> None:
        heard.append(asn_ids)

    notice = asn.draft(order.pk, whole(order))
    asn_sent.connect(listen)
    try:
        for _ in range(2):
            asn.send([notice.pk])
    finally:
        asn_sent.disconnect(listen)
    assert heard == [[notice.pk]]


def test_drafting_all_leaves_out_what_is_covered(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    part = asn.draft(order.pk, {order.lines.get().pk: 1})
    asn.send([part.pk])
    (rest,) = asn.draft_all([order.pk])

    assert [line.quantity for line in Asn.objects.get(pk=rest).lines.all()] == [3]
    asn.send([rest])
    assert asn.draft_all([order.pk]) == []
    assert stock_of(product, warehouse) == (10, 0)


@pytest.mark.parametrize("units", [5, 0, -1])
def test_drafting_more_than_is_left_is_refused(order: SalesOrder, units: int) -> None:
    with pytest.raises(OverNotified):
        asn.draft(order.pk, {order.lines.get().pk: units})
    assert not Asn.objects.exists()


def test_drafting_nothing_is_refused(order: SalesOrder) -> None:
    with pytest.raises(InvalidLines):
        asn.draft(order.pk, {})


def test_drafting_a_foreign_line_is_refused(order: SalesOrder, warehouse: Warehouse) -> None:
    other = make_order(warehouse, {make_product(): 1})
    with pytest.raises(UnknownLine):
        asn.draft(order.pk, whole(other))


def test_of_two_drafts_over_the_same_units_only_one_can_be_sent(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    first, second = (asn.draft(order.pk, whole(order)) for _ in range(2))
    with pytest.raises(
        OverNotified, match=f"{first}, {second} together cover more than the 4 left"
    ):
        asn.send([first.pk, second.pk])
    assert stock_of(product, warehouse) == (10, 4)

    asn.send([first.pk])
    with pytest.raises(
        OverNotified, match=f"{second} covers more than the 0 left of MUG-1 on order SO-1"
    ):
        asn.send([second.pk])
    assert stock_of(product, warehouse) == (10, 0)


def test_a_draft_made_before_the_order_shrank_is_refused(order: SalesOrder) -> None:
    notice = asn.draft(order.pk, whole(order))
    intake.edit(order.pk, {order.lines.get().pk: 2})
    with pytest.raises(OverNotified):
        asn.send([notice.pk])


def test_an_asn_that_covers_nothing_can_not_be_sent(order: SalesOrder) -> None:
    notice = asn.draft(order.pk, whole(order))
    notice.lines.all().delete()
    with pytest.raises(WrongState, match="no lines"):
        asn.send([notice.pk])


def test_sending_for_an_archived_order_releases_nothing_more(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    notice = asn.draft(order.pk, whole(order))
    intake.archive([order.pk])
    asn.send([notice.pk])
    assert stock_of(product, warehouse) == (10, 0)
    intake.unarchive([order.pk])
    assert stock_of(product, warehouse) == (10, 0)
