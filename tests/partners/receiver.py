"""A partner's receiver of webhooks: a real HTTP server on loopback that remembers what it took."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def topic(self) -> str:
        return str(self.told["topic"])


Answer = Callable[[Taken], int]


@dataclass
class Receiver:
    """answer: the status for a request; 204 unless set. extra: headers of each answer."""

    url: str
    answer: Answer = lambda _: 204
    extra: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)

    def fail(self, status: int = 500) -> None:
        self.answer = lambda _: status

    def heal(self) -> None:
        self.answer = lambda _: 204

    @property
    def ids(self) -> list[str]:
        return [each.message_id for each in self.taken]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver while the block runs."""
    receiver = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            taken = Taken(self.path, headers, body)
            receiver.taken.append(taken)
            self.send_response(receiver.answer(taken))
            for name, value in receiver.extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the tests look at what was taken."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
