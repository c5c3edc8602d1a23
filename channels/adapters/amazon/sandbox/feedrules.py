"""What a JSON_LISTINGS_FEED must look like: its file, and each of its messages."""

from __future__ import annotations

import json
from typing import Any

from channels.adapters.amazon.sandbox.attributes import OPS
from channels.adapters.amazon.sandbox.items import INCLUDED
from channels.adapters.amazon.sandbox.listings import problem_of

Json = dict[str, Any]
MAX_BYTES = 10 * 1024 * 1024
MAX_MESSAGES = 25_000
MAX_ID = 2_147_483_647
FILE_FAULT = "4002005"
MESSAGE_FAULT = "4002001"
"""Its number is presumed; only that there is one is certain."""
FIELDS = {
    "PATCH": ("productType", "patches"),
    "PARTIAL_UPDATE": ("productType", "attributes"),
    "UPDATE": ("productType", "attributes", "requirements"),
    "DELETE": (),
}
"""What a message of each operation holds beside its id, SKU and operation; all but
`requirements` are needed."""


def read(content: bytes | None) -> Any:
    """The document's JSON. Raises ValueError when there is none, or the file is too long."""
    if content is None:
        raise ValueError("nothing was uploaded")
    if len(content) > MAX_BYTES:
        raise ValueError(f"the file is longer than {MAX_BYTES} bytes")
    return json.loads(content)


def file_fault(document: Any, seller_id: str) -> str:
    """What is wrong with the file as a whole; empty when nothing is."""
    if not isinstance(document, dict):
        return "The feed is not a JSON object."
    problem = _header_fault(document.get("header"), seller_id)
    if problem:
        return problem
    messages = document.get("messages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= MAX_MESSAGES:
        return f"'messages' must be a list of 1 to {MAX_MESSAGES} messages."
    ids = [each.get("messageId") for each in messages if isinstance(each, dict)]
    if len(ids) < len(messages) or not all(_is_id(number) for number in ids):
        return f"'messageId' must be a number from 1 to {MAX_ID}."
    return "" if len(set(ids)) == len(ids) else "'messageId' must be unique in the feed."


def _header_fault(header: Any, seller_id: str) -> str:
    if not isinstance(header, dict):
        return "'header' must be an object."
    if header.get("version") != "2.0":
        return "'header.version' must be \"2.0\"."
    if header.get("sellerId") != seller_id:
        return "'header.sellerId' is not the seller of this feed."
    report = header.get("report")
    if report is None:
        return ""
    included = report.get("includedData") if isinstance(report, dict) else None
    if not isinstance(included, list) or not included or not set(included) <= set(INCLUDED):
        return "'header.report.includedData' is invalid."
    return "" if report.get("apiVersion") == "2021-08-01" else "'apiVersion' is invalid."


def _is_id(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= MAX_ID


def message_fault(message: Json) -> str:
    """What is malformed about one message; empty when nothing is."""
    if not isinstance(message.get("sku"), str) or not message["sku"]:
        return "'sku' is missing."
    operation = message.get("operationType")
    if operation not in FIELDS:
        return f"'operationType' can not be '{operation}'."
    allowed = FIELDS[operation]
    for name in ("productType", "patches", "attributes", "requirements"):
        if name in message and name not in allowed:
            return f"'{name}' is not applicable to {operation}."
        if name in allowed and name != "requirements" and not message.get(name):
            return f"'{name}' is required for {operation}."
    return _content_fault(message)


def _content_fault(message: Json) -> str:
    if not isinstance(message.get("attributes", {}), dict):
        return "'attributes' must be an object."
    patches = message.get("patches", [])
    if not isinstance(patches, list):
        return "'patches' must be a list."
    problems = (problem_of(patch) for patch in [*patches, *patches_of_attributes(message)])
    return next(filter(None, problems), "")


def patches_of_attributes(message: Json) -> list[Json]:
    """The patches that `attributes` stand for: each replaced, whole elements at a time."""
    given = message.get("attributes", {})
    return [
        {"op": OPS[1], "path": f"/attributes/{name}", "value": value}
        for name, value in given.items()
    ]
