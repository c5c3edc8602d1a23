"""What a body can cost: lists are counted first, and what is told back has an end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework import serializers

from inventory.models import Movement, Product, Warehouse
from partners.models import Answer
from partners.rest.fields import Body, Counted
from tests.api import Api
from tests.partners.world import operations, schema

SHORT = 20_000
"""Bytes of an answer that tells no more than it must."""


def refusals(answer: Any) -> list[dict[str, str]]:
    """What a 400 has to say, which is kept for a repetition and so must be short."""
    assert answer.status_code == 400, answer.content[:300]
    assert len(answer.content) < SHORT
    assert len(Answer.objects.get().body) < SHORT
    told: list[dict[str, str]] = answer.json()["errors"]
    return told


@pytest.mark.parametrize(
    ("path", "place", "body"),
    [
        ("/listings/tick", "/skus", {"channel": "x", "skus": [""]}),
        ("/stocktakes", "/skus", {"warehouse": "x", "skus": [""]}),
        ("/sync-runs", "/skus", {"channel": "x", "kind": "bulk", "skus": [""]}),
        ("/profiles", "/warehouses", {"name": "x", "mode": "product_value", "warehouses": [""]}),
        ("/webhooks", "/topics", {"url": "https://example.com/", "topics": ["x"]}),
        ("/asns", "/lines", {"order": "x", "lines": [{}]}),
        ("/sales-orders", "/lines", {"number": "x", "lines": [{}]}),
        ("/sales-orders/place-many", "/orders", {"orders": [{}]}),
        (
            "/purchase-orders",
            "/lines",
            {"number": "x", "supplier": "x", "warehouse": "x", "lines": [{}]},
        ),
        ("/movements", "/lines", {"reason": "receive", "lines": [{}]}),
    ],
)
def test_a_list_that_is_too_long_is_refused_before_its_items_are_looked_at(
    api: Api, path: str, place: str, body: dict[str, Any]
) -> None:
    name = place.strip("/")
    answer = api.post(path, body | {name: body[name] * 20_000})
    assert [error["pointer"] for error in refusals(answer)] == [place]


def test_lines_of_all_orders_are_counted_before_any_is_looked_at(api: Api) -> None:
    orders = [{"number": str(number), "lines": [{}] * 180} for number in range(1000)]
    (error,) = refusals(api.post("/sales-orders/place-many", {"orders": orders}))
    assert error["pointer"] == "/orders"
    assert "10,000 lines at most" in error["detail"]


def test_of_many_wrong_items_the_first_hundred_are_told(api: Api) -> None:
    answer = api.post("/stocktakes", {"warehouse": "x", "skus": [""] * 10_000})
    assert [error["pointer"] for error in refusals(answer)] == [f"/skus/{n}" for n in range(100)]
    assert answer.json()["detail"].endswith("(at least 99 more)")


def test_of_many_unknown_names_twenty_are_told_and_none_at_length(api: Api) -> None:
    names = {f"{number}{'x' * 300}": 0 for number in range(5_000)}
    errors = refusals(api.post("/products", {"sku": "A", "name": "B"} | names))
    assert len(errors) == 20
    assert {error["code"] for error in errors} == {"unknown_field"}
    assert max(len(error["pointer"]) for error in errors) <= 101


def test_a_long_word_is_not_told_back(api: Api) -> None:
    line = {"sku": "A", "warehouse": "b", "delta": 1}
    (error,) = refusals(api.post("/movements", {"reason": "x" * 1_000_000, "lines": [line]}))
    assert error["pointer"] == "/reason"
    assert len(error["detail"]) <= 200


@pytest.mark.parametrize("data", ["abc", {"0": "MUG-1"}, 5, True])
def test_what_is_no_list_is_not_taken_for_one(api: Api, data: Any) -> None:
    (error,) = refusals(api.post("/stocktakes", {"warehouse": "x", "skus": data}))
    assert (error["pointer"], error["code"]) == ("/skus", "not_a_list")


@pytest.mark.parametrize("name", ["delta", "d\\u0065lta"])
def test_a_name_given_twice_in_one_object_is_refused(
    api: Api, product: Product, warehouse: Warehouse, name: str
) -> None:
    line = f'{{"sku": "{product.sku}", "warehouse": "{warehouse.code}", "delta": 1, "{name}": 9}}'
    answer = _send(api, f'{{"reason": "receive", "lines": [{line}]}}')
    assert answer.status_code == 400
    assert '"delta" is given twice' in answer.json()["detail"]
    assert not Movement.objects.exists()


@pytest.mark.parametrize("name", ["x" * 1_000_000, "\\ud800", "Ä"])
def test_a_name_given_twice_is_told_whatever_it_is(api: Api, name: str) -> None:
    answer = _send(api, f'{{"{name}": 1, "{name}": 2}}')
    assert (answer.status_code, len(answer.content) < 1_000) == (400, True)


def test_every_list_that_a_body_has_is_counted_first() -> None:
    bodies = [each.told.get("requestBody", {}) for each in operations()]
    lists = list(_lists(bodies, schema()["components"]["schemas"]))
    assert len(lists) > 10
    assert [each for each in lists if "maxItems" not in each] == []
    kinds = (serializers.ListField, serializers.ListSerializer)
    fields = [field for body in _below(Body) for field in body._declared_fields.values()]
    counted = [each for each in fields if getattr(each, "max_length", None) is not None]
    assert [
        each for each in counted if isinstance(each, kinds) and not isinstance(each, Counted)
    ] == []


def _lists(told: Any, known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every array in a schema, and in what it refers to."""
    if isinstance(told, list):
        for each in told:
            yield from _lists(each, known)
    elif isinstance(told, dict):
        if told.get("type") == "array":
            yield told
        for name, each in told.items():
            if name == "$ref":
                yield from _lists(known[each.rpartition("/")[2]], known)
            elif not name.startswith("example"):
                yield from _lists(each, known)


def _below(kind: type[Body]) -> Iterator[type[Body]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _send(api: Api, text: str) -> Any:
    headers = {"Authorization": f"Bearer {api.text}", "Idempotency-Key": "twice"}
    return api.client.generic(
        "POST",
        "/api/v1/movements",
        text.encode(),
        content_type="application/json",
        headers=headers,
    )
