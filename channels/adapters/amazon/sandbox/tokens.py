"""Login with Amazon: the token endpoint, whose errors have a shape of their own, and its tokens."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl

from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Call, Reply, denied

SECONDS = 3600
GRANTLESS_SCOPES = ("sellingpartnerapi::notifications", "sellingpartnerapi::migration")


class GrantError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "error_description": description}


def grant(sandbox: Sandbox, call: Call) -> Reply:
    """POST /auth/o2/token, form-encoded."""
    try:
        return Reply(200, _granted(sandbox, _form(call)))
    except GrantError as error:
        return Reply(error.status, error.body)


def _form(call: Call) -> dict[str, str]:
    kind = call.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise GrantError("invalid_request", "The content type must be a form's.")
    return dict(parse_qsl(call.content.decode("utf-8", "replace")))


def _granted(sandbox: Sandbox, form: dict[str, str]) -> dict[str, object]:
    account = sandbox.account
    if (form.get("client_id"), form.get("client_secret")) != (
        account.client_id,
        account.client_secret,
    ):
        raise GrantError("invalid_client", "Client authentication failed", 401)
    if not account.is_client_authorized:
        raise GrantError("unauthorized_client", "Not authorized for requested operation")
    kind = form.get("grant_type")
    if kind == "client_credentials":
        return _grantless(sandbox, form)
    if kind != "refresh_token":
        raise GrantError("unsupported_grant_type", f"Unsupported grant type: {kind}")
    if account.is_revoked or form.get("refresh_token") != account.refresh_token:
        raise GrantError("invalid_grant", "The request has an invalid grant parameter.")
    token = _issue(sandbox, is_grantless=False)
    return {**token, "refresh_token": account.refresh_token}


def _grantless(sandbox: Sandbox, form: dict[str, str]) -> dict[str, object]:
    if form.get("scope") not in GRANTLESS_SCOPES:
        raise GrantError("invalid_scope", "The requested scope is invalid.")
    return _issue(sandbox, is_grantless=True)


def _issue(sandbox: Sandbox, *, is_grantless: bool) -> dict[str, object]:
    token = f"Atza|{secrets.token_hex(24)}"
    now = sandbox.now()
    with sandbox.store.transaction():
        sandbox.store.run("DELETE FROM tokens WHERE expires_at < ?", (now - 86_400,))
        sandbox.store.run(
            "INSERT INTO tokens (token, expires_at, is_grantless) VALUES (?, ?, ?)",
            (token, now + SECONDS, is_grantless),
        )
    return {"access_token": token, "token_type": "bearer", "expires_in": SECONDS}


def check(sandbox: Sandbox, token: str) -> None:
    """Raises ApiError (403) unless the token is good for calls of the seller."""
    if not token:
        raise denied("Access token is missing in the request header.")
    row = sandbox.store.one("SELECT * FROM tokens WHERE token = ?", (token,))
    if row is None or row["is_grantless"] or sandbox.account.is_revoked:
        raise denied("The access token you provided is revoked, malformed or invalid.")
    if row["expires_at"] <= sandbox.now():
        raise denied("The access token you provided has expired.")
