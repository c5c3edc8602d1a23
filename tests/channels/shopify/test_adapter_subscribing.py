"""Subscribing to the sandbox's webhooks over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from channels.adapters.shopify import hook_documents, subscriptions
from channels.adapters.shopify.sandbox.deliveries import topic_header
from channels.adapters.shopify.sandbox.shop import SCOPES
from channels.contract import ChannelError, Code
from tests.channels.shopify.rehearsal import Rehearsal
from tests.channels.shopify.test_adapter_failures import Shop, open_shop, refused, said
from tests.channels.shopify.test_adapter_stock import Store, rehearsal

ADDRESS = "https://stock.example/notices/7/"
LIST = "{ webhookSubscriptions(first: 250) { nodes { id topic uri format includeFields filter } } }"
CREATE = """mutation Create($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id } userErrors { field message } } }"""
DELETE = """mutation Delete($id: ID!) { webhookSubscriptionDelete(id: $id) {
  deletedWebhookSubscriptionId userErrors { message } } }"""
WRITES = {"webhookSubscriptionCreate", "webhookSubscriptionUpdate", "webhookSubscriptionDelete"}
EVERY_SCOPE = sorted({*SCOPES, "read_fulfillments", "read_orders", "read_locations"})


@pytest.fixture
def store() -> Iterator[Store]:
    with rehearsal() as store:
        store.shape("shop", scopes=EVERY_SCOPE)
        yield store


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


def ask(store: Store, query: str, /, **variables: Any) -> Any:
    with Rehearsal(store.url) as there:
        return there.data(query, **variables)


def held(store: Store) -> list[tuple[str, str]]:
    nodes = ask(store, LIST)["webhookSubscriptions"]["nodes"]
    return sorted((node["topic"], node["uri"]) for node in nodes)


def create(store: Store, topic: str, uri: str, **more: Any) -> str:
    made = ask(store, CREATE, topic=topic, sub={"uri": uri, **more})["webhookSubscriptionCreate"]
    assert made["userErrors"] == []
    return str(made["webhookSubscription"]["id"])


def everything(address: str) -> list[tuple[str, str]]:
    return sorted((topic, address) for topic in subscriptions.TOPICS)


def writes(store: Store) -> int:
    return sum(bool(WRITES & set(one["root_fields"])) for one in store.requests())


def test_every_topic_is_subscribed_once_however_often_it_is_asked(store: Store) -> None:
    changed = store.adapter().subscribe(ADDRESS)
    assert changed == [subscriptions.topic_name(topic) for topic in subscriptions.TOPICS]
    assert "inventory_levels/update" in changed
    assert held(store) == everything(ADDRESS)
    before = writes(store)
    assert store.adapter().subscribe(ADDRESS) == []
    assert (held(store), writes(store)) == (everything(ADDRESS), before)


def test_a_subscription_that_the_shop_dropped_is_made_again(store: Store) -> None:
    store.adapter().subscribe(ADDRESS)
    nodes = ask(store, LIST)["webhookSubscriptions"]["nodes"]
    (dropped,) = [node["id"] for node in nodes if node["topic"] == "REFUNDS_CREATE"]
    ask(store, DELETE, id=dropped)
    assert store.adapter().subscribe(ADDRESS) == ["refunds/create"]
    assert held(store) == everything(ADDRESS)


def test_subscriptions_follow_us_to_another_host(store: Store) -> None:
    store.adapter().subscribe(ADDRESS)
    moved = "https://new.example/notices/7/"
    assert len(store.adapter().subscribe(moved)) == len(subscriptions.TOPICS)
    assert held(store) == everything(moved)


def test_subscriptions_that_are_not_ours_stay(store: Store) -> None:
    others = [
        ("ORDERS_CREATE", "https://stock.example/notices/8/"),
        ("PRODUCTS_UPDATE", "https://else.example/x"),
    ]
    for topic, uri in others:
        create(store, topic, uri)
    store.adapter().subscribe(ADDRESS)
    assert held(store) == sorted([*everything(ADDRESS), *others])


def test_doubles_are_deleted_and_the_right_one_is_kept(store: Store) -> None:
    for host in ("old", "older"):
        create(store, "ORDERS_CREATE", f"https://{host}.example/notices/7/")
        create(store, "ORDERS_EDITED", f"https://{host}.example/notices/7/")
    right = create(store, "ORDERS_CREATE", ADDRESS)
    changed = store.adapter().subscribe(ADDRESS)
    assert "orders/create" not in changed
    assert "orders/edited" in changed
    assert held(store) == everything(ADDRESS)
    assert right in {node["id"] for node in ask(store, LIST)["webhookSubscriptions"]["nodes"]}


def test_a_subscription_that_brings_only_a_part_is_made_whole(store: Store) -> None:
    create(store, "ORDERS_UPDATED", ADDRESS, includeFields=["note"], filter="id:1")
    assert "orders/updated" in store.adapter().subscribe(ADDRESS)
    nodes = ask(store, LIST)["webhookSubscriptions"]["nodes"]
    assert not any(node["includeFields"] or node["filter"] for node in nodes)
    assert store.adapter().subscribe(ADDRESS) == []


def test_many_subscriptions_of_others_do_not_hide_ours(store: Store) -> None:
    store.shape("shop", plan="plus")
    for number in range(260):
        create(store, "ORDERS_CREATE", f"https://else.example/{number}")
    store.adapter().subscribe(ADDRESS)
    store.adapter().subscribe("https://new.example/notices/7/")
    lists = [one for one in store.requests() if one["operation"] == "Subscriptions"]
    assert len(lists) == 4
    with Rehearsal(store.url) as there:
        query = '{ webhookSubscriptions(first: 250, uri: "%s") { nodes { id } } }'
        assert there.data(query % ADDRESS)["webhookSubscriptions"]["nodes"] == []


def test_topics_whose_scope_is_not_granted_are_left_out_and_told(store: Store) -> None:
    store.shape("shop", scopes=["read_products", "write_inventory", "read_locations"])
    adapter = store.adapter()
    changed = adapter.subscribe(ADDRESS)
    assert {topic.partition("/")[0] for topic in changed} == {
        "inventory_levels", "locations", "app",
    }  # fmt: skip
    details = " ".join(adapter.check().details)
    assert "read_fulfillments" in details
    store.shape("shop", scopes=EVERY_SCOPE)
    assert len(adapter.subscribe(ADDRESS)) == len(subscriptions.TOPICS) - len(changed)
    assert held(store) == everything(ADDRESS)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "stock.example/notices/7/",
        "http://stock.example/notices/7/",
        "http://127.0.0.1.evil.example/notices/7/",
        "http://192.168.0.1/notices/7/",
        "ftp://stock.example/notices/7/",
        "https:///notices/7/",
        "https://stock.example",
        "https://stock.example/",
        "pubsub://project:topic",
    ],
)
def test_an_address_no_shop_can_reach_is_refused_before_anything_is_asked(
    store: Store, address: str
) -> None:
    with pytest.raises(ChannelError, match="https://") as caught:
        store.adapter().subscribe(address)
    assert (caught.value.code, caught.value.permanent) == (Code.CONFIGURATION, True)
    assert store.requests() == []


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:80"])
def test_a_rehearsal_may_stay_on_this_machine(store: Store, host: str) -> None:
    address = f"http://{host}/notices/7/"
    store.adapter().subscribe(address)
    assert held(store) == everything(address)


def test_an_address_that_the_shop_refuses_is_an_error_for_a_person(store: Store) -> None:
    address = "https://my-shop.myshopify.com/notices/7/"
    with pytest.raises(ChannelError, match="Shopify refuses") as caught:
        store.adapter().subscribe(address)
    assert (caught.value.code, caught.value.permanent) == (Code.CONFIGURATION, True)


GRANTED = said(
    body={
        "data": {
            "shop": {},
            "currentAppInstallation": {"accessScopes": [{"handle": "read_inventory"}]},
        }
    }
)


def page(*nodes: dict[str, Any]) -> Any:
    listed = {"nodes": list(nodes), "pageInfo": {"hasNextPage": False, "endCursor": None}}
    return said(body={"data": {"webhookSubscriptions": listed}})


def result(*field: str) -> Any:
    errors = [{"field": list(field), "message": "No"}] if field else []
    root = hook_documents.SUBSCRIBE.root
    return said(body={"data": {root: {"webhookSubscription": None, "userErrors": errors}}})


@pytest.mark.parametrize(
    "refusal", [result("webhookSubscription"), result("topic"), refused("ACCESS_DENIED", data=None)]
)
def test_a_topic_that_shopify_keeps_from_the_app_does_not_stop_the_others(
    shop: Shop, refusal: Any
) -> None:
    shop.answers = [GRANTED, page(), refusal, result()]
    assert shop.adapter().subscribe(ADDRESS) == ["app/uninstalled"]
    assert shop.answers == []


def test_whoever_was_faster_subscribed_for_us_too(shop: Shop) -> None:
    made: dict[str, Any] = {
        "id": "gid://shopify/WebhookSubscription/1", "topic": "INVENTORY_LEVELS_UPDATE",
        "uri": ADDRESS, "format": "JSON", "includeFields": [], "filter": None,
    }  # fmt: skip
    taken = result("webhookSubscription", "uri")
    shop.answers = [GRANTED, page(), taken, page(made), result()]
    assert shop.adapter().subscribe(ADDRESS) == ["app/uninstalled"]
    assert shop.answers == []


def test_an_outage_while_subscribing_is_an_error_that_may_be_repeated(shop: Shop) -> None:
    shop.answers = [GRANTED, page(), said(503)]
    with pytest.raises(ChannelError) as caught:
        shop.adapter().subscribe(ADDRESS)
    assert (caught.value.code, caught.value.permanent) == (Code.UNAVAILABLE, False)


def test_topics_are_named_as_deliveries_name_them() -> None:
    for topic in subscriptions.TOPICS:
        assert subscriptions.topic_name(topic) == topic_header(topic)
    assert subscriptions.topic_name("APP_UNINSTALLED") == "app/uninstalled"
