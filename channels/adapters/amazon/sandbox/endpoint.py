"""From a request to an answer: faults, headers, token, budget, the operation, and what is noted."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qs

from channels.adapters.amazon.sandbox import faults, progress, routing, sales, tokens
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import ApiError, Call, Query, Reply, denied, invalid
from channels.adapters.amazon.sandbox.clock import iso
from channels.adapters.amazon.sandbox.faults import Fault
from channels.adapters.amazon.sandbox.routing import Operation

MAX_USER_AGENT = 500
RATE_STATUSES = (200, 201, 202, 204, 400, 404)
KEPT = 20_000
"""Characters of a body that the log keeps."""


@dataclass(slots=True)
class Answer:
    """What goes over the wire. `is_cut`: nothing does, the connection is closed instead."""

    status: int
    content: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str
    headers: Message
    content: bytes
    url: str


def answer(sandbox: Sandbox, request: Request) -> Answer:
    """Play one request."""
    progress.advance(sandbox)
    found = routing.find(request.method, request.path)
    name = found[0].name if found else "unknown"
    struck = sandbox.faults.strike(lambda fault: fault.is_meant(name))
    for fault in struck:
        sandbox.faults.wait(fault.seconds if fault.kind == "slow" else 0)
    hard = next((fault for fault in struck if fault.kind != "slow"), None)
    request_id = str(uuid.uuid4())
    if hard is not None and not hard.is_executed:
        said = _struck(hard)
    else:
        reply, operation = _played(sandbox, found, request)
        said = _struck(hard) if hard else _said(sandbox, reply, operation)
        if not hard:
            with sandbox.store.transaction():
                sales.tell(sandbox.store, reply.told, sandbox.now())
    said.headers["x-amzn-RequestId"] = request_id
    _note(sandbox, request, name, said, struck)
    return said


def _played(
    sandbox: Sandbox, found: tuple[Operation, dict[str, str]] | None, request: Request
) -> tuple[Reply, str]:
    """The operation's reply, and the budget it spent; empty when it has none."""
    bucket = ""
    try:
        if found is None:
            raise denied()
        operation, args = found
        values = parse_qs(request.query, keep_blank_values=True)
        call = Call(
            operation.name,
            request.method,
            args,
            Query(values),
            request.headers,
            request.content,
            request.url,
        )
        if operation.service == "api":
            _enter(sandbox, call)
            bucket = operation.bucket(call) if operation.bucket else operation.name
            _spend(sandbox, bucket)
        with sandbox.store.transaction():
            return operation.handler(sandbox, call), bucket
    except ApiError as error:
        return Reply(error.status, error.body()), bucket


def _spend(sandbox: Sandbox, bucket: str) -> None:
    if sandbox.habits.is_limited and not sandbox.limits.take(bucket):
        message = "You exceeded your quota for the requested resource."
        raise ApiError(429, "QuotaExceeded", message)


def _enter(sandbox: Sandbox, call: Call) -> None:
    """What every call of the API needs. Raises ApiError."""
    agent = call.headers.get("User-Agent", "")
    if not 0 < len(agent) <= MAX_USER_AGENT:
        raise invalid(f"A user-agent header of 1 to {MAX_USER_AGENT} characters is required.")
    tokens.check(sandbox, call.headers.get("x-amz-access-token", ""))
    if call.method not in ("POST", "PATCH"):
        return
    kind = call.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(415, "UnsupportedMediaType", "The content type must be application/json.")
    try:
        call.body = json.loads(call.content)
    except ValueError as error:
        raise invalid("The body is not JSON.") from error


def _said(sandbox: Sandbox, reply: Reply, bucket: str) -> Answer:
    content, kind = reply.body, reply.content_type
    if isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False).encode()
    headers = dict(reply.headers)
    if bucket and reply.status in RATE_STATUSES:
        headers["x-amzn-RateLimit-Limit"] = str(float(sandbox.limits.rate(bucket)))
    return Answer(reply.status, content or b"", kind if content else "", headers)


def _struck(fault: Fault) -> Answer:
    if fault.kind == "cut":
        return Answer(0, is_cut=True)
    if fault.kind == "token_revoked":
        error = denied("The access token you provided is revoked, malformed or invalid.")
        return Answer(403, json.dumps(error.body()).encode(), "application/json")
    content, kind = faults.failing(fault)
    return Answer(fault.status, content, kind)


def _note(sandbox: Sandbox, request: Request, name: str, said: Answer, struck: list[Fault]) -> None:
    sandbox.journal.add(
        {
            "at": iso(sandbox.now()),
            "operation": name,
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "body": _readable(request.content) if name != "token" else None,
            "status": said.status,
            "request_id": said.headers["x-amzn-RequestId"],
            "answer": _readable(said.content) if name not in ("token", "download") else None,
            "faults": [fault.kind for fault in struck],
        }
    )


def _readable(content: bytes) -> Any:
    """A body for the log: JSON as such; None when there is none or it is too long."""
    if not content or len(content) > KEPT:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")
