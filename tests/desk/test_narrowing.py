"""What is rare is looked for among few rows, and what is not is left to the order of the list."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from desk import narrowing
from desk.narrowing import asked, few, named_first, these, together
from inventory.models import Product
from tests.factories import make_products

pytestmark = pytest.mark.django_db

ALL = "SELECT id FROM inventory_product"


def test_few_rows_are_named_by_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    products = [each.pk for each in make_products(5)]
    ids = Product.objects.order_by("pk").values_list("pk")
    first, rest = ids.filter(pk__lt=products[2]), ids.filter(pk__gte=products[1])

    assert few([first]) == frozenset(products[:2])
    assert few([first, rest]) == asked_as_set(ALL) == frozenset(products)
    monkeypatch.setattr(narrowing, "READ", 5)
    assert few([first, rest]) == frozenset(products)
    monkeypatch.setattr(narrowing, "READ", 4)
    assert few([first, rest]) is None
    assert few([first]) == frozenset(products[:2])


def test_several_parts_are_asked_for_at_once(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    products = [each.pk for each in make_products(5)]
    ids = Product.objects.order_by("pk").values_list("pk")
    with django_assert_num_queries(1):
        found = together(ids.filter(pk__gt=products[2]), ids.none(), ids)
    assert found == [products[3:], [], products]
    monkeypatch.setattr(narrowing, "READ", 2)
    assert together(ids, ids.filter(pk=products[4])) == [products[:3], products[4:]]


def test_the_first_ids_of_many_say_that_there_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    products = [each.pk for each in make_products(5)]
    ids = Product.objects.order_by("pk").values_list("pk")
    monkeypatch.setattr(narrowing, "READ", 2)

    assert named_first([ids], times=1.5) == (frozenset(products[:4]), False)
    assert named_first([ids], times=2.5) == (frozenset(products), True)
    assert named_first([ids.filter(pk=products[4]), ids.none()], times=1) == (
        frozenset(products[4:]),
        True,
    )
    assert named_first([], times=1) == (frozenset(), True)


def asked_as_set(*statements: str) -> frozenset[int]:
    found = asked(*statements)
    assert found is not None
    return frozenset(found)


def test_what_is_costly_to_find_is_found_once_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    products = [each.pk for each in make_products(4)]
    monkeypatch.setattr(narrowing, "MOST", 8)
    assert asked_as_set(ALL, ALL) == frozenset(products)
    monkeypatch.setattr(narrowing, "MOST", 7)
    assert asked(ALL, ALL) is None
    assert asked_as_set(ALL) == frozenset(products)


def test_ids_are_handed_back_as_one_value() -> None:
    products = [each.pk for each in make_products(3)]
    found = Product.objects.filter(pk__in=these(products[:2]))

    assert set(found.values_list("pk", flat=True)) == set(products[:2])
    assert not Product.objects.filter(pk__in=these([])).exists()
    assert str(found.query).count("unnest") == 1
