"""A client of the sandbox for its own tests: plain HTTP, as an operator's script would do it."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import requests

Json = dict[str, Any]

SET = """mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup {
      id reason changes { name delta quantityAfterChange item { id } location { id } }
    }
    userErrors { field message code }
  }
}"""
SUBSCRIBE = """mutation Create($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic uri includeFields } userErrors { field message } } }"""
ADJUST = """mutation Adjust($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { name delta } }
    userErrors { field message code }
  }
}"""


@dataclass
class Rehearsal:
    """One running sandbox with the locations Main and East."""

    url: str
    token: str = "shpat_sandbox"
    session: requests.Session = field(default_factory=requests.Session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def graphql(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        version: str = "2026-10",
        operation: str | None = None,
        timeout: float = 10,
    ) -> requests.Response:
        return self.session.post(
            f"{self.url}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}, "operationName": operation},
            headers={"X-Shopify-Access-Token": self.token},
            timeout=timeout,
        )

    def data(self, query: str, /, **variables: Any) -> Json:
        """The `data` of an answer that must bear no errors."""
        body: Json = self.graphql(query, variables).json()
        assert "errors" not in body, body["errors"]
        data: Json = body["data"]
        return data

    def error(self, query: str, /, **variables: Any) -> Json:
        """The first top-level error of an answer that must bear one."""
        body = self.graphql(query, variables).json()
        error: Json = body["errors"][0]
        return error

    def read(self, path: str, **query: str) -> Json:
        reply = self.session.get(f"{self.url}/_sandbox/{path}", params=query, timeout=10)
        body: Json = reply.json()
        assert reply.status_code == 200, body
        return body

    def shape(self, path: str, body: Any = None) -> Json:
        reply = self.session.post(
            f"{self.url}/_sandbox/{path}", json={} if body is None else body, timeout=10
        )
        answer: Json = reply.json()
        assert reply.status_code == 200, answer
        return answer

    def item(self, sku: str, *, is_tracked: bool = True, **settings: Any) -> str:
        """Create a variant, tracked and with 10 at Main unless told otherwise; its item id."""
        levels = settings.pop("levels", {"Main": 10})
        variant = {"sku": sku, "is_tracked": is_tracked, "levels": levels, **settings}
        created = self.shape("variants", {"variants": [variant]})
        item_id: str = created["variants"][0]["item_id"]
        return item_id

    def location(self, name: str = "Main") -> str:
        places = self.read("locations")["locations"]
        location_id: str = next(place["location_id"] for place in places if place["name"] == name)
        return location_id

    def level(self, sku: str, location: str = "Main") -> Json:
        levels: list[Json] = self.read("levels", sku=sku)["levels"]
        return next(level for level in levels if level["location"] == location)

    def line(self, item_id: str, quantity: int, expected: int | None = None) -> Json:
        return {
            "inventoryItemId": item_id,
            "locationId": self.location(),
            "quantity": quantity,
            "changeFromQuantity": expected,
        }

    def change(self, item_id: str, delta: int, expected: int | None = None) -> Json:
        return {
            "inventoryItemId": item_id,
            "locationId": self.location(),
            "delta": delta,
            "changeFromQuantity": expected,
        }

    def set(self, lines: list[Json], key: str = "key-1", **head: Any) -> Json:
        given = {"name": "available", "reason": "correction", "quantities": lines, **head}
        payload: Json = self.data(SET, input=given, key=key)["inventorySetQuantities"]
        return payload

    def adjust(self, changes: list[Json], key: str = "key-1", **head: Any) -> Json:
        given = {"name": "available", "reason": "correction", "changes": changes, **head}
        payload: Json = self.data(ADJUST, input=given, key=key)["inventoryAdjustQuantities"]
        return payload

    def order(self, quantity: int = 1, sku: str = "MUG", **settings: Any) -> str:
        """Place an order of one line; its global id."""
        lines = [{"sku": sku, "quantity": quantity}]
        order_id: str = self.shape("orders", {"lines": lines, **settings})["order_id"]
        return order_id

    def stock(self, sku: str = "MUG", location: str = "Main") -> tuple[int, int, int]:
        """(available, committed, on hand)."""
        level = self.level(sku, location)
        return level["available"], level["committed"], level["on_hand"]

    def subscribe(self, topic: str, uri: str, **more: Any) -> Json:
        given = {"uri": uri, **more}
        payload: Json = self.data(SUBSCRIBE, topic=topic, sub=given)["webhookSubscriptionCreate"]
        return payload


@dataclass
class Receiver:
    """A listener on loopback that keeps what it gets and answers `status`, when it may."""

    status: int = 200
    got: queue.Queue[tuple[Message, bytes]] = field(default_factory=queue.Queue)
    url: str = ""
    may_answer: threading.Event = field(default_factory=threading.Event)

    def next(self) -> tuple[Message, Any]:
        headers, body = self.got.get(timeout=10)
        return headers, json.loads(body)


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver of webhooks that answers at once, until `may_answer` is cleared."""
    kept = Receiver()
    kept.may_answer.set()
    # Who has its answer may post again: what was answered first is to be kept first, too.
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not kept.may_answer.is_set():
                kept.got.put((self.headers, body))
                kept.may_answer.wait(10)
                return
            with one_at_a_time:
                self.send_response(kept.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                kept.got.put((self.headers, body))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield kept
    finally:
        kept.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()


def codes(payload: Json) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]
