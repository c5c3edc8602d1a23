"""Every error as a problem: what the floors refuse, and what no page is there for."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.response import Response

from desk.errors import Refused
from inventory.errors import KeyReused
from partners.rest import problems
from partners.rest.problems import MEDIA_TYPE, TYPE, Problem
from partners.rest.repeats import HEADER

UNPROCESSABLE = frozenset({"invalid_lines", "invalid_order", "unknown_line"})
"""Refused for what the request says, not for the state of things."""


def explain(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer for an error; None for a fault of ours."""
    if isinstance(error, Refused):
        return problems.respond(refused(error))
    return problems.explain(error, context)


def refused(error: Refused) -> Problem:
    """What a floor refuses makes no sense now: 409; or not at all: 422."""
    status = 422 if error.code in UNPROCESSABLE else 409
    errors = []
    if error.code == KeyReused.code:
        errors = [{"header": HEADER, "detail": error.message, "code": error.code}]
    elif error.field:
        where = problems.pointer(error.field)
        errors = [{"pointer": where, "detail": error.message, "code": error.code}]
    return Problem(status, error.code, error.message, errors)


@csrf_exempt
def nothing_here(request: HttpRequest, path: str = "") -> HttpResponse:
    """404 for an address of the API that there is not."""
    remedy = "/api/docs lists what there is."
    if request.path.endswith("/"):
        remedy = f"write it without the slash at its end, or look it up: {remedy}"
    return _told(404, "not_found", f"There is no {request.path}: {remedy}")


FALLBACKS = {
    400: ("invalid", "This request can not be read: check its address, host and headers."),
    404: ("not_found", "There is nothing here: /api/docs lists what there is."),
    413: ("too_large", "The body is too large: send less at once."),
    500: (
        "server_error",
        (
            "The fault is ours, and nothing was done. Send the same again later, a POST with the"
            " same Idempotency-Key."
        ),
    ),
}


def in_place_of(status: int) -> HttpResponse:
    """A problem for an error that nobody explained."""
    code, detail = FALLBACKS.get(status, ("refused", HTTPStatus(status).description))
    return _told(status, code, detail)


def _told(status: int, code: str, detail: str) -> HttpResponse:
    body = {
        "type": f"{TYPE}{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)
