"""The HTTP side: one shop on one loopback port, HTTP/1.1 with keep-alive."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from channels.adapters.shopify.sandbox import control
from channels.adapters.shopify.sandbox.application import TOKEN_SECONDS, Sandbox
from channels.adapters.shopify.sandbox.shop import is_token_good
from channels.rehearsing import serving
from channels.rehearsing.serving import CONTROL, LOOPBACK, MAX_BODY, Handler

GRAPHQL = re.compile(r"/admin/api/([\w-]+)/graphql\.json")
BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105


class BadBodyError(Exception):
    """The request body can not be read."""


class ShopHandler(Handler):
    """One connection. The server's `sandbox` holds everything else."""

    sandbox: ClassVar[Sandbox]

    def answer(self) -> None:
        if self.command == "GET":
            self._read()
        elif self.command == "POST":
            self._write()
        else:
            self._send(405, {"errors": "Method Not Allowed"}, {"Allow": "GET, POST"})
            self.close_connection = True  # its body was not read

    def _read(self) -> None:
        url = urlsplit(self.path)
        if not url.path.startswith(CONTROL) or not self.is_from_here():
            self._send(404, {"errors": "Not Found"})
            return
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        self._send(*control.read(self.sandbox, url.path.removeprefix(CONTROL), query))

    def _write(self) -> None:
        path = urlsplit(self.path).path
        try:
            raw = self._body()
            if path.startswith(CONTROL) and self.is_from_here():
                body = _json(raw or b"{}")
                self._send(*control.write(self.sandbox, path.removeprefix(CONTROL), body))
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
            self.cut()
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
        return self.host in LOOPBACK or self.host == self.sandbox.shop.domain

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


class Server(serving.Server):
    """One shop on one loopback port."""

    handler = ShopHandler
    sandbox: Sandbox


def running(sandbox: Sandbox, port: int = 0) -> AbstractContextManager[Server]:
    """The shop's server in a thread of this process, stopped at the end."""
    return serving.running(Server(sandbox, port))


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as error:
        raise BadBodyError(f"The body is no JSON: {error}") from error
