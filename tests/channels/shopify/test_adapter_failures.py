"""Every kind of refusal, over real HTTP, from a server that says exactly what a test tells it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from channels.adapters.shopify.adapter import ShopifyAdapter
from channels.adapters.shopify.budget import Budget
from channels.contract import (
    ChannelError,
    Code,
    Connection,
    LevelRef,
    Mode,
    Outcome,
    Payload,
    RemoteLevel,
    Write,
)

REF = LevelRef("gid://shopify/InventoryItem/1", "gid://shopify/Location/7")
CLEAN: dict[str, Any] = {
    "inventorySetQuantities": {"inventoryAdjustmentGroup": None, "userErrors": []}
}
CUT = 0
Said = tuple[int, dict[str, str], bytes]


def said(status: int = 200, body: Any = None, **headers: str) -> Said:
    raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, raw


def refused(code: str | None, **more: Any) -> Said:
    extensions = {"code": code} if code else {}
    error = {"message": f"Because {code}", "extensions": extensions | more.pop("extensions", {})}
    return said(body={"errors": [error], **more})


class Shop:
    """Answers in the order given and keeps what it was asked: (path, headers, raw body)."""

    def __init__(self) -> None:
        self.answers: list[Said] = []
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                shop.asked.append((self.path, dict(self.headers), body))
                status, headers, raw = shop.answers.pop(0)
                self.close_connection = status == CUT
                if self.close_connection:
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_args: object) -> None:
                """The test's own output stays readable."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def adapter(self, *, budget: Budget | None = None, **changes: str) -> ShopifyAdapter:
        values = {
            "shop_domain": "shop.myshopify.com",
            "access_token": "shpat_x",
            "sandbox_url": f"http://127.0.0.1:{self.server.server_port}",
        }
        connection = Connection(values | changes)
        return ShopifyAdapter(connection, budget=budget or Budget(jitter=lambda: 0.0))

    def with_credentials(self) -> ShopifyAdapter:
        return self.adapter(access_token="", client_id="id", client_secret="s3cret")


@contextmanager
def open_shop() -> Iterator[Shop]:
    shop = Shop()
    thread = threading.Thread(target=shop.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield shop
    finally:
        shop.server.shutdown()
        thread.join(timeout=10)
        shop.server.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


def built(adapter: ShopifyAdapter) -> Payload:
    return adapter.build(Mode.ABSOLUTE, [Write(REF, 5, 3)], "run-1")


def failing(shop: Shop, *answers: Said, adapter: ShopifyAdapter | None = None) -> ChannelError:
    adapter = adapter or shop.adapter()
    shop.answers = list(answers)
    with pytest.raises(ChannelError) as caught:
        adapter.send(built(adapter), "key-1")
    assert shop.answers == []
    return caught.value


COST = {"requestedQueryCost": 600, "throttleStatus": {"maximumAvailable": 2000.0,
        "currentlyAvailable": 100.0, "restoreRate": 100.0}}  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "code", "is_permanent", "is_unknown", "retry_after"),
    [
        (refused("THROTTLED", extensions={}), Code.RATE_LIMITED, False, False, 1.0),
        (
            said(body={"errors": [{"message": "", "extensions": {"code": "THROTTLED"}}],
                       "extensions": {"cost": COST}}),
            Code.RATE_LIMITED, False, False, 5.0,
        ),
        (said(429, Retry_After="7"), Code.RATE_LIMITED, False, False, 7.0),
        (said(429), Code.RATE_LIMITED, False, False, 1.0),
        (said(429, Retry_After="soon"), Code.RATE_LIMITED, False, False, 1.0),
        (refused("INTERNAL_SERVER_ERROR"), Code.UNAVAILABLE, False, True, None),
        (said(500), Code.UNAVAILABLE, False, True, None),
        (said(502, b"<html>bad gateway</html>"), Code.UNAVAILABLE, False, True, None),
        (said(503, Retry_After="3"), Code.UNAVAILABLE, False, True, 3.0),
        (said(CUT), Code.OUTCOME_UNKNOWN, False, True, None),
        (said(504), Code.UNAVAILABLE, False, True, None),
        (said(408), Code.UNAVAILABLE, False, True, None),
        (refused("ACCESS_DENIED"), Code.SCOPE_MISSING, True, False, None),
        (said(403), Code.SCOPE_MISSING, True, False, None),
        (said(401), Code.UNAUTHORIZED, True, False, None),
        (said(402), Code.SHOP_CLOSED, True, False, None),
        (said(423), Code.SHOP_CLOSED, True, False, None),
        (refused("SHOP_INACTIVE"), Code.SHOP_CLOSED, True, False, None),
        (said(404), Code.CONFIGURATION, True, False, None),
        (said(430), Code.RATE_LIMITED, False, False, 3600.0),
        (said(400), Code.BAD_REQUEST, True, False, None),
        (said(422), Code.BAD_REQUEST, True, False, None),
        (refused("BAD_REQUEST", data={"x": None}), Code.BAD_REQUEST, True, False, None),
        (refused("INVALID_VARIABLE"), Code.BAD_REQUEST, True, False, None),
        (refused("INVALID_FIELD_ARGUMENTS", data=None), Code.BAD_REQUEST, True, False, None),
        (refused("MAX_INPUT_SIZE_EXCEEDED"), Code.BAD_REQUEST, True, False, None),
        (refused("MAX_COST_EXCEEDED"), Code.BAD_REQUEST, True, False, None),
        (refused("undefinedField"), Code.BAD_REQUEST, True, False, None),
        (refused(None), Code.BAD_REQUEST, True, False, None),
        (said(body={"errors": "Not this way"}), Code.BAD_REQUEST, True, False, None),
        (refused("NEVER_HEARD_OF", data={"x": None}), Code.OUTCOME_UNKNOWN, False, True, None),
        (said(body=b"<html>maintenance</html>"), Code.OUTCOME_UNKNOWN, False, True, None),
        (said(body=b"[]"), Code.OUTCOME_UNKNOWN, False, True, None),
        (said(body={"data": None}), Code.OUTCOME_UNKNOWN, False, True, None),
        (
            said(body={"data": {"inventorySetQuantities": None}}),
            Code.OUTCOME_UNKNOWN, False, True, None,
        ),
    ],
)  # fmt: skip
def test_a_refusal_of_a_stock_update_gets_its_class(
    *,
    shop: Shop,
    answer: Said,
    code: Code,
    is_permanent: bool,
    is_unknown: bool,
    retry_after: float | None,
) -> None:
    error = failing(shop, answer)
    assert (error.code, error.permanent) == (code, is_permanent)
    assert (error.is_outcome_unknown, error.retry_after) == (is_unknown, retry_after)


