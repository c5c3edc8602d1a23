"""Webhook subscriptions: which topics go to which address."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from channels.adapters.shopify.sandbox import views
from channels.adapters.shopify.sandbox.context import Info
from channels.adapters.shopify.sandbox.gid import gid, number_of
from channels.adapters.shopify.sandbox.paging import Source, connection
from channels.adapters.shopify.sandbox.refusals import UserError, plain_error
from channels.adapters.shopify.sandbox.resolvers.catalogue import by_number, getter
from channels.adapters.shopify.sandbox.resolvers.shop import version
from channels.adapters.shopify.sandbox.store import Store
from channels.adapters.shopify.sandbox.views import View

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def subscriptions(
    _root: None,
    info: Info,
    topics: Sequence[str] | None = None,
    uri: str | None = None,
    **page: Any,
) -> View:
    where: list[str] = ["1"]
    parameters: list[object] = []
    if topics:
        where.append(f"topic IN ({','.join('?' * len(topics))})")
        parameters += topics
    if uri is not None:
        where.append("uri = ?")
        parameters.append(uri)
    sort = {"ID": "id", "CREATED_AT": "created_at"}[page["sortKey"]]
    source = Source("webhook_subscriptions", " AND ".join(where), parameters, sort=sort)
    return connection(info.context.store, source, page, views.subscription)


def create(
    _root: None,
    info: Info,
    topic: str,
    webhookSubscription: Mapping[str, Any],  # noqa: N803
) -> View:
    store: Store = info.context.store
    uri = webhookSubscription.get("uri")
    error = _address_error(store, topic, uri, 0)
    if error:
        return {"webhookSubscription": None, "userErrors": [error]}
    number, now = store.next_id("WebhookSubscription"), store.now()
    store.run(
        "INSERT INTO webhook_subscriptions (id, topic, uri, include_fields, filter, name, "
        "created_at, updated_at) VALUES (?,?,?,?,?,?,?,?)",
        (
            number,
            topic,
            uri,
            json.dumps(webhookSubscription.get("includeFields") or []),
            webhookSubscription.get("filter"),
            webhookSubscription.get("name"),
            now,
            now,
        ),
    )
    return _answer(store, number)


def update(
    _root: None,
    info: Info,
    id: str,  # noqa: A002
    webhookSubscription: Mapping[str, Any],  # noqa: N803
) -> View:
    store: Store = info.context.store
    row = by_number(store, "webhook_subscriptions", number_of(id, "WebhookSubscription"))
    if row is None:
        error = plain_error("Webhook subscription does not exist", "id")
        return {"webhookSubscription": None, "userErrors": [error]}
    uri = webhookSubscription.get("uri", row["uri"])
    address_error = _address_error(store, row["topic"], uri, row["id"])
    if address_error:
        return {"webhookSubscription": None, "userErrors": [address_error]}
    fields = webhookSubscription.get("includeFields")
    store.run(
        "UPDATE webhook_subscriptions SET uri = ?, include_fields = ?, filter = ?, name = ?, "
        "updated_at = ? WHERE id = ?",
        (
            uri,
            row["include_fields"] if fields is None else json.dumps(fields),
            webhookSubscription.get("filter", row["filter"]),
            webhookSubscription.get("name", row["name"]),
            store.now(),
            row["id"],
        ),
    )
    return _answer(store, row["id"])


def delete(_root: None, info: Info, id: str) -> View:  # noqa: A002
    store: Store = info.context.store
    number = number_of(id, "WebhookSubscription")
    if not store.run("DELETE FROM webhook_subscriptions WHERE id = ?", (number,)):
        error = plain_error("Webhook subscription does not exist", "id")
        return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}
    return {
        "deletedWebhookSubscriptionId": gid("WebhookSubscription", number or 0),
        "userErrors": [],
    }


def _answer(store: Store, number: int) -> View:
    row = by_number(store, "webhook_subscriptions", number)
    return {"webhookSubscription": views.subscription(row) if row else None, "userErrors": []}


def _address_error(store: Store, topic: str, uri: str | None, own: int) -> UserError | None:
    path = ("webhookSubscription", "uri")
    if not uri:
        return plain_error("Address can't be blank", *path)
    parts = urlsplit(uri)
    # A shop demands https. Rehearsals end on this machine, where plain http is all there is.
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return plain_error(f"Address protocol {parts.scheme}:// is not supported", *path)
    host = parts.hostname or ""
    if host.endswith((".myshopify.com", ".shopify.com")):
        return plain_error(f"Address cannot be a Shopify or an internal domain: {host}", *path)
    taken = store.one(
        "SELECT id FROM webhook_subscriptions WHERE topic = ? AND uri = ? AND id <> ?",
        (topic, uri, own),
    )
    return plain_error("Address for this topic has already been taken", *path) if taken else None


RESOLVERS: dict[str, Callable[..., Any]] = {
    "QueryRoot.webhookSubscription": getter(
        "WebhookSubscription", "webhook_subscriptions", views.subscription
    ),
    "QueryRoot.webhookSubscriptions": subscriptions,
    "Mutation.webhookSubscriptionCreate": create,
    "Mutation.webhookSubscriptionUpdate": update,
    "Mutation.webhookSubscriptionDelete": delete,
    "WebhookSubscription.apiVersion": lambda _subscription, info: version(
        info.context.shop.versions()[-1]
    ),
}
