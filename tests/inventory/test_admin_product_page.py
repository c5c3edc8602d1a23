"""One product at a glance: what there is, what holds it, what comes, what moved."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from channels.models import Publication
from desk.cells import page_of
from inventory import bundles, ledger, receiving, transfers
from inventory.ledger import Cause
from inventory.models import Movement, Product, Receipt, StockLevel, Warehouse
from tests.factories import (
    make_product,
    make_purchase_order,
    make_transfer,
    make_warehouse,
    stock,
)
from tests.pretend import World, person

pytestmark = pytest.mark.django_db


def panel(client: Client, product: Product, key: str, title: str = "") -> Any:
    """The context of one panel of the page; None when it is not there."""
    context = client.get(page_of(product)).context
    found = [
        each
        for each in [*context["overview"], *context["tabs"]]
        if each.key == key and title in str(each.title)
    ]
    return found[0].context if found else None


def adjust(client: Client, product: Product, place: Warehouse, **given: Any) -> Any:
    answer = {"warehouse": place.pk, "way": "change", "units": 1, "reason": "Found"} | given
    data = {f"adjust-{name}": value for name, value in answer.items()}
    url = reverse("admin:inventory_product_adjust", args=[product.pk])
    return client.post(url, {"key": "k-1"} | data, follow=True)


def on_hand(product: Product, warehouse: Warehouse) -> int:
    return StockLevel.objects.get(product=product, warehouse=warehouse).on_hand


def test_stock_is_shown_by_warehouse_with_its_total(
    admin_client: Client, world: World, warehouse: Warehouse
) -> None:
    attic, product = make_warehouse(name="Attic"), world.products[0]
    stock(product, attic, 2)
    world.hold(product, 3)

    shown = panel(admin_client, product, "general", "Stock")

    assert [
        (row.warehouse.name, row.stock.on_hand, row.stock.available) for row in shown["rows"]
    ] == [
        ("Attic", 2, 2),
        (warehouse.name, 40, 37),
    ]
    total = panel(admin_client, product, "general", "In all")["total"]
    assert (total.on_hand, total.committed) == (42, 3)


def test_orders_that_hold_it_are_listed_also_as_part_of_a_bundle(
    admin_client: Client, world: World
) -> None:
    product, box = world.products[0], make_product(sku="BOX")
    bundles.compose(box.pk, {product.pk: 2})
    world.hold(product, 3)
    world.hold(box, 4)

    shown = panel(admin_client, product, "orders")

    assert [(line.product.sku, line.held) for line, _url in shown["lines"]] == [
        ("BOX", 8),
        ("CUP-0", 3),
    ]
    assert "as part of BOX" in admin_client.get(page_of(product)).content.decode()


def test_what_is_on_its_way_is_listed(admin_client: Client, warehouse: Warehouse) -> None:
    product, attic = make_product(), make_warehouse(name="Attic")
    order = make_purchase_order(warehouse, {product: 10}, number="PO-1")
    receiving.open_order(order)
    receiving.receive(order, {product.pk: 4}, Receipt.Mode.STAGED, "r-1")
    stock(product, attic, 9)
    transfer = make_transfer(attic, warehouse, {product: 5})
    transfers.dispatch(transfer)

    groups = panel(admin_client, product, "incoming")["groups"]

    assert [[each.units for each, _url in found] for _title, _whence, found in groups] == [
        [6],
        [4],
        [5],
    ]


def test_the_ledger_says_what_each_movement_left_behind(
    admin_client: Client, warehouse: Warehouse
) -> None:
    product, attic = make_product(), make_warehouse()
    stock(product, warehouse, 10)
    stock(product, attic, 7)
    ledger.adjust(warehouse.pk, [(product.pk, -3)], Cause(note="broken"))
    ledger.commit(warehouse.pk, [(product.pk, 4)], Cause(document="SO-9"))
    ledger.adjust(warehouse.pk, [(product.pk, 1)], Cause(note="found"))

    moved = [each for each, _url in panel(admin_client, product, "ledger")["moved"]]

    assert [(each.state, each.delta, each.left) for each in moved] == [
        ("on_hand", 1, 8),
        ("committed", 4, 4),
        ("on_hand", -3, 7),
        ("on_hand", 7, 7),
        ("on_hand", 10, 10),
    ]


def test_documents_in_the_ledger_lead_to_their_pages(admin_client: Client, world: World) -> None:
    order = world.hold(world.products[0], 3)

    moved = panel(admin_client, world.products[0], "ledger")["moved"]

    assert f"salesorder/{order}/" in moved[0][1]


def test_what_was_told_is_listed(admin_client: Client, world: World) -> None:
    told = world.tell(world.products[0])

    [receipt] = panel(admin_client, world.products[0], "told")["receipts"]

    assert (receipt.told, receipt.channel) == (40, "Corner shop")
    assert receipt.url == page_of(Publication.objects.get(pk=told.pk))


def test_a_bundle_shows_which_component_limits_it(
    admin_client: Client, warehouse: Warehouse
) -> None:
    box, cup, lid = make_product(sku="BOX"), make_product(sku="CUP"), make_product(sku="LID")
    bundles.compose(box.pk, {cup.pk: 2, lid.pk: 1})
    stock(cup, warehouse, 9)
    stock(lid, warehouse, 30)

    shown = panel(admin_client, box, "general", "Stock")

    assert [(each.part.sku, each.makes, each.is_scarcest) for each in shown["components"]] == [
        ("CUP", 4, True),
        ("LID", 30, False),
    ]
    assert "adjust" not in shown


@pytest.mark.parametrize(("way", "units", "after"), [("change", -4, 36), ("total", 12, 12)])
def test_stock_is_corrected_once_for_a_key(
    admin_client: Client, world: World, way: str, units: int, after: int
) -> None:
    product = world.products[0]

    done = adjust(admin_client, product, world.warehouse, way=way, units=units)
    again = adjust(admin_client, product, world.warehouse, way=way, units=units)

    assert f"40 → {after} in stock." in done.text
    assert "Already done." in again.text
    assert on_hand(product, world.warehouse) == after
    movement = Movement.objects.get(key="adjust:k-1")
    assert (movement.note, movement.actor) == ("Found", "admin")
    assert LogEntry.objects.filter(object_id=str(product.pk)).count() == 1


def test_an_answer_sent_again_is_told_as_done_whatever_stock_there_is_by_now(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)

    for said in ("5 → 0 in stock.", "Already done."):
        page = adjust(admin_client, product, warehouse, units=-5, reason="Broken")
        [told] = [str(each) for each in page.context["messages"]]
        assert said in told

    assert on_hand(product, warehouse) == 0


def test_another_correction_under_the_same_key_is_refused_with_all_that_was_typed(
    admin_client: Client, world: World
) -> None:
    product = world.products[0]
    adjust(admin_client, product, world.warehouse, units=-4)

    refused = adjust(admin_client, product, world.warehouse, units=-5)

    assert "sent from this page before" in refused.text
    assert panel_form(refused)["units"].value() == "-5"
    assert panel_form(refused).key != "k-1"
    assert on_hand(product, world.warehouse) == 36


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"units": 0}, "other than 0"),
        ({"units": -41}, "There are only 40"),
        ({"units": 10**12}, "less than or equal to"),
        ({"units": "many"}, "in digits alone, such as 1000"),
        ({"way": "total", "units": -1}, "0 or more"),
        ({"reason": ""}, "required"),
        ({"warehouse": 99999}, "valid choice"),
        ({"way": "sideways"}, "valid choice"),
    ],
)
def test_what_is_refused_is_said_beside_the_field_with_all_that_was_typed(
    admin_client: Client, world: World, given: dict[str, Any], told: str
) -> None:
    product = world.products[0]

    response = adjust(admin_client, product, world.warehouse, **{"units": 3} | given)

    form = panel_form(response)
    assert told in " ".join(error for errors in form.errors.values() for error in errors)
    assert form["reason"].value() == given.get("reason", "Found")
    assert on_hand(product, world.warehouse) == 40


def test_a_character_that_nobody_types_is_refused(admin_client: Client, world: World) -> None:
    response = adjust(admin_client, world.products[0], world.warehouse, units="3\x00")

    assert "Nothing was changed" in response.text
    assert on_hand(world.products[0], world.warehouse) == 40


def panel_form(response: Any) -> Any:
    [form] = [
        each.context["adjust"] for each in response.context["overview"] if "adjust" in each.context
    ]
    return form


def test_what_it_would_do_is_foretold_and_nothing_is_done(
    admin_client: Client, world: World
) -> None:
    product, box = world.products[0], make_product(sku="BOX")
    bundles.compose(box.pk, {product.pk: 4})
    world.tell(product)
    url = reverse("admin:inventory_product_foretell", args=[product.pk])
    data: dict[str, Any] = {
        "adjust-warehouse": world.warehouse.pk,
        "adjust-way": "change",
        "adjust-units": "-30",
    }

    text = " ".join(admin_client.get(url, data).content.decode().split())

    assert "40 → 10" in text
    assert (
        '<output id="adjust-sum-change" for="id_adjust-units" hx-swap-oob="true">40 − 30 = 10<'
        in text
    )
    assert "Corner shop, Shop: 40 → <strong" in text
    assert on_hand(product, world.warehouse) == 40
    assert admin_client.get(url).status_code == 200

    Product.objects.filter(pk=product.pk).update(is_excluded=True)
    text = " ".join(admin_client.get(url, data).content.decode().split())
    assert "stays at 40: Excluded from sync" in text


def test_both_ways_say_what_they_would_make_of_the_same_number(
    admin_client: Client, world: World
) -> None:
    url = reverse("admin:inventory_product_foretell", args=[world.products[0].pk])
    data = {"adjust-warehouse": str(world.warehouse.pk), "adjust-way": "change"}

    said = [
        admin_client.get(url, data | {"adjust-units": units}).context["form"].sums
        for units in ("25", "-41", "40", "many")
    ]

    assert said == [
        {"change": "40 + 25 = 65", "total": "counted 25: −15"},
        {"change": "40 − 41 = −1", "total": "–"},
        {"change": "40 + 40 = 80", "total": "counted 40: ±0"},
        {},
    ]


def test_who_may_not_move_stock_is_neither_offered_nor_allowed_it(
    client: Client, world: World
) -> None:
    client.force_login(person("reader", "inventory.view_product"))
    product = world.products[0]

    assert "adjust" not in panel(client, product, "general", "Stock")
    assert adjust(client, product, world.warehouse).status_code == 403
    assert panel(client, product, "ledger") is None
    assert panel(client, product, "orders") is None
    assert panel(client, product, "told") is None


def test_a_label_bears_the_barcode_or_the_sku(admin_client: Client) -> None:
    product = make_product(sku="CUP", barcode="5901234123457")
    url = reverse("admin:inventory_product_label", args=[product.pk])

    page = admin_client.get(url, {"copies": "3"}).content.decode()

    assert page.count('<section class="label">') == 3
    assert "5901234123457" in page
    assert "<svg" in page
    for copies in ("0", "9" * 30, "x", "-1", "²"):
        assert admin_client.get(url, {"copies": copies}).status_code == 200
    assert admin_client.get(url.replace(str(product.pk), "nobody")).status_code == 404


def test_the_page_costs_the_same_however_much_there_is_to_see(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    product = world.products[0]
    order = make_purchase_order(world.warehouse, {product: 50}, number="PO-5")
    receiving.open_order(order)
    for number in range(12):
        place = make_warehouse()
        stock(product, place, number + 1)
        world.hold(product, number + 1)
        receiving.receive(order, {product.pk: 1}, Receipt.Mode.STAGED, f"r-{number}")
        world.tell(product)

    with django_assert_max_num_queries(25):
        page = admin_client.get(page_of(product)).content.decode()

    assert "PO-5" in page


def test_a_total_typed_over_stock_that_moved_meanwhile_is_refused(
    admin_client: Client, world: World
) -> None:
    product, place = world.products[0], world.warehouse
    seen = on_hand(product, place)
    ledger.adjust(place.pk, [(product.pk, -4)], Cause(note="broken"))

    refused = adjust(admin_client, product, place, way="total", units=seen + 2, seen=seen)
    assert "moved meanwhile" in refused.text
    assert on_hand(product, place) == seen - 4

    adjust(admin_client, product, place, way="total", units=seen + 2, seen=seen - 4)
    assert on_hand(product, place) == seen + 2


@pytest.mark.parametrize("way", ["", "sideways"])
def test_foretelling_without_a_way_tells_nothing(
    admin_client: Client, world: World, way: str
) -> None:
    address = reverse("admin:inventory_product_foretell", args=[world.products[0].pk])
    place = str(world.warehouse.pk)
    typed = {"adjust-units": "3", "adjust-warehouse": place, "adjust-way": way}

    assert admin_client.get(address, typed).status_code == 200
