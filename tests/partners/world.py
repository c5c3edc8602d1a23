"""A house with something of everything, whose names all say "hush": whoever sees none of it must
never read that word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from config import docs
from config.api import RESOURCES
from inventory import counting, receiving
from inventory.models import Product, Receipt, Warehouse
from orders import asn
from partners import sight
from tests.api import Api
from tests.factories import make_profile, make_purchase_order, make_selling_list, make_warehouse
from tests.orders.factories import make_order, whole
from tests.store import Store, feed, open_channel
from tests.syncjobs.drift import compare, edit, held, list_ten

WORD = "hush"
LISTENER = {"url": "https://example.com/hush", "topics": ["sales-order.placed"]}


class World(NamedTuple):
    """seen: the ids of the warehouse and the channel that all of it belongs to. other: a warehouse
    with nothing in it."""

    warehouse: int
    channel: int
    other: int


def furnish(store: Store, product: Product) -> World:
    """Rows of every resource."""
    warehouse = make_warehouse(code="hush-main", name="Hush hall")
    channel = open_channel(store)
    channel.name = "Hush shop"
    channel.save()
    feed(channel, "Shop", warehouse)
    list_ten(channel, store, product, warehouse)
    held(channel, store, product, 1)
    edit(store, product, available=2)
    compare(channel)
    make_selling_list(channel, make_profile(), product, name="Hush list")
    _stock_papers(warehouse, product)
    order = make_order(warehouse, {product: 2}, number="HUSH-1")
    asn.send([asn.draft(order.pk, whole(order)).pk])
    make_order(warehouse, {product: 1}, number="HUSH-2")
    return World(warehouse.pk, channel.pk, make_warehouse(code="other").pk)


def _stock_papers(warehouse: Warehouse, product: Product) -> None:
    bought = make_purchase_order(warehouse, {product: 5}, number="HUSH-PO-1")
    receiving.open_order(bought)
    receiving.receive(bought, {product.pk: 3}, Receipt.Mode.STAGED, key="hush-receipt")
    counting.open(warehouse, [product.pk], note="Hush count")


class Operation(NamedTuple):
    """One operation of the schema. base: its resource's address. scope: what it needs."""

    name: str
    method: str
    path: str
    scope: str
    told: Any

    @property
    def base(self) -> str:
        return self.path.partition("/{")[0]

    @property
    def label(self) -> str:
        """As it is written in the schema."""
        return f"{self.method} /api/v1{self.path}"

    @property
    def is_list(self) -> bool:
        return self.method == "GET" and self.name.endswith("_list")

    def at(self, number: int) -> str:
        """Its address below /api/v1 with this id."""
        return self.path.replace("{id}", str(number))

    def body(self) -> Any:
        """What the schema gives as an example; {} if it needs nothing."""
        content = self.told.get("requestBody", {}).get("content", {}).get("application/json", {})
        if "example" in content:
            return content["example"]
        return next((each["value"] for each in content.get("examples", {}).values()), {})


def schema() -> Any:
    """As /api/schema answers it."""
    return json.loads(json.dumps(docs.described(), default=str))


@cache
def operations() -> list[Operation]:
    """Every operation, in the schema's own order."""
    return list(_walk())


def _walk() -> Iterator[Operation]:
    for path, methods in schema()["paths"].items():
        for method, told in methods.items():
            right = "read" if method == "get" else "write"
            scope = f"{told['tags'][0]}:{right}"
            place = path.removeprefix("/api/v1")
            yield Operation(told["operationId"], method.upper(), place, scope, told)


def is_open(operation: Operation) -> bool:
    """Whether every partner may see all rows of this resource."""
    name = operation.base.removeprefix("/")
    view: Any = dict(RESOURCES)[name]
    return not sight._rules[view.queryset.model]


def ids(api: Api, base: str) -> list[int]:
    """What the caller sees of a resource."""
    answer = api.get(base)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]
