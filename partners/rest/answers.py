"""What is answered to every kind of request, as the schema says it: refusals and headers."""

from __future__ import annotations

from typing import Any, NamedTuple

from drf_spectacular.plumbing import build_object_type

from partners.rest.problems import MEDIA_TYPE, TYPE


class Asks(NamedTuple):
    """The kind of a request. has_id: its address names something. is_page: it asks for a list.
    is_one: it reads one. is_choosy: it has parameters that may contradict each other."""

    method: str
    has_id: bool
    is_page: bool
    is_one: bool
    is_choosy: bool = False

    @property
    def is_change(self) -> bool:
        """Whether it must say what it changes."""
        return self.method in {"PATCH", "DELETE", "PUT"}

    @property
    def has_body(self) -> bool:
        return self.method in {"POST", "PATCH", "PUT"}


REFUSALS = {
    "400": ("Something in the request is malformed: errors name each place", "invalid"),
    "401": ("No key, or one that opens nothing", "authentication_failed"),
    "403": ("The key's scopes do not allow it", "missing_scope"),
    "404": ("There is nothing here that you may see", "not_found"),
    "409": ("It makes no sense now, or the Idempotency-Key was used", "idempotency_key_reused"),
    "412": ("It was changed since it was read", "precondition_failed"),
    "413": ("The body is too large", "too_large"),
    "415": ("The body is not JSON in UTF-8", "unsupported_media_type"),
    "422": ("It names what you can not refer to, or contradicts itself", "unknown_reference"),
    "428": ("If-Match is missing", "precondition_required"),
    "429": ("Too many requests: see Retry-After", "too_many_requests"),
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "400": {
        "title": "Bad Request",
        "detail": "/lines/0/delta: A valid integer is required.",
        "errors": [
            {
                "pointer": "/lines/0/delta",
                "detail": "A valid integer is required.",
                "code": "invalid",
            }
        ],
    },
    "401": {
        "title": "Unauthorized",
        "detail": "This is no key that opens anything: check that it is whole, not expired and not"
        " revoked, and write it as Authorization: Bearer sck_…",
    },
    "403": {
        "title": "Forbidden",
        "detail": "This key may not do this: it needs movements:write.",
    },
    "404": {"title": "Not Found", "detail": "There is nothing here that you may see."},
    "409": {
        "title": "Conflict",
        "detail": "This Idempotency-Key was used for another request: choose a new one.",
        "errors": [
            {
                "header": "Idempotency-Key",
                "detail": "Choose a new key.",
                "code": "idempotency_key_reused",
            }
        ],
    },
    "412": {
        "title": "Precondition Failed",
        "detail": "If-Match: It was changed since you read it: read it again, then decide.",
    },
    "413": {
        "title": "Request Entity Too Large",
        "detail": "The body is too large: send less at once.",
    },
    "415": {"title": "Unsupported Media Type", "detail": "JSON is written in UTF-8."},
    "422": {
        "title": "Unprocessable Entity",
        "detail": "There is no warehouse north.",
        "errors": [
            {
                "pointer": "/lines/0/warehouse",
                "detail": "There is no warehouse north.",
                "code": "unknown_reference",
            }
        ],
    },
    "428": {
        "title": "Precondition Required",
        "detail": "If-Match: Say which state you change: send the ETag that it came with.",
    },
    "429": {
        "title": "Too Many Requests",
        "detail": "This key may call 600 times a minute: wait 12 s, or send many lines in one"
        " request.",
    },
}
HEADERS = {
    "RateLimit": "What is left of the key's allowance: r, for t seconds",
    "RateLimit-Policy": "The key's allowance: q requests each w seconds",
    "ETag": "The state of what is answered, for If-Match and If-None-Match",
    "Link": 'The next and the previous page, as rel="next" and rel="previous"',
    "Location": "Where the new one is, where there is one",
    "Idempotent-Replayed": "true: it had been done, and answered, before",
    "Retry-After": "Seconds to wait",
    "WWW-Authenticate": "Bearer",
}
_TEXT = {"type": "string"}
_ERROR = build_object_type(
    description="Where, what to do, and why. One of pointer (into the body), parameter, header.",
    properties={
        "pointer": {**_TEXT, "description": "A JSON pointer (RFC 6901); empty: the whole body."},
        "parameter": {**_TEXT, "description": "Of the address's query."},
        "header": _TEXT,
        "detail": _TEXT,
        "code": _TEXT,
    },
    required=["detail", "code"],
)
PROBLEM = build_object_type(
    description="Why a request was refused (RFC 9457).",
    properties={
        "type": {"type": "string", "format": "uri", "examples": [f"{TYPE}not_found"]},
        "title": {**_TEXT, "description": "What the status is called."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {**_TEXT, "description": "Stable, for programs."},
        "detail": {**_TEXT, "description": "For people: what is wrong, and the remedy."},
        "errors": {"type": "array", "items": _ERROR},
    },
    required=["type", "title", "status", "code", "detail"],
)


def complete(responses: dict[str, Any], asks: Asks) -> None:
    """Add to an operation's answers what all of its kind have."""
    for status in _refused(asks):
        responses.setdefault(status, {"description": REFUSALS[status][0], "content": _told(status)})
    if asks.is_one:
        responses.setdefault("304", {"description": "You have it already (If-None-Match)"})
    for status, answer in responses.items():
        if not answer.get("description"):
            answer["description"] = "Done" if status != "201" else "Made"
        answer["headers"] = {**answer.get("headers", {}), **_headers(status, asks)}


def _refused(asks: Asks) -> list[str]:
    found = ["400", "401", "403", "429"]
    if asks.has_id or asks.is_page:
        found.append("404")
    if asks.has_body:
        found += ["409", "413", "415", "422"]
    if asks.is_choosy:
        found.append("422")
    if asks.is_change:
        found += ["409", "412", "428"]
    return sorted(found)


def _told(status: str) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if status in EXAMPLES:
        code = REFUSALS[status][1]
        head = {"type": f"{TYPE}{code}", "status": int(status), "code": code}
        content["example"] = head | EXAMPLES[status]
    return {MEDIA_TYPE: content}


def _headers(status: str, asks: Asks) -> dict[str, Any]:
    is_one, is_post = asks.is_one, asks.method == "POST"
    sent = {
        "RateLimit": status not in {"401", "403"},
        "RateLimit-Policy": status not in {"401", "403"},
        "ETag": status in {"200", "201", "304"} and (is_one or asks.has_body),
        "Link": status == "200" and asks.is_page,
        "Location": status == "201",
        "Idempotent-Replayed": is_post and status not in {"401", "403", "429"},
        "Retry-After": status == "429",
        "WWW-Authenticate": status == "401",
    }
    sure = {"ETag": is_one, "Retry-After": True, "WWW-Authenticate": True}
    return {
        name: _header(HEADERS[name], is_sure=sure.get(name, False))
        for name, is_sent in sent.items()
        if is_sent
    }


def _header(text: str, *, is_sure: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = {"description": text, "schema": {"type": "string"}}
    return told | {"required": True} if is_sure else told
