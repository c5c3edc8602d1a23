"""What lines that partners draft mean: the products and warehouses that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from inventory.api.references import refusal
from inventory.models import Warehouse
from orders.intake import DraftLine
from partners import sight
from partners.models import Partner

Asked = Sequence[Mapping[str, Any]]
"""Lines as SalesOrderDraftLine gives them."""

_FIND = """
SELECT wanted.name, product.id FROM unnest(%s::text[]) AS wanted(name)
JOIN inventory_product product ON upper(product.sku) = upper(wanted.name)
"""


def find(lists: Mapping[str, Asked], partner: Partner) -> dict[str, list[DraftLine]]:
    """The same lists of lines, ready to be placed; two statements however many there are. Lists by
    their place in the body. Raises a Problem that names each line's word for which there is nothing
    that the partner may see."""
    lines = [
        (f"{where}.{n}", line) for where, list_ in lists.items() for n, line in enumerate(list_)
    ]
    products = _products({line["sku"] for _, line in lines})
    warehouses = _warehouses({line["warehouse"] for _, line in lines}, partner)
    unknown = []
    for where, line in lines:
        if line["sku"] not in products:
            unknown.append((f"{where}.sku", f"There is no product {line['sku']}."))
        if line["warehouse"] not in warehouses:
            detail = f"There is no warehouse {line['warehouse']}."
            unknown.append((f"{where}.warehouse", detail))
    if unknown:
        raise refusal(unknown)
    return {
        where: [
            DraftLine(products[line["sku"]], warehouses[line["warehouse"]], line["ordered"])
            for line in list_
        ]
        for where, list_ in lists.items()
    }


def _products(skus: Iterable[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [sorted(skus)])
        return dict(cursor.fetchall())


def _warehouses(codes: Iterable[str], partner: Partner) -> dict[str, int]:
    rows = sight.seen(Warehouse.objects.filter(code__in=sorted(codes)), partner)
    return dict(rows.order_by().values_list("code", "pk"))
