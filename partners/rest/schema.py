"""What the schema says of every resource alike: names, refusals, headers, scopes, and how strict it
is. One place, so that it is true for all."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance, get_doc
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from partners.rest import answers, words
from partners.rest.fields import Moment, Text
from partners.rest.permission import scope_of

VERBS = {
    "retrieve": "read",
    "create": "create",
    "partial_update": "update",
    "update": "replace",
    "destroy": "delete",
}
SUMMARIES = {
    "list": "List {many}",
    "retrieve": "Read {one}",
    "create": "Create {one}",
    "partial_update": "Change {one}",
    "destroy": "Delete {one}",
}
ID = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}


class Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is given."""

    target_class = "partners.rest.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key such as sck_…"}


class Schema(AutoSchema):
    """Describes a resource."""

    @property
    def _is_resource(self) -> bool:
        return hasattr(self.view, "scope")

    def get_operation_id(self) -> str:
        """`sales_orders_list`, `sales_orders_ship`."""
        action = getattr(self.view, "action", None)
        if action is None:
            return super().get_operation_id()
        return f"{self._place().replace('-', '_')}_{VERBS.get(action, action)}"

    def _place(self) -> str:
        return str(self.path.removeprefix("/api/v1/").split("/")[0])

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "scope", "other")]

    def get_summary(self) -> str | None:
        own = self._own_words()
        if own:
            return own.splitlines()[0].rstrip(".")
        many = self._place().replace("-", " ").replace("asns", "ASNs")
        one = many.removesuffix("s")
        article = "an" if one[0] in "aeioA" else "a"
        wording = SUMMARIES.get(str(getattr(self.view, "action", "")), "")
        return wording.format(many=many, one=f"{article} {one}") or None

    def get_description(self) -> str:  # type: ignore[override]
        own = self._own_words()
        text = "\n".join(own.splitlines()[1:]) if own else get_doc(type(self.view))
        if not self._is_resource:
            return text
        return f"{text.strip()}\n\nScope: `{scope_of(self.view, self.method)}`.".strip()

    def _own_words(self) -> str:
        """What the resource itself says of this action; nothing of what all have in common."""
        action = getattr(self.view, getattr(self.view, "action", None) or "", None)
        if action is None or action.__module__.startswith(("partners.rest.", "rest_framework.")):
            return ""
        return str(super().get_description() or "").strip() if action.__doc__ else ""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if not self._is_resource:
            return parameters
        if self.method == "POST":
            parameters.append(words.idempotency_key())
        if self.method in {"PATCH", "DELETE", "PUT"}:
            parameters.append(words.if_match())
        if self._is_read() and (names := self._names()):
            parameters.append(_fields(names))
        if self._is("retrieve"):
            parameters.append(words.if_none_match())
        return parameters

    def _is(self, action: str) -> bool:
        return str(getattr(self.view, "action", "")) == action

    def _is_read(self) -> bool:
        return self.method == "GET" and (self._is("list") or self._is("retrieve"))

    def _names(self) -> list[str]:
        """What may be chosen by `fields`."""
        view: Any = self.view
        return list(getattr(view.get_serializer_class()(), "fields", {}))

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation and self._is_resource:
            for parameter in operation.get("parameters", []):
                words.make_exact(parameter)
            asks = answers.Asks(
                method=self.method,
                has_id="{" in self.path,
                is_page=self._is("list"),
                is_one=self._is("retrieve"),
                is_choosy=self.method == "GET" and bool(getattr(self.view, "parameters", ())),
            )
            answers.complete(operation["responses"], asks)
        return operation

    def _resolve_path_parameters(self, variables: Any) -> Any:
        parameters = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        for parameter in parameters:
            if parameter["name"] == "id":
                parameter["schema"] = dict(ID)
                parameter["description"] = "Its id, as lists and answers give it."
        return parameters

    def _map_basic_serializer(self, serializer: Any, direction: str) -> Any:
        """A body takes what it names and nothing else."""
        serializer = force_instance(serializer)  # type: ignore[no-untyped-call]
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request":
            schema |= {"additionalProperties": False} | getattr(serializer, "bounds", {})
            for name, told in schema.get("properties", {}).items():
                _make_exact(told, serializer.fields[name])
        else:
            for told in schema.get("properties", {}).values():
                _make_true(told)
        return schema


def _make_exact(schema: dict[str, Any], field: serializers.Field[Any, Any, Any, Any]) -> None:
    """What our fields take, where it is less than what their type could hold."""
    if schema.get("type") == "array":
        _limit(schema, field)
    if isinstance(field, serializers.ListField):
        _make_exact(schema.get("items", {}), field.child)
    elif isinstance(field, Moment):
        schema["pattern"] = words.MOMENT
    elif isinstance(field, Text) and not schema.keys() & {"pattern", "format", "enum", "oneOf"}:
        schema["pattern"] = words.ANY_TEXT if field.allow_blank else words.TEXT


def _make_true(schema: dict[str, Any]) -> None:
    """Of formats, those that answers may not keep: an address may be empty, and a time of day has
    no zone, which RFC 3339 would demand."""
    if schema.get("format") == "uri":
        del schema["format"]
    elif schema.get("format") == "time":
        schema["pattern"] = words.TIME
        del schema["format"]


def _limit(schema: dict[str, Any], field: Any) -> None:
    """How many a list takes."""
    fewest = getattr(field, "min_length", None)
    if fewest is None and not getattr(field, "allow_empty", True):
        fewest = 1
    if fewest is not None:
        schema["minItems"] = fewest
    if (most := getattr(field, "max_length", None)) is not None:
        schema["maxItems"] = most


def _fields(names: list[str]) -> OpenApiParameter:
    return OpenApiParameter(
        "fields",
        {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1},
        explode=False,
        style="form",
        description="What is to be told of each, with commas. Left out: all of it.",
    )
