"""What the schema says as a whole: how it begins, its tags, and how its operations lead on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from partners import scopes
from partners.rest.answers import PROBLEM

INTRO = Path(__file__).with_name("intro.md")


def finish(result: Any, **_: Any) -> Any:
    """A postprocessing hook."""
    result["info"]["description"] = _unwrapped(INTRO.read_text())
    used = {tag for _, _, operation in _operations(result) for tag in operation.get("tags", [])}
    result["tags"] = [
        {"name": name, "description": resource.label}
        for name, resource in scopes.RESOURCES.items()
        if name in used
    ]
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    _loosen(result)
    _link(result)
    _drop_marks(result)
    return result


def _drop_marks(node: Any) -> None:
    """Of choices, for a naming of enumerations that is not used: each is told where it is."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict):
        node.pop("x-spec-enum-id", None)
    for each in list(inner):
        _drop_marks(each)


def _unwrapped(text: str) -> str:
    """Without the line breaks inside paragraphs, which some readers keep."""
    return re.sub(r"(?<=[^\n|])\n(?=[^\n|])", " ", text).strip()


def _operations(result: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, operation)
        for path, methods in result["paths"].items()
        for method, operation in methods.items()
    ]


def _loosen(result: Any) -> None:
    """What is asked for by `fields` may lack anything."""
    for _, method, operation in _operations(result):
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        if method == "get" and "fields" in names:
            row = _row(result, operation["responses"]["200"])
            row.pop("required", None)


def _row(result: Any, answer: Any) -> Any:
    """The schema of what is answered: of one thing, or of each on a page."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    schema = _resolved(result, schema)
    rows = schema.get("properties", {}).get("results")
    return schema if rows is None else _resolved(result, rows.get("items", {}))


def _link(result: Any) -> None:
    """From what made or lists something to all that is possible with it."""
    for path, method, operation in _operations(result):
        status, pointer = ("201", "/id") if method == "post" else ("200", "/results/0/id")
        answer = operation["responses"].get(status)
        if answer is None or "id" not in _row(result, answer).get("properties", {}):
            continue
        links = {
            other["operationId"]: {
                "operationId": other["operationId"],
                "parameters": {"id": f"$response.body#{pointer}"},
            }
            for place, _, other in _operations(result)
            if place.startswith(f"{path}/{{id}}")
        }
        if links:
            answer["links"] = links


def _resolved(result: Any, schema: Any) -> Any:
    name = schema.get("$ref", "").rpartition("/")[2]
    return result["components"]["schemas"][name] if name else schema
