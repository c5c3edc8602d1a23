"""How parameters and headers are written, in words that the code and the schema share."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter

MOMENT = (
    r"^(19[7-9][0-9]|[2-8][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
)
"""A time of our days with its zone, of which RFC 3339 and ISO 8601 say the same."""
ANY_TEXT = r"^[^\u0000]*$"
"""Text that PostgreSQL can keep."""
TEXT = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"
"""The same, and not just blanks, of which Python knows more than JavaScript."""
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
KEY = r"^[!-~]+$"
CURSOR = r"^[A-Za-z0-9+/]+={0,2}$"


def idempotency_key() -> OpenApiParameter:
    """Of each POST."""
    return _header(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY},
        "A new one for each request, such as a UUID: sent again with it, the request is done once.",
        required=True,
    )


def if_match() -> OpenApiParameter:
    """Of each change."""
    text = "The ETag of what you change, as you read it; or * whatever it is."
    return _header("If-Match", _TAGS, text, required=True)


def if_none_match() -> OpenApiParameter:
    """Of reading one."""
    return _header(
        "If-None-Match", _TAGS, "The ETag of what you have: 304 while it is so.", required=False
    )


_TAGS = {"type": "string", "minLength": 1, "pattern": KEY}


def _header(name: str, schema: dict[str, Any], text: str, *, required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, required=required, description=text
    )


def make_exact(parameter: dict[str, Any]) -> None:
    """Say of a parameter in the query what is refused there: an empty value, a NUL character, a
    time without its zone."""
    schema = parameter["schema"]
    if parameter["in"] != "query" or schema.keys() & {"pattern", "enum"}:
        return
    if schema.get("format") == "date-time":
        schema["pattern"] = MOMENT
    elif schema.get("type") == "string" and "format" not in schema:
        schema["pattern"] = TEXT
