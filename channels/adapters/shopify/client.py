"""Talks GraphQL to one shop: token, cost budget, and every failure classified once."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from channels.adapters.shopify import failures
from channels.adapters.shopify.budget import Budget
from channels.adapters.shopify.documents import Operation
from channels.adapters.shopify.tokens import TokenSource
from channels.contract import ChannelError, Payload
from channels.http import HttpClient, Reply

VERSION_HEADER = "X-Shopify-API-Version"

logger = logging.getLogger(__name__)


class Client:
    """One shop's endpoint. `answered_version` is the API version of the latest answer."""

    def __init__(
        self, http: HttpClient, base_url: str, version: str, tokens: TokenSource, budget: Budget
    ) -> None:
        self._http = http
        self._url = f"{base_url}/admin/api/{version}/graphql.json"
        self._tokens = tokens
        self._budget = budget
        self._version = version
        self._has_warned = False
        self.answered_version = version

    def run(self, operation: Operation, variables: Payload) -> Payload:
        """`data` of the answer, its root field certainly there (though a query's may be null).

        Raises ChannelError. A read's outcome is never unknown: nothing changed.
        """
        try:
            return self._run(operation, variables)
        except ChannelError as error:
            if not error.is_outcome_unknown:
                self._budget.give_back()
            error.is_outcome_unknown &= operation.is_mutation
            raise

    def pages(self, operation: Operation, variables: Payload, *path: str) -> Iterator[Payload]:
        """Nodes of a connection, all pages; `path` leads from `data` to the connection.

        No node when the object that holds the connection does not exist. Raises ChannelError when
        it vanishes between two pages: half a list must not pass for a whole one.
        """
        after: str | None = None
        while True:
            found: Any = self.run(operation, {**variables, "after": after})
            for name in path:
                found = found[name] if found else None
            if not found:
                if after is not None:
                    raise failures.vanished(operation.name)
                return
            yield from found["nodes"]
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]

    def _run(self, operation: Operation, variables: Payload) -> Payload:
        body = encoded(
            {"operationName": operation.name, "query": operation.text, "variables": variables}
        )
        priced = _priced(operation, variables)
        self._budget.reserve(priced, operation.cost)
        reply = self._post(operation.name, body)
        if reply.status == 401 and self._tokens.renew():
            reply = self._post(operation.name, body)
        failure = failures.of_status(reply.status, reply.headers, _detail(reply), self._budget)
        if failure is not None:
            raise failure
        self._note_version(reply.headers)
        return self._data(reply, operation, priced)

    def _post(self, label: str, body: bytes) -> Reply:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Shopify-Access-Token": self._tokens.token(),
        }
        return self._http.post(self._url, body=body, headers=headers, label=label)

    def _data(self, reply: Reply, operation: Operation, priced: str) -> Payload:
        body = _parsed(reply.body)
        if body is None:
            raise failures.unreadable("is no JSON object")
        cost = (body.get("extensions") or {}).get("cost") or {}
        if "throttleStatus" in cost:
            self._budget.observe(priced, cost)
        failure = failures.of_errors(body, self._budget) or failures.of_search(body)
        if failure is not None:
            raise failure
        self._budget.answered()
        data = body.get("data")
        if not isinstance(data, dict) or operation.root not in data:
            raise failures.unreadable("holds no data")
        if operation.is_mutation and data[operation.root] is None:
            raise failures.unreadable("says nothing about the change")
        return data

    def _note_version(self, headers: Mapping[str, str]) -> None:
        """Shopify answers a retired version by a newer one without an error: say so, once.

        Not raised here: the call was executed. `check()` refuses it where a person looks.
        """
        self.answered_version = headers.get(VERSION_HEADER) or self._version
        if self.answered_version != self._version and not self._has_warned:
            self._has_warned = True
            logger.warning("Asked for %s, answered by %s", self._version, self.answered_version)


def encoded(body: Mapping[str, Any]) -> bytes:
    """Sorted keys and fixed separators: the bytes survive a round trip through any JSON store,
    and Shopify, which fingerprints what comes under a key, sees a repeat as a repeat."""
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _priced(operation: Operation, variables: Mapping[str, Any]) -> str:
    """Names calls of one price: the same document, sized by as many ids."""
    return f"{operation.name} {operation.cost} {len(variables.get('ids') or ())}"


def _parsed(body: bytes) -> Payload | None:
    try:
        parsed = json.loads(body)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _detail(reply: Reply) -> str:
    """The vendor's sentence in a refusal: `{"errors": "..."}`, or a list of errors; else empty."""
    if reply.status == 200:
        return ""
    errors = (_parsed(reply.body) or {}).get("errors")
    if isinstance(errors, list):
        return "; ".join(str(e.get("message", "")) for e in errors if isinstance(e, dict))
    return errors if isinstance(errors, str) else ""
