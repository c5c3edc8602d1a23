"""The HTTP side: one seller account on one loopback port, HTTP/1.1 with keep-alive."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from typing import ClassVar
from urllib.parse import parse_qsl

from channels.adapters.amazon.sandbox import control, endpoint
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.endpoint import Answer, Request
from channels.rehearsing import serving
from channels.rehearsing.serving import CONTROL, MAX_BODY, Handler


class SellerHandler(Handler):
    """One connection. The server's `sandbox` holds everything else."""

    sandbox: ClassVar[Sandbox]

    def answer(self) -> None:
        content = self._content()
        if content is None:
            self._send(Answer(413 if "Content-Length" in self.headers else 411))
            return
        path, _, query = self.path.partition("?")
        if path.startswith(CONTROL) and self.is_from_here():
            self._send(self._controlled(path.removeprefix(CONTROL), query, content))
            return
        url = f"http://{self.headers.get('Host', '')}"
        request = Request(self.command, path, query, self.headers, content, url)
        said = endpoint.answer(self.sandbox, request)
        if said.is_cut:
            self.cut()
        else:
            self._send(said)

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


class Server(serving.Server):
    """One seller on one loopback port."""

    handler = SellerHandler
    sandbox: Sandbox


def running(sandbox: Sandbox, port: int = 0) -> AbstractContextManager[Server]:
    """The seller's server in a thread of this process, stopped at the end."""
    return serving.running(Server(sandbox, port))
