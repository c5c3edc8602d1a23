"""A proxy that keeps every request and reply to the byte, and changes nothing but its own address.

Documents are put to and fetched from addresses that the sandbox names; they are renamed to the
proxy's own on the way out, so that these exchanges pass here too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})


@dataclass(frozen=True)
class Exchange:
    """One request and its reply. `path` and `query` as they were sent, still percent-encoded.
    Headers look names up in any case."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes
    status: int
    reply_headers: Message
    reply: bytes


@dataclass
class Recorder:
    """Stands in front of `upstream` at `url`."""

    upstream: str
    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def forward(self, request: BaseHTTPRequestHandler, body: bytes) -> Exchange:
        """Say the same to the upstream and keep both sides."""
        connection = HTTPConnection(urlsplit(self.upstream).netloc, timeout=30)
        try:
            sent = {k: v for k, v in request.headers.items() if k.lower() not in HOP_BY_HOP}
            connection.request(request.command, request.path, body=body or None, headers=sent)
            answer = connection.getresponse()
            reply = answer.read().replace(self.upstream.encode(), self.url.encode())
        finally:
            connection.close()
        path, _, query = request.path.partition("?")
        exchange = Exchange(
            request.command, path, query, request.headers, body, answer.status, answer.msg, reply
        )
        self.exchanges.append(exchange)
        return exchange


class Handler(BaseHTTPRequestHandler):
    """One connection of the client under test."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    recorder: ClassVar[Recorder]

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = self.recorder.forward(self, body)
        self.send_response_only(exchange.status)
        for name, value in exchange.reply_headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if exchange.status != 204:
            self.send_header("Content-Length", str(len(exchange.reply)))
        self.end_headers()
        self.wfile.write(exchange.reply)

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def do_PUT(self) -> None:
        self._pass()

    def do_PATCH(self) -> None:
        self._pass()

    def do_DELETE(self) -> None:
        self._pass()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Exchanges are kept, not printed."""


@contextmanager
def recording(upstream: str) -> Iterator[Recorder]:
    """A proxy in a thread of this process, stopped at the end. upstream: `http://127.0.0.1:port`"""
    recorder = Recorder(upstream.rstrip("/"))
    handler = type("Recording", (Handler,), {"recorder": recorder})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
