"""Opens what Shopify sends by itself: proves where it comes from, and says what it is about. Pure.

The signature covers the body alone, not the headers, and payloads are shaped like the old REST
API: bare numbers, which are turned into the ids that GraphQL knows.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from channels.contract import ChannelError, Code, Concern, LevelRef, Notice

_ORDER_TOPICS = ("orders/", "refunds/", "fulfillments/")
_LEVEL_TOPICS = "inventory_levels/"
_LOCATION_TOPICS = "locations/"
_ACCOUNT_TOPIC = "app/uninstalled"
_ORDER_PREFIX = "gid://shopify/Order/"


def opened(
    secrets: Sequence[str], shop_domain: str, headers: Mapping[str, str], body: bytes
) -> Notice:
    """The notice in a delivery; `secrets` are those it may be signed with.

    Raises ChannelError: FORGED when it is not proven to come from Shopify for this shop,
    BAD_REQUEST when it is and yet makes no sense.
    """
    known = _Headers(headers)
    _prove(secrets, known.get("Hmac-Sha256"), body)
    domain = known.get("Shop-Domain")
    if domain.lower() != shop_domain.lower():
        raise _forged(f"X-Shopify-Shop-Domain is {domain or 'missing'}, not {shop_domain}")
    topic = known.demanded("Topic").lower()
    external_id = known.demanded("Webhook-Id")
    raised_at = _moment(known.get("Triggered-At"))
    said = _said(body)
    if topic.startswith(_ORDER_TOPICS):
        order_id = _order_id(topic, said)
        return Notice(external_id, topic, Concern.ORDER, raised_at, order_id=order_id)
    if topic.startswith(_LEVEL_TOPICS):
        ref, available = _ref(said), _available(said)
        return Notice(external_id, topic, Concern.LEVEL, raised_at, ref=ref, available=available)
    if topic.startswith(_LOCATION_TOPICS):
        return Notice(external_id, topic, Concern.LOCATION, raised_at)
    concern = Concern.ACCOUNT if topic == _ACCOUNT_TOPIC else Concern.OTHER
    return Notice(external_id, topic, concern, raised_at)


class _Headers:
    """Headers by the part of their name after `X-Shopify-`, whatever their case. Newer deliveries
    may leave out the `X-`."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._values = {name.lower().removeprefix("x-"): headers[name] for name in headers}

    def get(self, name: str) -> str:
        return self._values.get(f"shopify-{name.lower()}", "").strip()

    def demanded(self, name: str) -> str:
        value = self.get(name)
        if not value:
            raise _senseless(f"the header X-Shopify-{name} is missing")
        return value


def _prove(secrets: Sequence[str], signature: str, body: bytes) -> None:
    if not secrets:
        raise _forged(
            "Client secret is empty, so no webhook can be proven: enter the app's client secret"
            " (API secret key of a custom app) in the channel's settings"
        )
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        given = b""
    proofs = [hmac.digest(secret.encode(), body, "sha256") for secret in secrets]
    # No short cut: how long it takes must not tell which secret was nearly right.
    if not sum(hmac.compare_digest(proof, given) for proof in proofs):
        raise _forged(
            "X-Shopify-Hmac-Sha256 is missing or wrong. If the delivery is genuine, the client"
            " secret in the channel's settings is not the app's: enter it anew"
        )


def _said(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        raise _senseless("the body is no JSON") from None
    if not isinstance(said, dict):
        raise _senseless("the body is no JSON object")
    return said


def _order_id(topic: str, said: Mapping[str, Any]) -> str:
    """An edit, a refund and a fulfilment have an `id` of their own beside the order's."""
    if topic == "orders/edited":
        edit = said.get("order_edit")
        return _gid("Order", edit if isinstance(edit, dict) else {}, "order_id", "order_edit.")
    if not topic.startswith("orders/"):
        return _gid("Order", said, "order_id")
    told = said.get("admin_graphql_api_id")
    if isinstance(told, str) and told.startswith(_ORDER_PREFIX):
        return told
    return _gid("Order", said, "id")


def _ref(said: Mapping[str, Any]) -> LevelRef:
    return LevelRef(
        _gid("InventoryItem", said, "inventory_item_id"), _gid("Location", said, "location_id")
    )


def _available(said: Mapping[str, Any]) -> int | None:
    """The number told; none for an untracked item, nor when a level was disconnected."""
    value = said.get("available")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _senseless("available is neither a whole number nor null")


def _gid(kind: str, said: Mapping[str, Any], name: str, prefix: str = "") -> str:
    value = said.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise _senseless(f"{prefix}{name} is missing or no id")
    return f"gid://shopify/{kind}/{value}"


def _moment(text: str) -> datetime | None:
    """When it happened by Shopify's clock, to the microsecond; None when it does not say. Nothing
    is decided by it, so a moment nobody can read is no reason to refuse the notice."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _forged(message: str) -> ChannelError:
    return ChannelError(Code.FORGED, message, permanent=True)


def _senseless(what: str) -> ChannelError:
    message = f"A webhook signed by Shopify makes no sense: {what}"
    return ChannelError(Code.BAD_REQUEST, message, permanent=True)
