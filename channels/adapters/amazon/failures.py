"""Tells from a reply what happened. The HTTP status decides and nothing else: error bodies come in
three shapes, as HTML, or not at all. What a body says is only repeated to the reader."""

from __future__ import annotations

import json

from channels.adapters.amazon.budget import Budget, rate_limited
from channels.adapters.amazon.operations import Operation
from channels.contract import ChannelError, Code, Payload
from channels.http import Reply

REQUEST_ID = "x-amzn-RequestId"
_MAX_TEXT = 300
_REFUSED = (401, 403)


class NotFoundError(ChannelError):
    """What the call names does not exist (404)."""


def is_refused(status: int) -> bool:
    """Whether the token does not suffice: it has expired, or a role is missing."""
    return status in _REFUSED


def of(operation: Operation, reply: Reply, budget: Budget) -> ChannelError | None:
    """The failure that the reply to a call tells; None for 2xx."""
    status = reply.status
    if 200 <= status < 300:
        return None
    said = _told(operation, reply)
    if status == 429:
        return rate_limited(f"Amazon asks to slow down: {said}", budget.refused(operation))
    if status >= 500 or status == 408:
        return ChannelError(
            Code.UNAVAILABLE, said, permanent=False, is_outcome_unknown=operation.is_change
        )
    if is_refused(status):
        hint = f"grant the app the role {operation.role} and let the seller authorise it again"
        message = f"Amazon refuses access; {hint}. {said}"
        return ChannelError(Code.UNAUTHORIZED, message, permanent=True)
    if status == 404:
        return NotFoundError(Code.BAD_REQUEST, said, permanent=True)
    return ChannelError(Code.BAD_REQUEST, said, permanent=True)


def unreadable(operation: Operation, reply: Reply, what: str) -> ChannelError:
    """A success that does not hold what it must: Amazon may well have executed the call."""
    return ChannelError(
        Code.OUTCOME_UNKNOWN if operation.is_change else Code.UNAVAILABLE,
        f"Amazon's answer to {operation.name} {what}{_request(reply)}",
        permanent=False,
        is_outcome_unknown=operation.is_change,
    )


def refused(message: str, code: Code = Code.BAD_REQUEST) -> ChannelError:
    """Something only a person can put right."""
    return ChannelError(code, message, permanent=True)


def parsed(body: bytes) -> Payload | None:
    """A JSON object; None for anything else."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _told(operation: Operation, reply: Reply) -> str:
    """Which call, status and request, and Amazon's own sentence where there is one."""
    said = f"{operation.name} was answered {reply.status}{_request(reply)}"
    sentence = _sentence(parsed(reply.body) or {})
    return shortened(f"{said}: {sentence}" if sentence else said)


def _sentence(body: Payload) -> str:
    """Of `{"errors": [{code, message}]}`, or of a flat `{code, message}`."""
    errors = body.get("errors")
    listed = errors if isinstance(errors, list) else [body]
    told = [str(each.get("message") or "") for each in listed if isinstance(each, dict)]
    return "; ".join(filter(None, told))


def _request(reply: Reply) -> str:
    request_id = reply.headers.get(REQUEST_ID)
    return f" (request {request_id})" if request_id else ""


def shortened(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 3]}..."
