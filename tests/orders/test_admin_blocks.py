"""What blocks an order is said in words, with the remedy, and found by a filter that agrees."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory import receiving
from inventory.ledger import Cause
from inventory.models import BundleComponent, Product, Receipt, Warehouse
from orders import asn, fulfilment, intake
from orders.models import SalesOrder
from tests.factories import make_product, make_purchase_order, make_warehouse, stock
from tests.orders.factories import make_order, whole

pytestmark = pytest.mark.django_db

ORDERS = "admin:orders_salesorder_changelist"


def rows(client: Client, query: str = "") -> dict[str, Any]:
    """The list's orders by number."""
    page = client.get(reverse(ORDERS) + query)
    assert page.status_code == 200
    return {order.number: order for order in page.context["cl"].result_list}


def said(client: Client, number: str) -> list[str]:
    return [block.text for block in rows(client)[number].blocks]


def found(client: Client, answer: str) -> set[str]:
    return set(rows(client, f"?blocked={answer}"))


def test_an_order_that_nothing_blocks_says_nothing(admin_client: Client, order: SalesOrder) -> None:
    assert said(admin_client, "SO-1") == []
    assert found(admin_client, "short") == set()


def test_short_stock_is_said_with_what_is_there(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    make_order(warehouse, {product: 12}, number="SO-2")
    assert said(admin_client, "SO-2") == ["Short: MUG-1, 10 of 12 at Main"]
    assert said(admin_client, "SO-1") == []
    assert found(admin_client, "short") == {"SO-2"}
    page = admin_client.get(reverse("admin:orders_salesorder_change", args=[order.pk]))
    assert page.context["page"]["blocks"] == []


def test_a_bundle_is_short_by_its_component(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    bundle = make_product(sku="SET-1", name="Set of mugs")
    BundleComponent.objects.create(bundle=bundle, component=product, quantity=4)
    stock(product, warehouse, 10)
    make_order(warehouse, {bundle: 3}, number="SO-3")
    assert said(admin_client, "SO-3") == ["Short: MUG-1, 10 of 12 at Main"]
    assert found(admin_client, "short") == {"SO-3"}


def test_where_stock_may_go_below_zero_nothing_is_short(
    admin_client: Client, product: Product
) -> None:
    place = make_warehouse(can_go_negative=True)
    make_order(place, {product: 12}, number="SO-2")
    assert said(admin_client, "SO-2") == []
    assert found(admin_client, "short") == set()


def test_goods_at_the_dock_are_to_be_put_away(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    make_order(warehouse, {product: 5}, number="SO-2")
    coming = make_purchase_order(warehouse, {product: 9})
    receiving.open_order(coming)
    receiving.receive(coming, {product.pk: 7}, Receipt.Mode.STAGED, key="r")
    assert said(admin_client, "SO-2") == [
        "Short: MUG-1, 0 of 5 at Main",
        "7 units of MUG-1 at the dock",
    ]
    assert rows(admin_client)["SO-2"].blocks[0].remedy.startswith("2 units are incoming")
    assert found(admin_client, "staged") == {"SO-2"}


def test_a_shipment_goes_on_counting_until_its_asn_is_sent(
    admin_client: Client, order: SalesOrder
) -> None:
    fulfilment.ship(order.pk, {order.lines.get().pk: 3}, Cause())
    assert said(admin_client, "SO-1") == ["3 units shipped, still count"]
    assert found(admin_client, "untold") == {"SO-1"}

    notice = asn.draft(order.pk, {order.lines.get().pk: 3})
    assert said(admin_client, "SO-1") == ["ASN drafted, not sent"]
    assert found(admin_client, "untold") == found(admin_client, "draft") == {"SO-1"}
    asn.send([notice.pk])
    assert said(admin_client, "SO-1") == []
    assert found(admin_client, "untold") == set()


def test_an_asn_sent_before_shipping_is_said(admin_client: Client, order: SalesOrder) -> None:
    asn.send([asn.draft(order.pk, whole(order)).pk])
    assert said(admin_client, "SO-1") == ["ASN sent, 4 units not shipped"]
    assert found(admin_client, "ahead") == {"SO-1"}


def test_an_unpaid_order_waits_for_its_channel(admin_client: Client, order: SalesOrder) -> None:
    intake.await_payment([order.pk], is_unpaid=True)
    assert said(admin_client, "SO-1") == ["Awaits payment"]
    assert found(admin_client, "unpaid") == {"SO-1"}


def test_a_canceled_order_says_what_it_still_counts(
    admin_client: Client, order: SalesOrder
) -> None:
    intake.cancel(order.pk)
    assert said(admin_client, "SO-1") == ["Canceled, still counts 4 units"]
    assert found(admin_client, "canceled") == {"SO-1"}
    intake.archive([order.pk])
    assert said(admin_client, "SO-1") == []
    assert found(admin_client, "canceled") == set()


def test_orders_are_found_by_warehouse_source_and_sku(
    admin_client: Client, order: SalesOrder, product: Product
) -> None:
    place = make_warehouse(can_go_negative=True)
    make_order(place, {product: 1, make_product(sku="CUP-9"): 1}, number="SO-9", source="Shop")
    assert set(rows(admin_client, f"?lines__warehouse__id__exact={place.pk}")) == {"SO-9"}
    assert set(rows(admin_client, "?source=Shop")) == {"SO-9"}
    assert set(rows(admin_client, "?q=cup-9")) == {"SO-9"}
    assert set(rows(admin_client, "?q=so-")) == {"SO-1", "SO-9"}
    place_filter = "?lines__warehouse__id__exact="
    absurdities = [place_filter + "x", place_filter + "9" * 30, "?binding__channel__id__exact=x"]
    for absurd in [*absurdities, "?blocked=nonsense", "?holding=x"]:
        assert admin_client.get(reverse(ORDERS) + absurd).status_code in {200, 302}, absurd
