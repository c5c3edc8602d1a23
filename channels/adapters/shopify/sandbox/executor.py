"""The GraphQL executor, with shortcuts for long lists of plain values.

A set of 250 lines reports 500 changes of five fields, a read of 250 levels shows 750 quantities.
Completing each value through the general machinery takes longer than everything else together.
So plain values are taken from their view as they are, arguments are read once for a document and
not once for an object, and a resolver may return `Rows`: dicts that already hold exactly what the
API writes. Those are copied by a plan made once for the list, unless the document selects
something that is not in them, and then the general way is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    Undefined,
    get_named_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.values import get_argument_values

Plan = list[tuple[str, str, Any]]
"""(response name, field name, plan of the nested object or None) for each selected field."""


class Rows(list[dict[str, Any]]):
    """Rows whose values need no resolver."""


class RowsExecutor(Executor[Any]):
    """graphql-core's executor for resolvers that are all synchronous and views that are dicts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arguments: dict[int, dict[str, Any]] = {}

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: Any,
        path: Any,
        position_context: Any,
    ) -> Any:
        node: FieldNode = field_details_list[0].node
        name = node.name.value
        field = self.schema.get_field(parent_type, name)
        if field is None:
            return Undefined
        if field.resolve is None and type(source) is dict and _is_plain(field):
            value = source.get(name)
            if value is not None:
                return value
        nodes = [details.node for details in field_details_list]
        info = self.build_resolve_info(field, nodes, parent_type, path)
        try:
            result = (field.resolve or self.field_resolver)(
                source, info, **self._arguments_of(field, node)
            )
            return self.complete_value(
                field.type, field_details_list, info, path, result, position_context
            )
        except Exception as error:
            self.handle_field_error(error, field.type, field_details_list, path)
            return None

    def _arguments_of(self, field: GraphQLField, node: FieldNode) -> dict[str, Any]:
        """The field's arguments: the same for every object this node is executed on."""
        known = self._arguments.get(id(node))
        if known is None:
            known = get_argument_values(field, node, self.variable_values) if field.args else {}
            self._arguments[id(node)] = known
        return known

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        if isinstance(result, Rows):
            item_type = get_named_type(return_type)
            plan = None
            if result and is_object_type(item_type):
                plan = self._plan(item_type, field_details_list, result[0])
            if plan is not None:
                return _copy(plan, result)
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _plan(
        self, item_type: GraphQLObjectType, details: Any, sample: dict[str, Any]
    ) -> Plan | None:
        """How to copy such rows, or None when the selection needs more than they hold."""
        plan: Plan = []
        for key, field_details in self.collect_subfields(item_type, details)[0].items():
            name = field_details[0].node.name.value
            if name not in sample:
                return None
            nested, value = None, sample[name]
            if isinstance(value, dict):
                field_type = get_named_type(item_type.fields[name].type)
                if not is_object_type(field_type):
                    return None
                nested = self._plan(field_type, field_details, value)
                if nested is None:
                    return None
            plan.append((key, name, nested))
        return plan


def _copy(plan: Plan, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    if all(nested is None for _, _, nested in plan):
        pairs = [(key, name) for key, name, _ in plan]
        return [{key: row[name] for key, name in pairs} for row in rows]
    return [
        {
            key: row[name] if nested is None else _copy(nested, (row[name],))[0]
            for key, name, nested in plan
        }
        for row in rows
    ]


def _is_plain(field: GraphQLField) -> bool:
    """Whether the field is a single scalar or enum, which views hold as the API writes it."""
    declared = field.type
    return is_leaf_type(declared.of_type if isinstance(declared, GraphQLNonNull) else declared)
