"""How partners name products and warehouses, and what they are told when there is no such thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import django_filters
from django.db import connection
from django.db.models import QuerySet, Subquery

from desk.errors import Refused
from desk.fields import WholeNumberField
from inventory.models import Product, Warehouse
from partners import sight
from partners.models import Partner
from partners.rest.problems import Problem, pointer

UNKNOWN = "unknown_reference"
MOST_LINES = 1000
"""Lines of one document; more go into another one."""
_NAMED = 100

_FIND = """
SELECT wanted.position - 1, product.id
FROM unnest(%s::text[]) WITH ORDINALITY AS wanted(sku, position)
JOIN inventory_product product ON upper(product.sku) = upper(wanted.sku)
"""


class SkuFilter(django_filters.CharFilter):
    """By SKU, whatever its case. The product is looked up first, so that the rows are found by its
    id, through an index."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        product = Product.objects.filter(sku__iexact=value).order_by().values("pk")[:1]
        return qs.filter(**{self.field_name: Subquery(product)})


class WarehouseFilter(django_filters.CharFilter):
    """By a warehouse's code, looked up first as well."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        warehouse = Warehouse.objects.filter(code=value).order_by().values("pk")[:1]
        return qs.filter(**{self.field_name: Subquery(warehouse)})


class WholeFilter(django_filters.NumberFilter):
    """Compares with a whole number."""

    field_class = WholeNumberField


@contextmanager
def placed(**places: str) -> Iterator[None]:
    """A verb names what it refuses in its own words: here are the places of the body (by its word)
    that they mean. What the body does not have is not pointed at."""
    try:
        yield
    except Refused as error:
        error.field = places.get(error.field, "")
        raise


def find_warehouse(code: str, partner: Partner) -> Warehouse:
    """The warehouse of this code. Raises a Problem when the partner sees none."""
    found = sight.seen(Warehouse.objects.filter(code=code), partner).first()
    if found is None:
        raise refusal([("warehouse", f"There is no warehouse {code}.")])
    return found


def find_products(skus: Sequence[str], place: str) -> list[int]:
    """The products' ids, in the order of these SKUs; one statement. place: "lines.{}.sku".

    Raises a Problem that names each SKU of which there is no product, or that is given twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [list(skus)])
        found: dict[int, int] = dict(cursor.fetchall())
    unknown = [position for position in range(len(skus)) if position not in found]
    if unknown:
        raise refusal((place.format(n), f"There is no product {skus[n]}.") for n in unknown)
    ids = [found[position] for position in range(len(skus))]
    first = {pk: position for position, pk in reversed(list(enumerate(ids)))}
    if again := [position for position, pk in enumerate(ids) if first[pk] != position]:
        told = ((place.format(n), f"{skus[n]} is given twice: give it once.") for n in again)
        raise refusal(told, "repeated")
    return ids


def refusal(places: Iterable[tuple[str, str]], code: str = UNKNOWN, status: int = 422) -> Problem:
    """A Problem for what is wrong at these places ("lines.3.sku") of the body."""
    errors = [
        {"pointer": pointer(place), "detail": detail, "code": code} for place, detail in places
    ]
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(status, code, errors[0]["detail"] + more, errors[:_NAMED])
