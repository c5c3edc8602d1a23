"""Checks on the variables of a request: array sizes, and why a value does not fit its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    ListValueNode,
    OperationDefinitionNode,
    Undefined,
    Visitor,
    is_input_type,
    print_ast,
    type_from_ast,
    visit,
)
from graphql.utilities import validate_input_value

MAX_ARRAY = 250


def oversized(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int | None:
    """The length of the longest array beyond 250 in variables or literals, or None."""
    longest = max((_longest(value) for value in variables.values()), default=0)
    finder = _Lists()
    visit(operation, finder)
    longest = max(longest, finder.longest)
    return longest if longest > MAX_ARRAY else None


def _longest(value: Any) -> int:
    if isinstance(value, dict):
        return max((_longest(each) for each in value.values()), default=0)
    if isinstance(value, list):
        if len(value) > MAX_ARRAY or not value or not isinstance(value[0], dict | list):
            return len(value)
        return max(len(value), *(_longest(each) for each in value))
    return 0


class _Lists(Visitor):
    longest = 0

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
        self.longest = max(self.longest, len(node.values))


def variable_errors(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[GraphQLError]:
    """One INVALID_VARIABLE error for each variable that does not fit, with its problems."""
    errors: list[GraphQLError] = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        declared = type_from_ast(schema, definition.type)
        if not is_input_type(declared) or (name not in variables and definition.default_value):
            continue
        problems = _problems(declared, variables.get(name, Undefined))
        if problems:
            explained = ", ".join(
                f"{'.'.join(map(str, each['path']))} ({each['explanation']})" for each in problems
            )
            errors.append(
                GraphQLError(
                    f"Variable ${name} of type {print_ast(definition.type)} was provided invalid "
                    f"value for {explained}",
                    definition,
                    extensions={
                        "code": "INVALID_VARIABLE",
                        "value": variables.get(name),
                        "problems": problems,
                    },
                )
            )
    return errors


def _problems(declared: GraphQLInputType, value: Any) -> list[dict[str, Any]]:
    problems: list[dict[str, Any]] = []

    def note(error: GraphQLError, path: list[str | int]) -> None:
        problems.append({"path": list(path), "explanation": error.message})

    validate_input_value(value, declared, note)
    return problems
