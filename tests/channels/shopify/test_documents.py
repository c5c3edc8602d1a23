"""Every document we send is valid GraphQL for the Admin API version we pin."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema, parse, validate
from graphql.language import EnumValueNode, FieldNode, OperationDefinitionNode

from channels.adapters.shopify import documents, hook_documents, order_documents
from channels.adapters.shopify.documents import Operation

SPECS = Path(os.environ.get("STOCKCAST_SPECS") or Path(__file__).parents[4] / "shared" / "specs")
DUMP = SPECS / "shopify" / "admin_2026-10.json.gz"
ALL = [
    *documents.STATIC,
    *order_documents.STATIC,
    *hook_documents.STATIC,
    *(documents.levels(count) for count in (1, 3, 10)),
]


@cache
def schema() -> GraphQLSchema:
    # The dump breaks a rule on deprecated interface fields that graphql-core checks strictly.
    data = json.loads(gzip.decompress(DUMP.read_bytes()))["data"]
    return build_client_schema(data, assume_valid=True)


def definition(operation: Operation) -> OperationDefinitionNode:
    (node,) = parse(operation.text).definitions
    assert isinstance(node, OperationDefinitionNode)
    return node


@pytest.mark.skipif(not DUMP.exists(), reason=f"no schema dump at {DUMP}; set STOCKCAST_SPECS")
@pytest.mark.parametrize("operation", ALL, ids=lambda one: one.name)
def test_a_document_is_valid_for_the_published_schema(operation: Operation) -> None:
    assert validate(schema(), parse(operation.text)) == []


@pytest.mark.skipif(not DUMP.exists(), reason=f"no schema dump at {DUMP}; set STOCKCAST_SPECS")
def test_the_schema_would_refuse_a_field_that_does_not_exist() -> None:
    broken = documents.SET_QUANTITIES.text.replace("userErrors", "userMistakes")
    assert validate(schema(), parse(broken))


@pytest.mark.parametrize("operation", ALL, ids=lambda one: one.name)
def test_name_root_and_kind_are_those_of_the_text(operation: Operation) -> None:
    node = definition(operation)
    assert node.name is not None
    assert node.name.value == operation.name
    roots = [one.name.value for one in node.selection_set.selections if isinstance(one, FieldNode)]
    assert operation.root in roots
    assert operation.is_mutation == (node.operation.value == "mutation")


@pytest.mark.parametrize(
    "operation",
    [documents.SET_QUANTITIES, documents.ADJUST_QUANTITIES, documents.ACTIVATE_ITEM],
    ids=lambda one: one.name,
)
def test_a_stock_mutation_bears_its_idempotency_key(operation: Operation) -> None:
    (root,) = definition(operation).selection_set.selections
    assert isinstance(root, FieldNode)
    assert [directive.name.value for directive in root.directives or ()] == ["idempotent"]
    assert "$key: String!" in operation.text


def test_no_document_asks_for_more_points_than_one_call_may_cost() -> None:
    assert max(operation.cost for operation in ALL) < 1000


def test_orders_are_sorted_by_the_time_they_are_searched_by() -> None:
    (root,) = definition(order_documents.orders(has_places=True)).selection_set.selections
    assert isinstance(root, FieldNode)
    given = {argument.name.value: argument.value for argument in root.arguments or ()}
    sort_key = given["sortKey"]
    assert isinstance(sort_key, EnumValueNode)
    assert sort_key.value == "UPDATED_AT"
    assert set(given) == {"first", "after", "query", "sortKey"}
