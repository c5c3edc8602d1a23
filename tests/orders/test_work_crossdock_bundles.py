"""At the dock: bundles take from nobody who waits longer, and what is said was done."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from inventory import bundles, receiving
from inventory.models import Product, Receipt, StockLevel, Warehouse
from tests.factories import make_products, make_purchase_order, stock
from tests.orders.factories import make_order, stock_of
from tests.orders.test_work_crossdock import page

pytestmark = pytest.mark.django_db


def box_of(parts: dict[Product, int]) -> Product:
    [box] = make_products(1)
    bundles.compose(box.pk, {part.pk: each for part, each in parts.items()})
    return box


def test_a_bundle_takes_no_component_from_an_order_that_waits_longer(
    admin_client: Client, warehouse: Warehouse
) -> None:
    coming, other = make_products(2)
    box = box_of({coming: 1, other: 1})
    stock(other, warehouse, 1)
    purchase = make_purchase_order(warehouse, {coming: 5}, number="PO-1")
    receiving.open_order(purchase)
    make_order(warehouse, {other: 1}, number="SO-OLD")
    line = make_order(warehouse, {box: 1}, number="SO-NEW").lines.get()

    proposed = [each.id for each in admin_client.get(page(purchase)).context["sheet"].lines]
    assert proposed == [f"stock-{coming.pk}"]
    form = {"key": "k", f"line_part-{line.pk}-{coming.pk}": "1"}
    admin_client.post(page(purchase), form)
    assert stock_of(other, warehouse)[0] == 1


def test_nor_from_an_older_order_for_another_bundle_of_which_nothing_comes(
    admin_client: Client, warehouse: Warehouse
) -> None:
    coming, other, ribbon = make_products(3)
    box, gift = box_of({coming: 1, other: 1}), box_of({other: 1, ribbon: 1})
    stock(other, warehouse, 2)
    stock(ribbon, warehouse, 1)
    purchase = make_purchase_order(warehouse, {coming: 5}, number="PO-1")
    receiving.open_order(purchase)
    make_order(warehouse, {gift: 2}, number="SO-OLD")  # the ribbon is enough for one
    line = make_order(warehouse, {box: 2}, number="SO-NEW").lines.get()

    lines = admin_client.get(page(purchase)).context["sheet"].lines
    assert [(each.id, each.expected) for each in lines] == [
        (f"part-{line.pk}-{coming.pk}", 1),
        (f"stock-{coming.pk}", 4),
    ]


def test_what_was_refused_is_not_said_to_be_in_stock(
    admin_client: Client, warehouse: Warehouse
) -> None:
    cup, jug = make_products(2)
    box = box_of({cup: 2, jug: 1})
    stock(jug, warehouse, 5)
    purchase = make_purchase_order(warehouse, {cup: 4}, number="PO-1")
    receiving.open_order(purchase)
    line = make_order(warehouse, {box: 1}, number="SO-1").lines.get()

    form = {"key": "k", f"line_part-{line.pk}-{cup.pk}": "1", f"line_stock-{cup.pk}": "9"}
    refused = admin_client.post(page(purchase), form)
    assert refused.status_code == 200
    assert refused.context["sheet"].error
    assert stock_of(cup, warehouse)[0] == 0
    assert not list(get_messages(refused.wsgi_request))
    assert not list(refused.context["messages"])


@pytest.mark.parametrize(("rest", "words"), [("staged", "in staging"), ("direct", "in stock")])
def test_components_left_over_go_where_the_person_chose_once_and_are_told(
    admin_client: Client, warehouse: Warehouse, rest: str, words: str
) -> None:
    cup, jug = make_products(2)
    box = box_of({cup: 2, jug: 1})
    stock(jug, warehouse, 5)
    purchase = make_purchase_order(warehouse, {cup: 8}, number="PO-1")
    receiving.open_order(purchase)
    line = make_order(warehouse, {box: 2}, number="SO-1").lines.get()

    form = {"key": "k", f"line_part-{line.pk}-{cup.pk}": "3", "rest": rest}
    done = admin_client.post(page(purchase), form, follow=True)
    said = [str(each) for each in done.context["messages"]]
    assert f"Left over of whole {box.sku} for SO-1, and {words}: 1 × {cup.sku}." in said

    again = admin_client.post(page(purchase), form, follow=True)
    assert not [each for each in again.context["messages"] if "Left over" in str(each)]
    other = {"staged": "direct", "direct": "staged"}[rest]
    assert admin_client.post(page(purchase), form | {"rest": other}).context["sheet"].error
    line.refresh_from_db()
    level = StockLevel.objects.get(product=cup)
    assert (line.shipped, level.on_hand, level.staged) == (
        1,
        int(rest == "direct"),
        int(rest == "staged"),
    )
    assert sorted(Receipt.objects.values_list("mode", flat=True)) == sorted(["cross_dock", rest])


def test_more_components_than_are_meant_make_no_more_bundles_and_are_told(
    admin_client: Client, warehouse: Warehouse
) -> None:
    cup, jug = make_products(2)
    box = box_of({cup: 2, jug: 1})
    stock(jug, warehouse, 5)
    purchase = make_purchase_order(warehouse, {cup: 8}, number="PO-1")
    receiving.open_order(purchase)
    line = make_order(warehouse, {box: 1}, number="SO-1").lines.get()

    form = {"key": "k", f"line_part-{line.pk}-{cup.pk}": "5"}
    done = admin_client.post(page(purchase), form, follow=True)
    line.refresh_from_db()
    assert (line.shipped, stock_of(cup, warehouse)[0]) == (1, 3)
    assert f"3 × {cup.sku}." in done.text
