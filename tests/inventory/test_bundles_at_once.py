"""Bundles are composed while others sell: whoever comes second sees what the first one did."""

from functools import partial

import pytest

from desk.errors import Refused
from inventory import bundles, ledger
from inventory.ledger import Cause
from inventory.models import BundleComponent, Movement, StockLevel, Warehouse
from tests.factories import make_products, stock
from tests.inventory.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_product_is_never_promised_as_itself_and_as_a_bundle(warehouse: Warehouse) -> None:
    for _ in range(15):
        part, bundle = make_products(2)

        def compose(bundle_id: int, part_id: int) -> bool:
            try:
                return bundles.compose(bundle_id, {part_id: 2})
            except Refused:
                return False

        is_composed, _posting = at_once(
            [
                partial(compose, bundle.pk, part.pk),
                partial(ledger.commit, warehouse.pk, [(bundle.pk, 1)], Cause()),
            ]
        )

        own = StockLevel.objects.filter(product=bundle, committed__gt=0).exists()
        as_bundle = Movement.objects.filter(product=part, bundle=bundle, delta=2).exists()
        assert (own, as_bundle) == (not is_composed, is_composed)


def test_two_products_do_not_become_components_of_each_other(warehouse: Warehouse) -> None:
    for _ in range(10):
        one, two = make_products(2)

        def compose(bundle_id: int, part_id: int) -> bool:
            try:
                return bundles.compose(bundle_id, {part_id: 1})
            except Refused:
                return False

        done = at_once([partial(compose, one.pk, two.pk), partial(compose, two.pk, one.pk)])

        assert sorted(done) == [False, True]
        assert BundleComponent.objects.filter(bundle__in=[one, two]).count() == 1


def test_bundles_that_share_components_sell_at_once_without_deadlock(warehouse: Warehouse) -> None:
    parts = make_products(6)
    offers = make_products(3)
    for each in parts:
        stock(each, warehouse, 10_000)
    for number, bundle in enumerate(offers):
        bundles.compose(bundle.pk, {each.pk: 1 + number for each in parts[number : number + 4]})

    def sell(products: list[int]) -> None:
        for _ in range(15):
            ledger.ship(warehouse.pk, [(product, 1) for product in products], Cause())

    everything = [each.pk for each in [*offers, *parts]]
    at_once([partial(sell, everything), partial(sell, everything[::-1])] * 2)

    sold = 4 * 15
    left = [StockLevel.objects.get(product=each).on_hand for each in parts]
    taken = [sum(1 + n for n in range(3) if n <= k < n + 4) + 1 for k in range(6)]
    assert left == [10_000 - sold * units for units in taken]
