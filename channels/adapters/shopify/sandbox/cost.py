"""Query cost.

Shopify's documented rule: scalars and enums 0, objects 1, a mutation 10 whatever it returns,
connections sized by `first` or `last`. The size counts by its logarithm, as Shopify's staff
explained on the developer forum and answers show (250 variants with their items: 25 points):
`2 + children · ⌊2·ln(max(2, size))⌋`. `nodes(ids:)` is sized by its ids.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

MAX_COST = 1000
MUTATION_COST = 10
CONNECTION_COST = 2
FREE_FIELDS = frozenset({"pageInfo"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What one selected field costs. `size` None: not sized; `own`: its own points."""

    key: str
    own: int
    children: tuple[Plan, ...]
    size: int | None = None

    def requested(self) -> int:
        below = sum(child.requested() for child in self.children)
        return self.own + (below if self.size is None else below * weight(self.size))

    def actual(self, value: Any) -> int:
        """The same rule over what was really returned; never more than `requested`."""
        if value is None:
            return self.own
        if not isinstance(value, list):
            return self.own + sum(child.actual(value.get(child.key)) for child in self.children)
        dearest = max((self._below(item) for item in value), default=0)
        return self.own + dearest * (1 if self.size is None else weight(len(value)))

    def _below(self, item: Any) -> int:
        if item is None or not self.children:
            return 0
        return sum(child.actual(item.get(child.key)) for child in self.children)


def weight(size: int) -> int:
    return math.floor(2 * math.log(max(2, size))) if size else 0


class Planner:
    """Builds the cost plans of one operation."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def plan(self, operation: OperationDefinitionNode) -> list[Plan]:
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return []
        if operation.operation.value == "mutation":
            fields = self._fields(operation.selection_set, root)
            return [Plan(_key(node), MUTATION_COST, ()) for node, _ in fields]
        return self._children(operation.selection_set, root)

    def _children(self, selection: SelectionSetNode | None, parent: GraphQLNamedType) -> list[Plan]:
        plans = (
            self._field(node, owner)
            for node, owner in self._fields(selection, parent)
            if not node.name.value.startswith("__")
        )
        return [plan for plan in plans if plan.own or plan.children]

    def _fields(
        self, selection: SelectionSetNode | None, parent: GraphQLNamedType
    ) -> list[tuple[FieldNode, GraphQLNamedType]]:
        """Selected fields with the type they stand on, fragments opened."""
        found: list[tuple[FieldNode, GraphQLNamedType]] = []
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                found.append((node, parent))
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
            condition = fragment.type_condition
            owner = self._schema.get_type(condition.name.value) if condition else parent
            found += self._fields(fragment.selection_set, owner or parent)
        return found

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> Plan:
        definition = self._schema.get_field(parent, node.name.value)  # type: ignore[arg-type]
        returned = get_named_type(definition.type) if definition else None
        if returned is None or is_leaf_type(returned) or node.name.value in FREE_FIELDS:
            return Plan(_key(node), 0, ())
        size = self._size(node)
        if returned.name.endswith("Connection"):
            return self._connection(node, returned, size)
        children = tuple(self._children(node.selection_set, returned))
        if size is not None:
            # A sized list has no object of its own: each of its items counts as one.
            item = Plan("", 1, ())
            return Plan(_key(node), 0, (item, *children), size)
        return Plan(_key(node), 1, children)

    def _connection(self, node: FieldNode, returned: GraphQLNamedType, size: int | None) -> Plan:
        parts: list[Plan] = []
        for child, _ in self._fields(node.selection_set, returned):
            if child.name.value == "nodes":
                parts.append(self._items(child, returned, size))
            elif child.name.value == "edges":
                parts.append(self._edges(child, returned, size))
        return Plan(_key(node), CONNECTION_COST, tuple(parts))

    def _edges(self, node: FieldNode, connection: GraphQLNamedType, size: int | None) -> Plan:
        edge = self._item_type(node, connection)
        below = self._children(node.selection_set, edge)
        return Plan(_key(node), 0, tuple(below), size or 1)

    def _items(self, node: FieldNode, connection: GraphQLNamedType, size: int | None) -> Plan:
        item = self._item_type(node, connection)
        below = self._children(node.selection_set, item)
        return Plan(_key(node), 0, (Plan("", 1, ()), *below), size or 1)

    def _item_type(self, node: FieldNode, connection: GraphQLNamedType) -> GraphQLNamedType:
        if not isinstance(connection, GraphQLObjectType):
            raise TypeError(f"{connection.name} is named a connection and is no object")
        item: GraphQLNamedType = get_named_type(connection.fields[node.name.value].type)
        return item

    def _size(self, node: FieldNode) -> int | None:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last", "ids"):
                size = self._number(argument.value)
                if size is not None:
                    return size
        return None

    def _number(self, value: Any) -> int | None:
        if isinstance(value, VariableNode):
            given = self._variables.get(value.name.value)
            if isinstance(given, list):
                return len(given)
            return given if isinstance(given, int) else None
        if isinstance(value, ListValueNode):
            return len(value.values)
        return int(value.value) if isinstance(value, IntValueNode) else None


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value
