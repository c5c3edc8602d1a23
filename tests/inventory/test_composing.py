"""What becomes a bundle and what does not, and what that leaves as it was."""

from collections.abc import Mapping

import pytest

from inventory import bundles, ledger
from inventory.errors import InvalidLines, KeyReused, WrongState
from inventory.ledger import Cause
from inventory.models import BundleComponent, Product, Warehouse
from inventory.signals import stock_changed
from tests.factories import make_product, make_warehouse, stock
from tests.inventory.packing import numbers, promise

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("composed", [{"CUP": 1}, {"CUP": 3, "JUG": 1}, {"SPOON": 2}, {}])
def test_a_return_stays_done_when_the_bundle_is_composed_anew(
    box: Product, cup: Product, warehouse: Warehouse, composed: Mapping[str, int]
) -> None:
    make_product(sku="SPOON")
    ledger.ship(warehouse.pk, [(box.pk, 2)], Cause())
    cause = Cause(key="back")
    ledger.take_back(warehouse.pk, [(box.pk, 2)], cause)
    bundles.compose(box.pk, {Product.objects.get(sku=sku).pk: n for sku, n in composed.items()})

    assert ledger.take_back(warehouse.pk, [(box.pk, 2)], cause).is_repeat
    with pytest.raises(KeyReused):
        ledger.take_back(warehouse.pk, [(box.pk, 5)], cause)
    assert numbers(cup, warehouse)[0] == 7


def test_what_moved_before_it_became_a_bundle_stays_done(
    cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    stock(jug, warehouse, 2)
    cause = Cause(key="gone")
    ledger.ship(warehouse.pk, [(jug.pk, 2)], cause)
    bundles.compose(jug.pk, {cup.pk: 1})

    assert ledger.ship(warehouse.pk, [(jug.pk, 2)], cause).is_repeat


def refused(bundle: Product, components: Mapping[int, int]) -> str:
    before = list(BundleComponent.objects.values())
    with pytest.raises((InvalidLines, WrongState)) as caught:
        bundles.compose(bundle.pk, components)
    assert list(BundleComponent.objects.values()) == before
    assert caught.value.field == "components"
    return caught.value.message


def test_what_makes_no_bundle_is_refused_with_a_remedy(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    crate = make_product(sku="CRATE")

    assert "CRATE can not be a component of itself" in refused(crate, {crate.pk: 1})
    assert "JUG: give the units in one bundle" in refused(crate, {jug.pk: 0})
    assert "does not exist" in refused(crate, {crate.pk + 1000: 1})
    assert "BOX is a bundle itself: choose its components" in refused(crate, {box.pk: 1})
    assert "CUP has stock of its own" in refused(cup, {crate.pk: 1})
    ledger.ship(warehouse.pk, [(cup.pk, 7)], Cause())
    assert "CUP is a component of BOX: take it out there first" in refused(cup, {crate.pk: 1})


@pytest.mark.parametrize("verb", [ledger.receive, ledger.expect, ledger.commit])
def test_a_product_with_units_anywhere_does_not_become_a_bundle(
    cup: Product, jug: Product, verb: object
) -> None:
    attic = make_warehouse(name="Attic")
    assert callable(verb)
    verb(attic.pk, [(cup.pk, 1)], Cause())

    assert "at Attic." in refused(cup, {jug.pk: 1})


def test_a_promised_bundle_is_not_composed_anew(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    promise(box, warehouse, 3)
    assert "Orders hold 3 of BOX" in refused(box, {cup.pk: 1})
    assert "Orders hold 3 of BOX" in refused(box, {})
    assert not bundles.compose(box.pk, {jug.pk: 1, cup.pk: 2}), "the same again is no change"

    promise(box, warehouse, -3, key="released")
    assert bundles.compose(box.pk, {cup.pk: 1})
    assert numbers(box, warehouse) == (7, 0, 7)


def test_composed_of_nothing_it_is_a_plain_product_again(
    box: Product, warehouse: Warehouse
) -> None:
    assert bundles.compose(box.pk, {})
    stock(box, warehouse, 4)

    assert numbers(box, warehouse) == (4, 0, 4)


def test_composing_is_heard_wherever_the_bundle_may_be_shown(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    heard: list[tuple[int, int]] = []

    def hear(levels: list[tuple[int, int]], **_: object) -> None:
        heard.extend(levels)

    other = make_warehouse()
    stock_changed.connect(hear)
    try:
        bundles.compose(box.pk, {cup.pk: 1})
    finally:
        stock_changed.disconnect(hear)

    assert heard == [(box.pk, warehouse.pk), (box.pk, other.pk)]
