"""Amazon's own models, read for tests: operations by method and path, schemas by file.

Swagger 2.0 is read with a Draft 4 validator, as the models' own notes advise. Members that a model
does not name are refused, or a misspelt one would pass.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, Draft7Validator, FormatChecker

ROOT = Path(__file__).parents[3]
SPECS = Path(os.environ.get("STOCKCAST_SPECS", str(ROOT / "../shared/specs"))) / "amazon"
MODELS = (
    "listingsItems_2021-08-01",
    "feeds_2021-06-30",
    "orders_2026-01-01",
    "ordersV0",
    "sellers",
    "definitionsProductTypes_2020-09-01",
)

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_moment(value: object) -> bool:
    """RFC 3339 asks for an offset; without one nobody knows which moment is meant."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(frozen=True)
class Operation:
    """One operation of one model."""

    name: str
    method: str
    path: re.Pattern[str]
    parameters: Mapping[str, Mapping[str, Any]]
    responses: Mapping[str, Mapping[str, Any]]
    definitions: Mapping[str, Any]

    def faults(self, value: object, schema: Mapping[str, Any]) -> list[str]:
        whole = {**schema, "definitions": self.definitions}
        return _faults(Draft4Validator(whole, format_checker=formats), value)


@cache
def _operations() -> Sequence[Operation]:
    """All operations of the models."""
    found = []
    for model in MODELS:
        document = json.loads((SPECS / "models" / f"{model}.json").read_text())
        closed = {name: _closed(each) for name, each in document["definitions"].items()}
        for path, methods in document["paths"].items():
            pattern = re.compile(re.sub(r"\{\w+\}", "([^/]+)", path))
            for method, each in methods.items():
                if "operationId" in each:
                    parameters = {one["name"]: one for one in each.get("parameters", ())}
                    responses = each["responses"]
                    found.append(
                        Operation(
                            each["operationId"], method.upper(), pattern,
                            parameters, responses, closed,
                        )
                    )  # fmt: skip
    return found


def _closed(schema: Any) -> Any:
    """The same schema, refusing members it does not name."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        closed["additionalProperties"] = False
    return closed


def operation(method: str, path: str) -> Operation | None:
    """Which operation this is; the path still percent-encoded."""
    for each in _operations():
        if each.method == method and each.path.fullmatch(path):
            return each
    return None


def against(path: str, value: object) -> list[str]:
    """What a schema file finds wrong with a value."""
    return _faults(_draft7(path), value)


@cache
def _draft7(path: str) -> Draft7Validator:
    return Draft7Validator(json.loads((SPECS / path).read_text()), format_checker=formats)


def _faults(validator: Any, value: object) -> list[str]:
    return [f"{each.json_path}: {each.message[:300]}" for each in validator.iter_errors(value)]
