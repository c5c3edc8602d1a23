"""Login with Amazon: turns the seller's refresh token into access tokens of an hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

from channels.adapters.amazon.failures import parsed, refused
from channels.adapters.amazon.parameters import Account
from channels.contract import ChannelError, Code, Payload
from channels.http import HttpClient, Reply

EARLY_SECONDS = 60.0
"""A token is renewed this long before it ends, so that none dies on its way."""
_REMEDIES = {
    "invalid_grant": "the seller revoked the authorisation, or the refresh token is wrong: "
    "connect again",
    "invalid_client": "client ID or client secret is wrong, or the secret expired after 180 days: "
    "enter the new one",
}


class Tokens:
    """The access token of one seller. `has_served`: whether Amazon took this one already."""

    def __init__(
        self, http: HttpClient, account: Account, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._account = account
        self._clock = clock
        self._token = ""
        self._ends_at = 0.0
        self.has_served = False

    def token(self) -> str:
        """The token for the next call. Raises ChannelError, never with an unknown outcome: that
        call was not sent."""
        if not self._token or self._clock() >= self._ends_at - EARLY_SECONDS:
            self._fetch()
        return self._token

    def drop(self) -> bool:
        """A call was refused (403). Whether another token may help: it does for one that was good
        before and may have expired, not for one that was refused from the first."""
        may_help, self._token, self.has_served = self.has_served, "", False
        return may_help

    def _fetch(self) -> None:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._account.refresh_token,
            "client_id": self._account.client_id,
            "client_secret": self._account.client_secret,
        }
        asked_at = self._clock()
        try:
            reply = self._http.post(
                f"{self._account.token_origin}/auth/o2/token",
                body=urlencode(form).encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
                    "Accept": "application/json",
                },
                label="token",
            )
        except ChannelError as error:
            # Whatever became of this call, the one that needs the token has not been sent.
            error.is_outcome_unknown = False
            raise
        granted = _granted(reply)
        self._token, self.has_served = str(granted["access_token"]), False
        self._ends_at = asked_at + float(granted.get("expires_in") or 0)


def _granted(reply: Reply) -> Payload:
    """Its failures have a shape of their own: `{"error", "error_description"}`."""
    body = parsed(reply.body) or {}
    if reply.status == 200 and body.get("access_token"):
        return body
    if reply.status in (408, 429) or reply.status >= 500 or reply.status == 200:
        message = f"Amazon gives no token now ({reply.status})"
        raise ChannelError(Code.UNAVAILABLE, message, permanent=False)
    reason = str(body.get("error") or f"status {reply.status}")
    remedy = _REMEDIES.get(reason, "check client ID, client secret and refresh token")
    raise refused(f"Amazon grants no token ({reason}): {remedy}", Code.UNAUTHORIZED)
