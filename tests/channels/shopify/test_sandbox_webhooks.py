"""Webhooks of the sandbox: subscriptions, signed deliveries, and the ways they misbehave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest

from tests.channels.shopify.rehearsal import Receiver, Rehearsal, listening

UPDATE = """mutation Update($id: ID!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) {
    webhookSubscription { id uri } userErrors { field message } } }"""
DELETE = """mutation Delete($id: ID!) { webhookSubscriptionDelete(id: $id) {
  deletedWebhookSubscriptionId userErrors { message } } }"""
LIST = "{ webhookSubscriptions(first: 50) { nodes { topic uri format apiVersion { handle } } } }"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as kept:
        yield kept


def order(shop: Rehearsal, quantity: int = 1) -> str:
    lines = [{"sku": "MUG", "quantity": quantity}]
    order_id: str = shop.shape("orders", {"lines": lines})["order_id"]
    return order_id


def test_subscriptions_are_made_listed_moved_and_deleted(shop: Rehearsal) -> None:
    made = shop.subscribe("ORDERS_CREATE", "https://back.example/a")["webhookSubscription"]
    assert shop.data(LIST)["webhookSubscriptions"]["nodes"] == [
        {
            "topic": "ORDERS_CREATE",
            "uri": "https://back.example/a",
            "format": "JSON",
            "apiVersion": {"handle": "2026-10"},
        }
    ]
    moved = shop.data(UPDATE, id=made["id"], sub={"uri": "https://back.example/b"})
    uri = moved["webhookSubscriptionUpdate"]["webhookSubscription"]["uri"]
    assert uri == "https://back.example/b"
    gone = shop.data(DELETE, id=made["id"])["webhookSubscriptionDelete"]
    assert gone["deletedWebhookSubscriptionId"] == made["id"]
    assert shop.data(LIST)["webhookSubscriptions"]["nodes"] == []


@pytest.mark.parametrize(
    "uri", ["http://back.example/a", "ftp://back.example", "https://x.myshopify.com/a", ""]
)
def test_an_address_is_https_and_not_shopifys(shop: Rehearsal, uri: str) -> None:
    payload = shop.subscribe("ORDERS_CREATE", uri)
    assert payload["webhookSubscription"] is None
    assert payload["userErrors"][0]["field"] == ["webhookSubscription", "uri"]


def test_one_address_has_a_topic_once(shop: Rehearsal) -> None:
    shop.subscribe("ORDERS_CREATE", "https://back.example/a")
    again = shop.subscribe("ORDERS_CREATE", "https://back.example/a")
    assert again["userErrors"][0]["message"] == "Address for this topic has already been taken"
    assert shop.subscribe("ORDERS_UPDATED", "https://back.example/a")["userErrors"] == []


def test_a_delivery_is_signed_with_the_client_secret(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url)
    order_id = order(shop, 2)
    headers, body = receiver.got.get(timeout=10)
    digest = hmac.new(b"sandbox-secret", body, hashlib.sha256).digest()
    assert headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(digest).decode()
    assert headers["X-Shopify-Topic"] == "orders/create"
    assert headers["X-Shopify-Shop-Domain"] == "stockcast-sandbox.myshopify.com"
    said = json.loads(body)
    assert said["admin_graphql_api_id"] == order_id
    assert [(line["sku"], line["quantity"]) for line in said["line_items"]] == [("MUG", 2)]


def test_our_own_push_comes_back_as_a_level_update(shop: Rehearsal, receiver: Receiver) -> None:
    item = shop.item("MUG")
    shop.subscribe("INVENTORY_LEVELS_UPDATE", receiver.url)
    shop.set([shop.line(item, 4)])
    headers, said = receiver.next()
    assert headers["X-Shopify-Topic"] == "inventory_levels/update"
    assert said["inventory_item_id"] == int(item.rpartition("/")[2])
    assert said["available"] == 4


def test_a_refused_call_delivers_nothing(shop: Rehearsal, receiver: Receiver) -> None:
    item = shop.item("MUG")
    shop.subscribe("INVENTORY_LEVELS_UPDATE", receiver.url)
    shop.set([shop.line(item, 4, 99)])
    shop.set([shop.line(item, 5)], key="key-2")
    assert receiver.next()[1]["available"] == 5
    assert len(shop.read("webhooks")["deliveries"]) <= 1


def test_nothing_is_sent_beyond_this_machine(shop: Rehearsal) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", "https://back.example/a")
    order(shop)
    delivery = shop.read("webhooks")["deliveries"][0]
    assert (delivery["attempts"], delivery["outcome"][:8]) == (0, "not sent")


def test_only_the_fields_asked_for_are_sent(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url, includeFields=["id", "name"])
    order(shop)
    assert set(receiver.next()[1]) == {"id", "name"}


@pytest.mark.usefixtures("answered_at_once")
def test_copies_bear_one_id_and_events_another(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url)
    shop.shape("webhooks", {"copies": 2})
    order(shop)
    order(shop)
    ids = [receiver.next()[0]["X-Shopify-Webhook-Id"] for _ in range(4)]
    assert ids[0] == ids[1] != ids[2] == ids[3]


@pytest.mark.usefixtures("answered_at_once")
def test_deliveries_are_held_and_come_in_reverse(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url)
    shop.shape("webhooks", {"is_held": True})
    placed = [order(shop) for _ in range(3)]
    assert receiver.got.empty()
    shop.shape("webhooks", {"is_reversed": True})
    got = [receiver.next()[1]["admin_graphql_api_id"] for _ in range(3)]
    assert got == placed[::-1]


def test_a_wrong_signature_can_be_rehearsed(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url)
    shop.shape("webhooks", {"is_signature_wrong": True})
    order(shop)
    headers, body = receiver.got.get(timeout=10)
    digest = hmac.new(b"sandbox-secret", body, hashlib.sha256).digest()
    assert headers["X-Shopify-Hmac-Sha256"] != base64.b64encode(digest).decode()


def test_a_failed_delivery_is_repeated_and_after_eight_repeats_unsubscribed(
    shop: Rehearsal, receiver: Receiver
) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url)
    receiver.status = 500
    order(shop)
    ids = {receiver.next()[0]["X-Shopify-Webhook-Id"]}
    for _ in range(8):
        shop.shape("clock", {"advance_seconds": 5000})
        ids.add(receiver.next()[0]["X-Shopify-Webhook-Id"])
    assert len(ids) == 1
    while shop.data(LIST)["webhookSubscriptions"]["nodes"]:
        assert receiver.got.empty()
    assert shop.read("webhooks")["deliveries"][0]["attempts"] == 9