def test_a_read_never_leaves_an_unknown_outcome(shop: Shop) -> None:
    shop.answers = [said(502)]
    with pytest.raises(ChannelError) as caught:
        shop.adapter().pull_locations()
    assert (caught.value.code, caught.value.is_outcome_unknown) == (Code.UNAVAILABLE, False)


def test_the_sentence_of_the_vendor_is_passed_on(shop: Shop) -> None:
    assert "Because ACCESS_DENIED" in failing(shop, refused("ACCESS_DENIED")).message
    assert "Nope" in failing(shop, said(403, {"errors": "Nope"})).message
    listed = [{"message": "Nor this"}]
    assert "Nor this" in failing(shop, said(403, {"errors": listed})).message
    told = refused("INTERNAL_SERVER_ERROR", extensions={"requestId": "r-77"})
    assert "r-77" in failing(shop, told).message


def test_a_very_long_sentence_is_cut(shop: Shop) -> None:
    assert len(failing(shop, said(400, {"errors": "x" * 9999})).message) <= 300


def test_a_search_filter_that_shopify_ignores_is_an_error(shop: Shop) -> None:
    warning = {"search": [{"path": ["productVariants"], "warnings": [{"message": "Bad field"}]}]}
    empty = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    shop.answers = [said(body={"data": {"productVariants": empty}, "extensions": warning})]
    with pytest.raises(ChannelError, match="Bad field") as caught:
        list(shop.adapter().pull_listings(["A"]))
    assert caught.value.code is Code.BAD_REQUEST


def test_a_newer_version_that_answers_is_warned_of_once(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    adapter = shop.adapter(api_version="2026-04")
    shop.answers = [said(body={"data": CLEAN}, X_Shopify_API_Version="2026-07")] * 2
    caplog.set_level(logging.WARNING)
    for _ in range(2):
        adapter.send(built(adapter), "key-1")
    assert [record.getMessage() for record in caplog.records] == [
        "Asked for 2026-04, answered by 2026-07"
    ]


def test_a_refused_activation_is_told_of_its_level_alone(shop: Shop) -> None:
    level = RemoteLevel(REF, None, None, None, is_active=False, is_tracked=True)
    errors = [{"field": ["locationId"], "message": "Location is closed"}]
    shop.answers = [
        said(body={"data": {"inventoryActivate": {"inventoryLevel": None, "userErrors": errors}}})
    ]
    answer = shop.adapter().prepare([level])[REF]
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, Code.LOCATION_MISSING)
    assert answer.message == "Location is closed"
