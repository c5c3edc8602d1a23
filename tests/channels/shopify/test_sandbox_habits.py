"""What the sandbox's webhooks tell, and how they get lost, mixed up, re-signed and slow."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.shopify.rehearsal import Receiver, Rehearsal, listening

ROOT = Path(__file__).resolve().parents[3]
SPECS = Path(os.environ.get("STOCKCAST_SPECS", str(ROOT / "../shared/specs"))) / "shopify/webhooks"
needs_specs = pytest.mark.skipif(not SPECS.exists(), reason=f"no published payloads at {SPECS}")
LOCATIONS = "{ locations(first: 9, includeInactive: true) { nodes { name isActive } } }"
MUG = {"sku": "MUG", "quantity": 1}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as kept:
        yield kept


def place(shop: Rehearsal, _order: str) -> None:
    shop.order()


def fulfil(shop: Rehearsal, order: str) -> None:
    shop.shape(f"orders/{order}/fulfil")


def cancel(shop: Rehearsal, order: str) -> None:
    shop.shape(f"orders/{order}/cancel", {"is_restocked": True})


def refund(shop: Rehearsal, order: str) -> None:
    shop.shape(f"orders/{order}/refund", {"lines": [{**MUG, "restock": "cancel"}]})


def edit(shop: Rehearsal, order: str) -> None:
    shop.shape(f"orders/{order}/edit", {"lines": [{**MUG, "quantity": 5}]})


Act = Callable[[Rehearsal, str], object]
ACTS: list[tuple[str, Act]] = [
    ("orders/create", place),
    ("orders/updated", fulfil),
    ("fulfillments/create", fulfil),
    ("orders/cancelled", cancel),
    ("refunds/create", cancel),
    ("refunds/create", refund),
    ("orders/edited", edit),
    ("inventory_levels/update", edit),
    ("inventory_levels/update", refund),
]


def unknown_keys(said: Any, published: Any, path: str = "") -> list[str]:
    """What a payload says that Shopify's example does not."""
    if isinstance(said, dict) and isinstance(published, dict):
        return [
            found
            for key, value in said.items()
            for found in (
                unknown_keys(value, published[key], f"{path}.{key}")
                if key in published
                else [f"{path}.{key}"]
            )
        ]
    if isinstance(said, list) and isinstance(published, list) and published:
        return [found for row in said for found in unknown_keys(row, published[0], f"{path}[]")]
    return []


@needs_specs
@pytest.mark.parametrize(("topic", "act"), ACTS)
def test_each_event_is_told_as_shopify_tells_it(
    shop: Rehearsal, receiver: Receiver, topic: str, act: Act
) -> None:
    shop.item("MUG")
    order = shop.order(3)
    shop.subscribe(topic.replace("/", "_").upper(), receiver.url)
    act(shop, order)
    headers, said = receiver.next()
    published = json.loads((SPECS / f"{topic.replace('/', '__')}.json").read_text())
    assert headers["X-Shopify-Topic"] == topic
    assert unknown_keys(said, published["metadata"]["response"]) == []


