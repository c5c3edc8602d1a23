"""The schema with its resolvers, and GraphQL documents parsed and validated once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    build_schema,
    parse,
    validate,
)

from channels.adapters.shopify.sandbox.resolvers import (
    activation,
    catalogue,
    fulfilment,
    levels,
    nodes,
    orders,
    shop,
    stock,
    webhooks,
)

CODES = (
    (re.compile(r"Cannot query field"), "undefinedField"),
    (re.compile(r"Unknown directive"), "undefinedDirective"),
    (re.compile(r"Unknown argument"), "argumentNotAccepted"),
    (re.compile(r"Unknown type"), "undefinedType"),
    (re.compile(r"Variable .* is not defined"), "variableNotDefined"),
    (re.compile(r"Variable .* is never used"), "variableNotUsed"),
    (re.compile(r"argument .* is required"), "missingRequiredArguments"),
    (re.compile(r"must (?:not )?have a (?:selection|sub)"), "selectionMismatch"),
    (re.compile(r"Syntax Error"), "syntaxError"),
)
TOPICS = (activation, catalogue, fulfilment, levels, nodes, orders, shop, stock, webhooks)


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """The executable schema; each resolver is checked to belong to a field there is."""
    built = build_schema((Path(__file__).parent / "schema.graphql").read_text())
    for topic in TOPICS:
        for name, resolver in topic.RESOLVERS.items():
            type_name, _, field_name = name.partition(".")
            owner = built.type_map[type_name]
            if not isinstance(owner, GraphQLObjectType):
                raise TypeError(f"{type_name} has no fields to resolve")
            owner.fields[field_name].resolve = resolver
    return built


@dataclass(frozen=True, slots=True)
class Document:
    node: DocumentNode
    operations: Mapping[str, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises GraphQLError when the name does not settle it."""
        if name and name in self.operations:
            return self.operations[name]
        if not name and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        message = f'No operation named "{name}"' if name else "An operation name is required"
        raise GraphQLError(message, extensions={"code": "BAD_REQUEST"})

    def root_fields(self, operation: OperationDefinitionNode) -> list[FieldNode]:
        return self._fields(operation.selection_set)

    def _fields(self, selection: SelectionSetNode) -> list[FieldNode]:
        found: list[FieldNode] = []
        for node in selection.selections:
            if isinstance(node, FieldNode):
                found.append(node)
            elif isinstance(node, FragmentSpreadNode):
                found += self._fields(self.fragments[node.name.value].selection_set)
            elif isinstance(node, InlineFragmentNode):
                found += self._fields(node.selection_set)
        return found


@lru_cache(maxsize=256)
def document(query: str) -> Document:
    """Parse and validate; kept, since clients send the same few texts for ever.

    Raises InvalidDocumentError with every error found.
    """
    try:
        node = parse(query)
    except GraphQLError as error:
        raise InvalidDocumentError([error]) from error
    errors = validate(schema(), node)
    if errors:
        raise InvalidDocumentError(errors)
    operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
    fragments = [each for each in node.definitions if isinstance(each, FragmentDefinitionNode)]
    return Document(
        node,
        {each.name.value if each.name else "": each for each in operations},
        {each.name.value: each for each in fragments},
    )


class InvalidDocumentError(Exception):
    """The document does not fit the schema."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


def formatted(error: GraphQLError) -> dict[str, Any]:
    """An error as Shopify writes it: always with a code."""
    entry: dict[str, Any] = dict(error.formatted)
    extensions = dict(entry.get("extensions") or {})
    extensions.setdefault("code", _code(error.message))
    return {**entry, "extensions": extensions}


def _code(message: str) -> str:
    for pattern, code in CODES:
        if pattern.search(message):
            return code
    return "BAD_REQUEST"


def response_name(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def idempotency_key(node: FieldNode, variables: Mapping[str, Any]) -> str | None:
    """The key of a root field's `@idempotent`, or None when it bears none."""
    for directive in node.directives or ():
        if directive.name.value != "idempotent":
            continue
        value = (directive.arguments or ())[0].value
        if isinstance(value, VariableNode):
            return str(variables.get(value.name.value) or "")
        return value.value if isinstance(value, StringValueNode) else ""
    return None
