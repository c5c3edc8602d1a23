"""The HTTP side of a sandbox: one loopback port, HTTP/1.1 with keep-alive."""

from __future__ import annotations

import contextlib
import re
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

MAX_BODY = 32 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
CONTROL = "/_sandbox/"
"""Below it a rehearsal is conducted: a vendor has nothing there."""


class Handler(BaseHTTPRequestHandler):
    """One connection. A kind's own handler answers; the `sandbox` it is given holds the rest."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one piece
    timeout = 120
    sandbox: ClassVar[Any]

    def answer(self) -> None:
        """Answer the request that was just read, whatever its method (`command`)."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def do_PATCH(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    @property
    def host(self) -> str:
        """The name that was called, without its port."""
        header: str = self.headers.get("Host", "")
        return header.rpartition(":")[0] if re.search(r":\d+$", header) else header

    def is_from_here(self) -> bool:
        """No page of another site may shape the rehearsal through a browser on this machine."""
        origin = self.headers.get("Origin")
        is_own_page = origin is None or urlsplit(origin).hostname in LOOPBACK
        return is_own_page and self.host in LOOPBACK

    def cut(self) -> None:
        """Close without a word, as a broken network does."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The journal records requests; standard error stays quiet."""


class Server(ThreadingHTTPServer):
    """Loopback only, by construction: there is no way to give another address."""

    handler: ClassVar[type[Handler]]
    daemon_threads = True
    # A short backlog drops connections in a burst of workers.
    request_queue_size = 128

    def __init__(self, sandbox: Any, port: int = 0) -> None:
        handler = type(self.handler.__name__, (self.handler,), {"sandbox": sandbox})
        super().__init__(("127.0.0.1", port), handler)
        self.sandbox = sandbox

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of ours; everything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


Serving = TypeVar("Serving", bound=Server)


@contextlib.contextmanager
def running(server: Serving) -> Iterator[Serving]:
    """It serves in a thread of this process, and is stopped at the end, its sandbox with it."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        server.sandbox.close()
