"""What is read of a request before anything is made of it: JSON in UTF-8, a readable address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn
from urllib.parse import unquote_to_bytes

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from partners.rest.problems import Problem


class StrictJson(BaseParser):
    """JSON as RFC 8259 has it. Raises a Problem: 400 for what is none, 413 for too much of it, 415
    for another charset."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {})["request"]
        charset = request.META.get("CONTENT_TYPE", "").lower().partition("charset=")[2]
        if charset.partition(";")[0].strip(' "') not in {"", "utf-8", "utf8"}:
            raise Problem(415, "unsupported_media_type", "JSON is written in UTF-8.")
        # Not the stream: the body is what Django limits.
        return _parsed(request._request.body)  # noqa: SLF001 - DRF's way to what it wraps


def _parsed(body: bytes) -> Any:
    try:
        data = json.loads(body.decode(), parse_constant=_refuse, object_pairs_hook=_object)
        if b"\\u" in body:
            json.dumps(data, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ParseError("This is nested too deeply.") from error
    except UnicodeEncodeError as error:
        raise ParseError("This has half of a surrogate pair, which is no character.") from error
    except ValueError as error:
        raise ParseError(f"This is not JSON: {error}") from error
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, if each of its names is given once: of two, who knows which one is meant?"""
    made = dict(pairs)
    if len(made) < len(pairs):
        known: set[str] = set()
        for name, _ in pairs:
            if name in known:  # written as JSON, which any character can be
                told = json.dumps(name[:100])
                raise ParseError(f"{told} is given twice in one object: give each name once.")
            known.add(name)
    return made


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def demand_readable(request: Request) -> None:
    """Raises a Problem for a query that is not UTF-8: what was meant can only be guessed."""
    try:
        unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "invalid", "The address's query is not UTF-8.") from error
