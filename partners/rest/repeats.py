"""Idempotency-Key: a POST that is sent again is answered the same, and done once.

The key is claimed, the work done and the answer kept in one transaction, so there is no moment at
which one is there without the other: whoever comes second with the same key waits for the first to
end, and then is told what the first was. A refusal undoes the work and is kept as well; a fault of
ours is not, so that the request can be sent again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from desk.deadlocks import retried
from partners import prepared
from partners.models import Answer, Partner, encrypted
from partners.rest import words
from partners.rest.authentication import caller
from partners.rest.problems import Problem, wrong_header

HEADER = "Idempotency-Key"
KEPT = "24 hours"
REPLAYED = {"Idempotent-Replayed": "true"}
"""On an answer to what was done before: the answer of then, or, when that is forgotten and what was
posted is found, the state of now."""
KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Link")
FORGOTTEN_AT_ONCE = 5_000
Handler = Callable[..., Response]
_KEY = re.compile(words.KEY)

# A claim that is too old to count is taken over in the same statement.
_CLAIM = f"""
INSERT INTO partners_answer (partner_id, key, fingerprint, headers, body)
VALUES (%s, %s, %s, '{{}}', '')
ON CONFLICT (partner_id, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, created_at = now(), status = NULL
    WHERE partners_answer.created_at < now() - interval '{KEPT}'
RETURNING id
"""  # noqa: S608 - a constant of this file
# An hour longer than it counts: who finds an answer that still counts must be able to read it.
# One that is being taken over for a new request is passed by.
_FORGET = f"""
WITH old AS MATERIALIZED (
    SELECT id FROM partners_answer
    WHERE created_at < now() - interval '{KEPT}' - interval '1 hour'
    ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM partners_answer USING old WHERE partners_answer.id = old.id
"""  # noqa: S608 - a constant of this file
_KEEP = """
UPDATE partners_answer SET status = %s, headers = %s, body = %s, is_sealed = %s WHERE id = %s
"""


def answer_once(
    handler: Handler, request: Request, *args: Any, is_secret: bool = False, **kwargs: Any
) -> HttpResponse:
    """Answer a POST through `handler`, or as it was answered before. is_secret: the answer is kept
    encrypted.

    Raises Problem 400 without a usable key, 409 when the key was used for another request.
    """
    claim = Claim(
        caller(request).partner, _key(request), _fingerprint(request, is_secret=is_secret)
    )
    return _answer(claim, partial(handler, request, *args, **kwargs), is_secret=is_secret)


class Claim(NamedTuple):
    """Whose request it is, and which one."""

    partner: Partner
    key: str
    fingerprint: str


@retried
def _answer(claim: Claim, work: Callable[[], Response], *, is_secret: bool) -> HttpResponse:
    try:
        with transaction.atomic():
            row = _take(claim)
            if row is None:
                return _as_before(claim)
            answer = _render(work())
            _keep(row, answer, is_sealed=is_secret)
            return answer
    except Exception as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
    with transaction.atomic():
        row = _take(claim)
        if row is None:  # somebody repeated it meanwhile, and what they were told goes
            return _as_before(claim)
        _keep(row, refusal)
    return refusal


def key_digest(request: Request) -> str:
    """The request's key at a length that fits documents and postings: 32 characters."""
    return hashlib.sha256(_key(request).encode()).hexdigest()[:32]


def forget_old(at_once: int = FORGOTTEN_AT_ONCE) -> int:
    """Delete answers that count no more, some at a time so that nothing waits long for locks or
    log. Call it outside a transaction. Returns how many."""
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_FORGET, [at_once])
            gone: int = cursor.rowcount
            total += gone
            if gone < at_once:
                return total


def _key(request: Request) -> str:
    key = str(request.META.get("HTTP_IDEMPOTENCY_KEY", ""))
    if len(key) > 255 or not _KEY.fullmatch(key):
        raise wrong_header(
            HEADER,
            "Give each request a key of its own, of up to 255 plain characters, such as a UUID:"
            " sent again with it, the request is done once.",
            code="required" if not key else "invalid",
        )
    return key


def _fingerprint(request: Request, *, is_secret: bool) -> str:
    """A secret is told again to the key alone that was told it: another may not be allowed to."""
    who = caller(request).key.pk if is_secret else ""
    text = f"{request.method} {request.get_full_path()} {who}\n".encode()
    return hashlib.sha256(text + request.body).hexdigest()


def _take(claim: Claim) -> int | None:
    """The row to keep the answer in; None when the key was used before."""
    with prepared.cursor(1) as cursor:
        cursor.execute(_CLAIM, [claim.partner.pk, claim.key, claim.fingerprint])
        row = cursor.fetchone()
    return row[0] if row else None


def _as_before(claim: Claim) -> HttpResponse:
    known = Answer.objects.get(partner=claim.partner, key=claim.key)
    if known.fingerprint != claim.fingerprint:
        raise Problem(
            409,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request: choose a new one.",
            [{"header": HEADER, "detail": "Choose a new key.", "code": "idempotency_key_reused"}],
        )
    headers = {**known.headers, **REPLAYED}
    body = encrypted.unseal(bytes(known.body)) if known.is_sealed else bytes(known.body)
    return HttpResponse(body, status=known.status, headers=headers)


def _render(answer: Response) -> HttpResponse:
    """As the bytes that go out, so that a repetition gets the same ones."""
    body = b"" if answer.data is None else JSONRenderer().render(answer.data)
    kind = answer.content_type or "application/json"
    response = HttpResponse(body, status=answer.status_code, content_type=kind)
    for name, value in answer.headers.items():
        response.setdefault(name, value)  # the framework's own Content-Type is not meant
    return response


def _keep(row: int, answer: HttpResponse, *, is_sealed: bool = False) -> None:
    headers = {name: answer[name] for name in KEPT_HEADERS if answer.has_header(name)}
    body = encrypted.seal(answer.content) if is_sealed else bytes(answer.content)
    with prepared.cursor(1) as cursor:
        cursor.execute(_KEEP, [answer.status_code, _json(headers), body, is_sealed, row])


def _json(value: Any) -> str:
    return JSONRenderer().render(value).decode()


def _refusal(error: Exception) -> HttpResponse | None:
    """The answer that refuses the request; None when the error is a fault of ours."""
    handler: Any = api_settings.EXCEPTION_HANDLER  # DRF has imported what the setting names
    explained = handler(error, {})
    if explained is None or explained.status_code >= 500:
        return None
    return _render(explained)
