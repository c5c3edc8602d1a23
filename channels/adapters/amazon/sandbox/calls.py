"""A request as handlers see it, and what they answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from channels.adapters.amazon.sandbox.clock import parse_iso

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal in the API's own shape."""

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self) -> Json:
        return {"errors": [{"code": self.code, "message": self.message, "details": self.details}]}


def invalid(message: str, details: str = "") -> ApiError:
    return ApiError(400, "InvalidInput", message, details)


def not_found(message: str) -> ApiError:
    return ApiError(404, "NOT_FOUND", message)


def denied(details: str = "") -> ApiError:
    return ApiError(403, "Unauthorized", "Access to requested resource is denied.", details)


@dataclass(slots=True)
class Query:
    """Query parameters. Lists are comma-separated in one value, never a repeated key."""

    values: Mapping[str, Sequence[str]]

    def text(self, name: str, default: str = "") -> str:
        given = self.values.get(name, ())
        if len(given) > 1:
            raise invalid(f"'{name}' is given {len(given)} times. Separate values by commas.")
        return given[0] if given else default

    def list(
        self, name: str, choices: Collection[str] = (), limit: int = 0, *, is_required: bool = False
    ) -> list[str]:
        """Values of a comma-separated parameter, each one of `choices` when there are any."""
        found = [value for value in self.text(name).split(",") if value]
        if is_required and not found:
            raise invalid(f"'{name}' is missing.")
        if limit and len(found) > limit:
            raise invalid(f"'{name}' takes at most {limit} values.")
        for value in found:
            if choices and value not in choices:
                raise invalid(f"'{name}' can not be '{value}'.")
        return found

    def choice(self, name: str, choices: Collection[str], default: str = "") -> str:
        value = self.text(name, default)
        if value != default and value not in choices:
            raise invalid(f"'{name}' can not be '{value}'.")
        return value

    def whole(self, name: str, default: int, limit: int) -> int:
        """A number from 1 to `limit`."""
        text = self.text(name, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= limit:
            raise invalid(f"'{name}' must be between 1 and {limit}.")
        return int(text)

    def moment(self, name: str) -> float | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return parse_iso(text)
        except ValueError as error:
            raise invalid(f"'{name}' is not an ISO 8601 date-time.") from error


@dataclass(slots=True)
class Call:
    """One request. args: what the path names, decoded. url: the server's own address."""

    operation: str
    method: str
    args: Mapping[str, str]
    query: Query
    headers: Message
    content: bytes
    url: str
    body: Any = None


@dataclass(slots=True)
class Reply:
    """An answer: JSON, or bytes of a content type, or nothing. told: orders it shows."""

    status: int
    body: Json | bytes | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    told: Sequence[str] = ()
