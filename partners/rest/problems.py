"""Problem details (RFC 9457): the one form in which a request is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:stockcast:problem:"
NON_FIELD = "non_field_errors"
MOST_ERRORS = 100
"""Errors that one problem tells; whoever mends those hears of the rest."""
LONGEST = 200
"""Characters of an error's detail."""
WELL_FORMED = frozenset({"repeated", "address"})
"""What is refused though it has the form that the schema asks for: 422."""


class Problem(exceptions.APIException):
    """Refuses a request. `errors`: {"pointer" | "parameter" | "header": where, "detail": what to
    do, "code": why}, where there is something to correct."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.code = code
        self.errors = list(errors)
        self.headers = dict(headers or {})


def wrong_parameter(name: str, detail: str, code: str = "invalid", status: int = 400) -> Problem:
    """400, or another status: something in the address's query."""
    error = {"parameter": name, "detail": detail, "code": code}
    whole = "invalid" if status == 400 else code
    return Problem(status, whole, f"{name}: {detail}", [error])


def wrong_header(name: str, detail: str, status: int = 400, code: str = "invalid") -> Problem:
    """400, or another status: something in a header."""
    return Problem(
        status, code, f"{name}: {detail}", [{"header": name, "detail": detail, "code": code}]
    )


def wrong_body(field: str, detail: str, code: str = "invalid") -> Problem:
    """400: something in the body; field as "lines.3.delta"."""
    return Problem(400, "invalid", detail, [_error(pointer(field), detail, code)])


def pointer(field: str) -> str:
    """A JSON pointer (RFC 6901) for "lines.3.delta"."""
    parts = (part.replace("~", "~0").replace("/", "~1") for part in field.split(".") if part)
    return "".join(f"/{part}" for part in parts)


def explain(error: Exception, _context: Mapping[str, Any] | None = None) -> Response | None:
    """The answer for an error, for DRF's EXCEPTION_HANDLER; None for what is a fault of ours."""
    problem = as_problem(error)
    return None if problem is None else respond(problem)


def respond(problem: Problem) -> Response:
    """The problem as an answer."""
    body: dict[str, Any] = {
        "type": f"{TYPE}{problem.code}",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "code": problem.code,
        "detail": str(problem.detail),
    }
    if problem.errors:
        body["errors"] = problem.errors
    return Response(body, problem.status_code, headers=problem.headers, content_type=MEDIA_TYPE)


def as_problem(error: Exception) -> Problem | None:
    """What the framework raises, in our words."""
    problem: Problem | None
    match error:
        case Problem():
            problem = error
        # A row that somebody deleted between two looks at it is as gone as one that never was.
        case Http404() | ObjectDoesNotExist():
            problem = Problem(404, "not_found", "There is nothing here that you may see.")
        case PermissionDenied():
            problem = Problem(403, "forbidden", str(error) or "Your key does not allow this.")
        case SuspiciousOperation():
            problem = _unreadable(error)
        case ModelError():
            problem = _invalid(exceptions.ValidationError(as_serializer_error(error)))
        case exceptions.ValidationError():
            problem = _invalid(error)
        case exceptions.APIException():
            problem = _from_framework(error)
        case _:
            problem = None
    return problem


def _unreadable(error: SuspiciousOperation) -> Problem:
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "too_large", "The body is too large: send less at once.")
    return Problem(400, "invalid", f"This request can not be read: {error}")


def _from_framework(error: exceptions.APIException) -> Problem:
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return Problem(error.status_code, code, str(error.detail), headers=headers)


def _invalid(error: exceptions.ValidationError) -> Problem:
    flat = _flatten(error.detail)
    errors = list(islice(flat, MOST_ERRORS))
    first = errors[0]
    where = f"{first['pointer']}: " if first["pointer"] else ""
    least = "" if next(flat, None) is None else "at least "
    more = f" ({least}{len(errors) - 1} more)" if len(errors) > 1 else ""
    codes = {each["code"] for each in errors}
    status, code = (422, first["code"]) if codes <= WELL_FORMED else (400, "invalid")
    return Problem(status, code, f"{where}{first['detail']}{more}", errors)


def _flatten(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """One entry for each message of a tree of messages, with the pointer to its place."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == NON_FIELD else pointer(str(name).replace(".", "\0"))
            yield from _flatten(inner, path + step.replace("\0", "."))
    elif isinstance(detail, Sequence) and not isinstance(detail, str):
        is_list = any(isinstance(inner, Mapping) for inner in detail)
        for position, inner in enumerate(detail):
            yield from _flatten(inner, f"{path}/{position}" if is_list else path)
    else:
        code = detail.code if isinstance(detail, ErrorDetail) and detail.code else "invalid"
        yield _error(path, str(detail), code)


def _error(where: str, detail: str, code: str) -> dict[str, str]:
    """What a partner sent is told back at no length that it chooses."""
    if len(detail) > LONGEST:
        detail = f"{detail[: LONGEST - 1]}…"
    return {"pointer": where, "detail": detail, "code": code}