def test_an_edit_is_told_by_lines_and_differences(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    shop.item("CUP")
    order = shop.order(3)
    shop.subscribe("ORDERS_EDITED", receiver.url)
    lines = [{**MUG, "quantity": 1}, {"sku": "CUP", "quantity": 4}]
    after = shop.shape(f"orders/{order}/edit", {"lines": lines})
    mug, cup = (int(line["line_id"].rpartition("/")[2]) for line in after["lines"])
    told = receiver.next()[1]["order_edit"]
    assert told["order_id"] == after["number"] != told["id"]
    assert told["line_items"] == {
        "additions": [{"id": cup, "delta": 4}],
        "removals": [{"id": mug, "delta": 2}],
    }


def test_a_refund_is_told_with_where_its_units_went(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    order = shop.order(3)
    shop.subscribe("REFUNDS_CREATE", receiver.url)
    refund(shop, order)
    told = receiver.next()[1]
    line = told["refund_line_items"][0]
    assert (told["restock"], line["quantity"], line["restock_type"]) == (True, 1, "cancel")
    assert line["location_id"] == int(shop.location().rpartition("/")[2])


@pytest.mark.usefixtures("answered_at_once")
def test_locations_tell_that_they_come_change_and_close(
    shop: Rehearsal, receiver: Receiver
) -> None:
    shop.item("MUG", levels={"East": 7})
    for verb in ("CREATE", "UPDATE", "DEACTIVATE", "ACTIVATE"):
        shop.subscribe(f"LOCATIONS_{verb}", receiver.url)
    for change in (
        {"name": "West"},
        {"name": "West", "rename_to": "Far West"},
        {"name": "East", "is_active": False},
        {"name": "East", "is_active": True},
        {"name": "East"},
    ):
        shop.shape("locations", {"locations": [change]})
    got = [receiver.next() for _ in range(6)]
    # Sorted: a store that is kept waiting promises no order.
    assert sorted((headers["X-Shopify-Topic"], said["name"]) for headers, said in got) == [
        ("locations/activate", "East"),
        ("locations/create", "West"),
        ("locations/deactivate", "East"),
        ("locations/update", "East"),
        ("locations/update", "East"),
        ("locations/update", "Far West"),
    ]
    assert shop.stock(location="East") == (7, 0, 7)


def test_a_closed_location_is_still_listed_and_takes_no_numbers(shop: Rehearsal) -> None:
    item = shop.item("MUG", levels={"Main": 1, "East": 7})
    east = shop.location("East")
    shop.shape("locations", {"locations": [{"name": "East", "is_active": False}]})
    payload = shop.set([{**shop.line(item, 9), "locationId": east}])
    assert payload["userErrors"][0]["code"] == "INVALID_LOCATION"
    assert shop.stock(location="East") == (7, 0, 7)
    rows = shop.data(LOCATIONS)["locations"]["nodes"]
    assert {row["name"]: row["isActive"] for row in rows} == {"Main": True, "East": False}


def test_a_share_of_deliveries_is_lost_and_the_same_ones_again(
    shop: Rehearsal, receiver: Receiver
) -> None:
    shop.item("MUG", levels={"Main": 1000})
    shop.subscribe("ORDERS_CREATE", receiver.url)

    def lost() -> list[bool]:
        shop.shape("webhooks", {"drop_share": 0.5, "seed": 3, "is_held": True})
        placed = {shop.order(): number for number in range(20)}
        outcomes = {
            placed[told["payload"]["admin_graphql_api_id"]]: told["outcome"]
            for told in shop.read("webhooks")["deliveries"]
            if told["payload"]["admin_graphql_api_id"] in placed
        }
        return [outcomes[number] == "lost on the way" for number in range(20)]

    first = lost()
    assert 3 <= sum(first) <= 17
    assert lost() == first
    shop.shape("webhooks", {})
    arrived = [receiver.next() for _ in range(2 * (20 - sum(first)))]
    assert len(arrived) == 2 * first.count(False)
    assert receiver.got.empty()


def test_waiting_deliveries_are_shuffled(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url)
    shop.shape("webhooks", {"is_held": True})
    placed = [shop.order() for _ in range(10)]
    shop.shape("webhooks", {"shuffle": True, "seed": 1})
    got = [receiver.next()[1]["admin_graphql_api_id"] for _ in placed]
    assert sorted(got) == sorted(placed)
    assert got not in (placed, placed[::-1])


def test_a_new_secret_signs_from_then_on(shop: Rehearsal, receiver: Receiver) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url)
    for secret in ("sandbox-secret", "rotated"):
        shop.shape("shop", {"client_secret": secret})
        shop.order()
        headers, body = receiver.got.get(timeout=10)
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        assert headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(digest).decode()


def test_a_slow_answer_does_not_keep_the_others_waiting(
    shop: Rehearsal, receiver: Receiver
) -> None:
    shop.item("MUG")
    shop.subscribe("ORDERS_CREATE", receiver.url)
    receiver.may_answer.clear()
    placed = [shop.order() for _ in range(5)]
    got = [receiver.next()[1]["admin_graphql_api_id"] for _ in placed]
    assert got == placed


def test_bad_habits_are_refused_by_field(shop: Rehearsal) -> None:
    for field, value in (("drop_share", 1.5), ("drop_share", -1), ("shuffle", 1), ("seed", "x")):
        url = f"{shop.url}/_sandbox/webhooks"
        reply = shop.session.post(url, json={field: value}, timeout=10)
        assert (reply.status_code, reply.json()["error"]["field"]) == (400, field)
