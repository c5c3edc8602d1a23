"""The HTTP side: one seller account on one loopback port, HTTP/1.1 with keep-alive."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from channels.adapters.amazon.sandbox import control, endpoint
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.endpoint import Answer, Request

MAX_BODY = 32 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
CONTROL = "/_sandbox/"


class Handler(BaseHTTPRequestHandler):
    """One connection. The server's `sandbox` holds everything else."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one piece
    timeout = 120
    sandbox: ClassVar[Sandbox]

    def _answer(self) -> None:
        content = self._content()
        if content is None:
            self._send(Answer(413 if "Content-Length" in self.headers else 411))
            return
        path, _, query = self.path.partition("?")
        if path.startswith(CONTROL) and self._is_from_here():
            self._send(self._controlled(path.removeprefix(CONTROL), query, content))
            return
        url = f"http://{self.headers.get('Host', '')}"
        request = Request(self.command, path, query, self.headers, content, url)
        said = endpoint.answer(self.sandbox, request)
        if said.is_cut:
            self._cut()
        else:
            self._send(said)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _controlled(self, path: str, query: str, content: bytes) -> Answer:
        if self.command == "GET":
            asked = dict(parse_qsl(query, keep_blank_values=True))
            status, said = control.read(self.sandbox, path, asked)
        elif self.command == "POST":
            try:
                body = json.loads(content or b"{}")
            except ValueError as error:
                status, said = 400, {"error": {"field": "body", "message": f"no JSON: {error}"}}
            else:
                status, said = control.write(self.sandbox, path, body)
        else:
            status, said = 405, {"error": {"field": "method", "message": "GET or POST"}}
        data = json.dumps(said, ensure_ascii=False).encode()
        return Answer(status, data, "application/json; charset=utf-8")

    def _is_from_here(self) -> bool:
        """No page of another site may shape the rehearsal through a browser on this machine."""
        origin = self.headers.get("Origin")
        is_own_page = origin is None or urlsplit(origin).hostname in LOOPBACK
        return is_own_page and _host(self.headers.get("Host", "")) in LOOPBACK

    def _content(self) -> bytes | None:
        """The request's body; None when its length can not be taken."""
        length = self.headers.get("Content-Length")
        if length is None:
            is_chunked = "Transfer-Encoding" in self.headers
            self.close_connection = self.close_connection or is_chunked
            return None if is_chunked else b""
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _send(self, said: Answer) -> None:
        self.send_response(said.status)
        if said.content_type:
            self.send_header("Content-Type", said.content_type)
        if said.status != 204:
            self.send_header("Content-Length", str(len(said.content)))
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said.content)

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
        handler = type("SellerHandler", (Handler,), {"sandbox": sandbox})
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
