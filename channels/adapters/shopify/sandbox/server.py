"""The HTTP side: one shop on one loopback port, HTTP/1.1 with keep-alive."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from channels.adapters.shopify.sandbox import control
from channels.adapters.shopify.sandbox.application import TOKEN_SECONDS, Sandbox
from channels.adapters.shopify.sandbox.shop import is_token_good

GRAPHQL = re.compile(r"/admin/api/([\w-]+)/graphql\.json")
MAX_BODY = 32 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105


class BadBodyError(Exception):
    """The request body can not be read."""


class Handler(BaseHTTPRequestHandler):
    """One connection. The server's `sandbox` holds everything else."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one piece
    timeout = 120
    sandbox: ClassVar[Sandbox]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if not url.path.startswith("/_sandbox/") or not self._is_from_here():
            self._send(404, {"errors": "Not Found"})
            return
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        self._send(*control.read(self.sandbox, url.path.removeprefix("/_sandbox/"), query))

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        try:
            raw = self._body()
            if path.startswith("/_sandbox/") and self._is_from_here():
                body = _json(raw or b"{}")
                self._send(*control.write(self.sandbox, path.removeprefix("/_sandbox/"), body))
            elif path == "/admin/oauth/access_token" and self._is_this_shop():
                self._grant(raw)
            elif (match := GRAPHQL.fullmatch(path)) and self._is_this_shop():
                self._graphql(match[1], raw)
            else:
                self._send(404, {"errors": "Not Found"})
        except BadBodyError as error:
            self._send(400, {"errors": str(error)})

    def _graphql(self, asked: str, raw: bytes) -> None:
        shop = self.sandbox.shop
        version = shop.answering_version(asked)
        if version is None:
            self._send(404, {"errors": "Not Found"})
            return
        headers = {"X-Shopify-API-Version": version}
        token = self.headers.get("X-Shopify-Access-Token", "")
        if not is_token_good(self.sandbox.store, shop, token):
            self._send(401, {"errors": BAD_TOKEN}, headers)
            return
        record = {"at": self.sandbox.store.now(), "asked_version": asked, "version": version}
        answer = self.sandbox.endpoint.answer(_json(raw), record)
        if answer.is_cut:
            self._cut()
            return
        self._send(answer.status, answer.body, {**headers, **answer.headers})

    def _grant(self, raw: bytes) -> None:
        """The client-credentials grant, form or JSON."""
        is_json = "json" in self.headers.get("Content-Type", "")
        given = _json(raw) if is_json else dict(parse_qsl(raw.decode("utf-8", "replace")))
        if not isinstance(given, dict) or given.get("grant_type") != "client_credentials":
            self._send(400, {"error": "unsupported_grant_type"})
            return
        shop = self.sandbox.shop
        if (given.get("client_id"), given.get("client_secret")) != (
            shop.client_id,
            shop.client_secret,
        ):
            self._send(400, {"error": "invalid_client"})
            return
        self._send(
            200,
            {
                "access_token": self.sandbox.issue_token(),
                "scope": ",".join(shop.scopes),
                "expires_in": TOKEN_SECONDS,
            },
        )

    def _is_this_shop(self) -> bool:
        """Loopback names play this shop whatever it is called; another shop's name does not."""
        host = _host(self.headers.get("Host", ""))
        return host in LOOPBACK or host == self.sandbox.shop.domain

    def _is_from_here(self) -> bool:
        """No page of another site may shape the shop through a browser on this machine."""
        origin = self.headers.get("Origin")
        is_own_page = origin is None or urlsplit(origin).hostname in LOOPBACK
        return is_own_page and _host(self.headers.get("Host", "")) in LOOPBACK

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            raise BadBodyError(f"Content-Length must be a number up to {MAX_BODY}")
        return self.rfile.read(int(length))

    def _send(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] = {}) -> None:
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _cut(self) -> None:
        """Close without a word, as a broken network does."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The journal records requests; standard error stays quiet."""


class Server(ThreadingHTTPServer):
    """Loopback only, by construction: there is no way to give another address."""

    daemon_threads = True
    # A short backlog drops connections in a burst of workers.
    request_queue_size = 128

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        handler = type("ShopHandler", (Handler,), {"sandbox": sandbox})
        super().__init__(("127.0.0.1", port), handler)
        self.sandbox = sandbox

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of ours; everything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def running(sandbox: Sandbox, port: int = 0) -> Iterator[Server]:
    """A server in a thread of this process, stopped at the end."""
    server = Server(sandbox, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        sandbox.close()


def _host(header: str) -> str:
    return header.rpartition(":")[0] if re.search(r":\d+$", header) else header


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as error:
        raise BadBodyError(f"The body is no JSON: {error}") from error
