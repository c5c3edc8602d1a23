"""Where the access token comes from: given once and for all, or fetched by client credentials."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlencode

from channels.contract import ChannelError, Code
from channels.http import HttpClient, Reply

EARLY_SECONDS = 300.0
"""A token is renewed this long before it ends, so that none dies on its way."""


class TokenSource(Protocol):
    """Gives the token for the next call."""

    def token(self) -> str:
        """The token; raises ChannelError, never with an unknown outcome: the call was not sent."""

    def renew(self) -> bool:
        """After a 401: whether asking `token()` again may bring another one."""


class StaticToken:
    """The token of a custom app: it lives until somebody revokes it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        return self._token

    def renew(self) -> bool:
        return False


class ClientCredentials:
    """Fetches a token for an app of the store's own organisation; about 24 h of life."""

    def __init__(
        self,
        http: HttpClient,
        base_url: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._url = f"{base_url}/admin/oauth/access_token"
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._token = ""
        self._ends_at = 0.0

    def token(self) -> str:
        if not self._token or self._clock() >= self._ends_at - EARLY_SECONDS:
            self._fetch()
        return self._token

    def renew(self) -> bool:
        self._token = ""
        return True

    def _fetch(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        asked_at = self._clock()
        try:
            reply = self._http.post(
                self._url,
                body=urlencode(form).encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                },
                label="token",
            )
        except ChannelError as error:
            # Whatever became of this call, the one that needs the token has not been sent.
            error.is_outcome_unknown = False
            raise
        granted = _parsed(reply)
        self._token = str(granted["access_token"])
        self._ends_at = asked_at + float(str(granted.get("expires_in", 0)))


def _parsed(reply: Reply) -> Mapping[str, object]:
    if reply.status == 429 or reply.status >= 500:
        raise ChannelError(
            Code.UNAVAILABLE, f"Shopify gives no token now ({reply.status})", permanent=False
        )
    if reply.status == 404:
        raise ChannelError(
            Code.CONFIGURATION, "The shop does not exist; check its domain", permanent=True
        )
    body = _object(reply.body)
    if reply.status == 200 and body.get("access_token"):
        return body
    reason = body.get("error") or f"status {reply.status}"
    raise ChannelError(
        Code.UNAUTHORIZED,
        f"Shopify grants no token ({reason}): check client ID and secret, and that the app is"
        " installed and belongs to the store's organisation",
        permanent=True,
    )


def _object(body: bytes) -> Mapping[str, object]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
