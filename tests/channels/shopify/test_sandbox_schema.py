"""The sandbox's schema against Shopify's published one, and the operations it must take."""

from __future__ import annotations

import gzip
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    build_client_schema,
    parse,
    validate,
)

from channels.adapters.shopify.sandbox.documents import schema

ROOT = Path(__file__).resolve().parents[3]
SPECS = Path(os.environ.get("STOCKCAST_SPECS", str(ROOT / "../shared/specs"))) / "shopify"
DUMP = SPECS / "admin_2026-10.json.gz"
OPERATIONS = SPECS / "operations.graphql"
NOT_REHEARSED = {
    "TrackVariants",
    "BulkExport",
    "BulkStatus",
    "StageUpload",
    "BulkImport",
    "BulkCancel",
}

needs_specs = pytest.mark.skipif(
    not DUMP.exists(), reason=f"Shopify's schema dump is not at {DUMP}; set STOCKCAST_SPECS"
)


@lru_cache(maxsize=1)
def published() -> GraphQLSchema:
    introspection = json.loads(gzip.decompress(DUMP.read_bytes()))
    return build_client_schema(introspection["data"], assume_valid=True)


def _differences(name: str, own: Any, theirs: Any) -> list[str]:
    """How one of our types departs from the published type of that name."""
    if type(own) is not type(theirs):
        return [f"{name} is another kind of type"]
    found = [
        f"{name}.{value}" for value in getattr(own, "values", {}) if value not in theirs.values
    ]
    for field_name, field in getattr(own, "fields", {}).items():
        other = theirs.fields.get(field_name)
        path = f"{name}.{field_name}"
        if other is None:
            found.append(path)
        elif str(field.type) != str(other.type):
            found.append(f"{path}: {field.type} is {other.type}")
        else:
            found += _argument_differences(path, field, other)
    interfaces = {each.name for each in getattr(theirs, "interfaces", ())}
    return found + [
        f"{name} implements {each.name}"
        for each in getattr(own, "interfaces", ())
        if each.name not in interfaces
    ]


def _argument_differences(path: str, field: Any, other: Any) -> list[str]:
    found = []
    if getattr(field, "default_value", None) != getattr(other, "default_value", None):
        found.append(f"{path} has another default")
    for name, argument in getattr(field, "args", {}).items():
        theirs = other.args.get(name)
        if theirs is None:
            found.append(f"{path}({name})")
        elif str(argument.type) != str(theirs.type):
            found.append(f"{path}({name}): {argument.type} is {theirs.type}")
        elif argument.default_value != theirs.default_value:
            found.append(f"{path}({name}) has another default")
    required = [
        name
        for name, argument in getattr(other, "args", {}).items()
        if str(argument.type).endswith("!") and name not in field.args
    ]
    return found + [f"{path} lacks the required {name}" for name in required]


@needs_specs
def test_every_name_and_type_of_ours_is_shopifys() -> None:
    theirs = published().type_map
    own = {name: each for name, each in schema().type_map.items() if not name.startswith("__")}
    unknown = [name for name in own if name not in theirs]
    assert unknown == []
    differences = [
        row for name, each in own.items() for row in _differences(name, each, theirs[name])
    ]
    assert differences == []


@needs_specs
def test_required_input_fields_of_shopify_are_required_here_too() -> None:
    missing = [
        f"{name}.{field_name}"
        for name, own in schema().type_map.items()
        if name.endswith("Input") or name == "InventoryMoveQuantityChange"
        for field_name, field in getattr(published().type_map[name], "fields", {}).items()
        if str(field.type).endswith("!") and field_name not in own.fields  # type: ignore[attr-defined]
    ]
    assert missing == []


def _rehearsed() -> DocumentNode:
    """The documents of a stock sync that this sandbox promises to take."""
    document = parse(OPERATIONS.read_text())
    definitions = [
        each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
        or (
            isinstance(each, OperationDefinitionNode)
            and each.name is not None
            and each.name.value not in NOT_REHEARSED
        )
    ]
    return DocumentNode(definitions=tuple(definitions))


@needs_specs
@pytest.mark.parametrize("whose", ["ours", "published"])
def test_the_operations_of_a_stock_sync_validate(whose: str) -> None:
    document = _rehearsed()
    assert len(document.definitions) == 25
    errors = validate(schema() if whose == "ours" else published(), document)
    assert [error.message for error in errors] == []


def test_every_connection_and_special_field_has_a_resolver() -> None:
    """A connection without one would answer null for a field that is never null."""
    bare = [
        f"{name}.{field_name}"
        for name, each in schema().type_map.items()
        for field_name, field in getattr(each, "fields", {}).items()
        if str(getattr(field, "type", "")).rstrip("!").endswith("Connection") and not field.resolve
    ]
    assert bare == []
