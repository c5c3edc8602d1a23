"""A kind of channel that tells things by itself: signed JSON, as the contract asks for it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.test import Client

from channels.contract import (
    ChannelError,
    Code,
    Concern,
    LevelRef,
    Notice,
    Parameter,
    previous,
)
from channels.models import Channel
from tests.pretend import PretendAdapter

SECRET = "first-signing-secret"


class TellingAdapter(PretendAdapter):
    """As PretendAdapter, with webhooks. `subscribed` keeps the addresses it was given."""

    kind = "telling"
    label = "Telling"
    parameters = (
        Parameter("address", "Address", "Small letters only.", pattern="[a-z]+"),
        Parameter("signer", "Signing secret", "From the shop.", is_secret=True, is_signing=True),
        Parameter("token", "Token", "Optional.", is_secret=True, is_required=False),
    )
    has_notices = True
    subscribed: ClassVar[list[str]] = []

    def subscribe(self, address: str) -> list[str]:
        if self.refuses:
            raise ChannelError(Code.SCOPE_MISSING, "Grant it", permanent=True)
        self.subscribed.append(address)
        return ["orders", "levels"]

    def open_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        values = self.connection.values
        secrets = [values["signer"], values.get(previous("signer"), "")]
        signature = headers.get("X-Signature", "")
        if not any(secret and sign(body, secret) == signature for secret in secrets):
            raise ChannelError(Code.FORGED, "The signature is wrong", permanent=True)
        try:
            said = json.loads(body, strict=False)
        except ValueError as error:
            raise ChannelError(Code.BAD_REQUEST, "It is no JSON", permanent=True) from error
        raised_at = said.get("raised_at")
        return Notice(
            external_id=said["id"],
            topic=said.get("topic", "orders"),
            concern=Concern(said.get("concern", "order")),
            raised_at=datetime.fromisoformat(raised_at) if raised_at else None,
            order_id=said.get("order", ""),
            ref=LevelRef(said["item"], said["location"]) if "item" in said else None,
            available=said.get("available"),
        )


def sign(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def body_of(number: str = "n-1", **said: Any) -> bytes:
    return json.dumps({"id": number} | said).encode()


def tell(
    channel: Channel,
    body: bytes,
    *,
    secret: str = SECRET,
    client: Client | None = None,
    **extra: Any,
) -> int:
    """Post a notice as the channel would; the status of the answer."""
    answer = (client or Client(enforce_csrf_checks=True)).post(
        f"/hooks/{channel.hook_key}/",
        body,
        content_type="application/json",
        headers={"x-signature": sign(body, secret)},
        **extra,
    )
    assert answer.content == b""
    return int(answer.status_code)
