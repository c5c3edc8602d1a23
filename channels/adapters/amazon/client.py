"""Talks to Amazon for one seller: token, budget, and every failure classified once."""

from __future__ import annotations

import json
import logging
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from channels.adapters.amazon import failures
from channels.adapters.amazon.budget import Budget
from channels.adapters.amazon.operations import Operation
from channels.adapters.amazon.parameters import Account
from channels.adapters.amazon.tokens import Tokens
from channels.contract import ChannelError, Code, Payload
from channels.http import HttpClient, Reply

VERSION = "0.5.0"
USER_AGENT = f"Stockcast/{VERSION} (Language=Python/{platform.python_version()})"

Query = Mapping[str, str | Sequence[str]]
"""Parameters by name; a list goes out joined by commas, as Amazon wants it."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """A call's JSON (`{}` where none is promised) and the id that Amazon's support asks for."""

    data: Payload
    request_id: str


class Client:
    """One seller's calls in one region."""

    def __init__(self, http: HttpClient, account: Account, tokens: Tokens, budget: Budget) -> None:
        self._http = http
        self._account = account
        self._tokens = tokens
        self._budget = budget

    def call(
        self, operation: Operation, path: str, query: Query, body: Payload | None = None
    ) -> Answered:
        """`path` is percent-encoded by the caller (see `segment`).

        Raises ChannelError. A read's outcome is never unknown: nothing changed.
        """
        url = f"{self._account.origin}{path}{_question(query)}"
        content = b"" if body is None else encoded(body)
        try:
            reply = self._send(operation, url, content)
        except ChannelError as error:
            error.is_outcome_unknown &= operation.is_change
            raise
        failure = failures.of(operation, reply, self._budget)
        request_id = reply.headers.get(failures.REQUEST_ID) or ""
        logger.info("%s answered %d, request %s", operation.name, reply.status, request_id or "-")
        if failure is not None:
            raise failure
        self._budget.answered(operation)
        return Answered(_data(operation, reply), request_id)

    def pages(
        self, operation: Operation, path: str, query: Query, token_name: str
    ) -> Iterator[Payload]:
        """A list, page by page: the same question again with the token of the next page.

        Raises ChannelError, also when Amazon leads in a circle: half a list must not pass for a
        whole one, nor be read for ever.
        """
        token: str | None = None
        while True:
            asked = query if token is None else {**query, token_name: token}
            data = self.call(operation, path, asked).data
            yield data
            following = (data.get("pagination") or {}).get("nextToken")
            if not following:
                return
            if following == token:
                message = f"Amazon names the same page of {operation.name} again"
                raise ChannelError(Code.UNAVAILABLE, message, permanent=False)
            token = following

    def _send(self, operation: Operation, url: str, content: bytes) -> Reply:
        reply = self._once(operation, url, content)
        if not failures.is_refused(reply.status):
            self._tokens.has_served = True
        elif self._tokens.drop():
            reply = self._once(operation, url, content)
            self._tokens.has_served = not failures.is_refused(reply.status)
        return reply

    def _once(self, operation: Operation, url: str, content: bytes) -> Reply:
        headers = {
            "x-amz-access-token": self._tokens.token(),
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
        }
        if content:
            headers["Content-Type"] = "application/json"
        self._budget.reserve(operation)
        try:
            return self._http.request(
                operation.method, url, body=content, headers=headers, label=operation.name
            )
        finally:
            self._budget.over(operation)


def encoded(body: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def segment(text: str) -> str:
    """A SKU or id inside a path: `AB/C #1` becomes `AB%2FC%20%231`.

    Raises ChannelError for one that no path can hold: `.` and `..` are taken for directions on the
    way, and would name another resource.
    """
    if text in ("", ".", ".."):
        raise failures.refused(f"Amazon can not be asked for {text!r}: rename it there")
    return quote(text, safe="")


def _question(query: Query) -> str:
    """Commas that join a list stay as they are; those inside a value do not."""
    flat = {name: [value] if isinstance(value, str) else value for name, value in query.items()}
    pairs = (
        f"{name}={','.join(quote(each, safe='') for each in values)}"
        for name, values in flat.items()
    )
    return f"?{'&'.join(pairs)}" if flat else ""


def _data(operation: Operation, reply: Reply) -> Payload:
    if not reply.body or reply.status == 204:
        return {}
    data = failures.parsed(reply.body)
    if data is None:
        raise failures.unreadable(operation, reply, "is no JSON object")
    return data
