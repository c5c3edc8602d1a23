"""What the sandbox delivers to a listener over real HTTP, proven and understood."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from channels.contract import ChannelError, Code, Concern, Notice
from tests.channels.shopify.test_adapter_stock import Store, rehearsal


@pytest.fixture
def store() -> Iterator[Store]:
    with rehearsal() as store:
        yield store


@dataclass
class Receiver:
    """A listener on loopback that keeps what it gets."""

    got: queue.Queue[tuple[dict[str, str], bytes]] = field(default_factory=queue.Queue)
    url: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            kept.got.put((dict(self.headers), body))

        def log_message(self, *_args: object) -> None:
            """The test's own output stays readable."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/notices/7/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def until(receiver: Receiver, store: Store, topics: set[str]) -> dict[str, Notice]:
    """The last notice of each topic, received until all of them have come."""
    adapter = store.adapter(client_secret="sandbox-secret")
    found: dict[str, Notice] = {}
    while topics - found.keys():
        headers, body = receiver.got.get(timeout=10)
        notice = adapter.open_notice(headers, body)
        assert json.loads(body)
        found[notice.topic] = notice
    return found


def test_what_the_shop_delivers_is_proven_and_understood(store: Store, receiver: Receiver) -> None:
    (here,) = store.places("Here")
    (item,) = store.items({"sku": "A", "levels": {"Here": 10}})
    store.adapter().subscribe(receiver.url)
    placed = store.shape("orders", lines=[{"sku": "A", "quantity": 3}], location="Here")
    path = f"orders/{placed['number']}"
    store.shape(f"{path}/edit", lines=[{"sku": "A", "quantity": 2}])
    store.shape(f"{path}/fulfil", lines=[{"sku": "A", "quantity": 1}])
    store.shape(f"{path}/refund", lines=[{"sku": "A", "quantity": 1, "restock": "return"}])
    of_orders = {
        "orders/create", "orders/updated", "orders/edited", "fulfillments/create",
        "refunds/create",
    }  # fmt: skip
    found = until(receiver, store, {*of_orders, "inventory_levels/update"})
    for topic in of_orders:
        assert (found[topic].concern, found[topic].order_id) == (Concern.ORDER, placed["order_id"])
        assert found[topic].raised_at is not None
    level = found["inventory_levels/update"]
    assert level.ref is not None
    assert (level.ref.item_id, level.ref.location_id) == (item, here)


def test_what_is_wrongly_signed_is_forged(store: Store, receiver: Receiver) -> None:
    store.places("Here")
    store.adapter().subscribe(receiver.url)
    store.shape("webhooks", is_signature_wrong=True)
    store.shape("orders", lines=[{"title": "Engraving", "quantity": 1}], location="Here")
    headers, body = receiver.got.get(timeout=10)
    with pytest.raises(ChannelError) as caught:
        store.adapter(client_secret="sandbox-secret").open_notice(headers, body)
    assert caught.value.code is Code.FORGED
