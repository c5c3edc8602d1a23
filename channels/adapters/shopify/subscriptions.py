"""Has Shopify send its webhooks to us: creates, moves and tidies the app's subscriptions.

Safe to repeat at any time; Shopify deletes a subscription by itself after eight failed deliveries.
A subscription is ours when the path of its address is: the host may change, and another
installation of ours that serves other channels keeps its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from channels.adapters.shopify import documents, hook_documents
from channels.adapters.shopify.client import Client
from channels.contract import ChannelError, Code, Payload

TOPICS: Mapping[str, str] = {
    "ORDERS_CREATE": "read_orders",
    "ORDERS_UPDATED": "read_orders",
    "ORDERS_CANCELLED": "read_orders",
    "ORDERS_EDITED": "read_orders",
    "REFUNDS_CREATE": "read_orders",
    "FULFILLMENTS_CREATE": "read_fulfillments",
    "FULFILLMENTS_UPDATE": "read_fulfillments",
    "INVENTORY_LEVELS_UPDATE": "read_inventory",
    "LOCATIONS_CREATE": "read_locations",
    "LOCATIONS_UPDATE": "read_locations",
    "LOCATIONS_DELETE": "read_locations",
    "LOCATIONS_ACTIVATE": "read_locations",
    "LOCATIONS_DEACTIVATE": "read_locations",
    "APP_UNINSTALLED": "",
}
"""What we listen to, and the access scope that Shopify demands for it ("": none)."""

logger = logging.getLogger(__name__)


def subscribe(client: Client, address: str) -> list[str]:
    """Topics created or moved, as a delivery names them (`orders/create`). A topic whose scope is
    not granted is left out, and so is one that Shopify refuses to this app.

    Raises ChannelError; CONFIGURATION when Shopify could not or will not send to the address.
    """
    check_address(address)
    scopes = granted(client.run(documents.SHOP, {}))
    ours = _ours(client, address)
    changed = []
    for topic, scope in TOPICS.items():
        if scope and scope not in scopes:
            continue
        kept = _kept(client, ours.get(topic, []), address)
        if kept is not None and _is_right(kept, address):
            continue
        if _told(client, topic, address, kept):
            changed.append(topic_name(topic))
    return changed


def check_address(address: str) -> None:
    """Raises ChannelError (CONFIGURATION) for an address that no shop sends to: it takes https
    with a host and a path; plain http serves rehearsals on this machine alone."""
    parts = urlsplit(address)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))
    if not is_safe or not parts.hostname or parts.path in {"", "/"}:
        raise _misconfigured(
            f"Shopify sends webhooks only to a public https address with a path, not to {address}:"
            " set the public address of this installation, beginning with https://"
        )


def topic_name(topic: str) -> str:
    """`INVENTORY_LEVELS_UPDATE` as deliveries name it: `inventory_levels/update`."""
    name, _, verb = topic.lower().rpartition("_")
    return f"{name}/{verb}"


def granted(data: Payload) -> set[str]:
    """Access scopes in an answer of `documents.SHOP`; one to write includes the one to read."""
    scopes = {one["handle"] for one in data["currentAppInstallation"]["accessScopes"]}
    return scopes | {f"read_{one[6:]}" for one in scopes if one.startswith("write_")}


def missing(scopes: Iterable[str]) -> list[str]:
    """Scopes without which some topic stays silent."""
    return sorted(set(filter(None, TOPICS.values())) - set(scopes))


def _ours(client: Client, address: str) -> dict[str, list[Payload]]:
    """The app's subscriptions to our path by topic, oldest first."""
    path = urlsplit(address).path
    found: dict[str, list[Payload]] = {}
    for one in client.pages(hook_documents.SUBSCRIPTIONS, {}, "webhookSubscriptions"):
        if urlsplit(one["uri"]).path == path:
            found.setdefault(one["topic"], []).append(one)
    return found


def _kept(client: Client, ours: Sequence[Payload], address: str) -> Payload | None:
    """The subscription to keep of those to one topic, a right one when there is one; the others,
    which would bring everything once more, are deleted."""
    if not ours:
        return None
    kept, *doubles = sorted(ours, key=lambda one: not _is_right(one, address))
    for double in doubles:
        # One that is gone already is as good.
        client.run(hook_documents.UNSUBSCRIBE, {"id": double["id"]})
    return kept


def _is_right(subscription: Payload, address: str) -> bool:
    """Whether it brings everything here in the shape we read."""
    is_whole = not subscription["includeFields"] and not subscription["filter"]
    return subscription["uri"] == address and subscription["format"] == "JSON" and is_whole


def _told(client: Client, topic: str, address: str, old: Payload | None) -> bool:
    """Whether the subscription was made, or the old one moved."""
    wanted: Payload = {"uri": address, "format": "JSON"}
    try:
        if old is None:
            operation, variables = hook_documents.SUBSCRIBE, {"topic": topic}
        else:
            operation, variables = hook_documents.MOVE, {"id": old["id"]}
            wanted |= {"includeFields": [], "filter": ""} if _is_narrowed(old) else {}
        result = client.run(operation, {**variables, "subscription": wanted})[operation.root]
    except ChannelError as error:
        if error.code is not Code.SCOPE_MISSING:
            raise
        logger.warning("Shopify does not tell of %s: %s", topic_name(topic), error.message)
        return False
    return _is_done(client, topic, address, result["userErrors"])


def _is_narrowed(subscription: Payload) -> bool:
    return bool(subscription["includeFields"] or subscription["filter"])


def _is_done(client: Client, topic: str, address: str, errors: Sequence[Payload]) -> bool:
    """Reads a refusal: of the address it concerns every topic, of anything else this one alone
    (an app may lack the approval that a topic takes beside its scope)."""
    if not errors:
        return True
    message = "; ".join(error["message"] for error in errors)
    is_of_address = any((error["field"] or [""])[-1] in {"uri", "callbackUrl"} for error in errors)
    if not is_of_address:
        logger.warning("Shopify does not tell of %s: %s", topic_name(topic), message)
        return False
    # Whoever subscribes in the same moment is refused because the other one was faster.
    if any(one["uri"] == address for one in _ours(client, address).get(topic, ())):
        return False
    raise _misconfigured(f"Shopify refuses to send webhooks to {address}: {message}")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _misconfigured(message: str) -> ChannelError:
    return ChannelError(Code.CONFIGURATION, message, permanent=True)
