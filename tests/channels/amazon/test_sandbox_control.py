"""The control interface: the clock, what is kept and shown, and refusals that tell the remedy."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from channels.adapters.amazon.sandbox import Sandbox, running
from tests.channels.amazon.rehearsal import Rehearsal


def test_the_index_tells_everything_it_can_play(seller: Rehearsal) -> None:
    index = seller.read("")
    assert {"patchListingsItem", "searchOrders", "createFeed"} <= set(index["operations"])
    assert all(index["read"].values())
    assert all(index["shape"].values())
    assert {"cut", "slow", "status", "token_revoked"} == set(index["fault_kinds"])
    for path in index["read"]:
        assert seller.read(path)


def test_the_clock_is_set_advanced_frozen_and_sped_up(amazon_sandbox: Rehearsal) -> None:
    frozen = amazon_sandbox.shape("clock", {"frozen": True, "set": "2027-01-01T00:00:00Z"})
    assert (frozen["now"], frozen["is_frozen"]) == ("2027-01-01T00:00:00Z", True)
    assert amazon_sandbox.shape("clock", {"advance": 900})["now"] == "2027-01-01T00:15:00Z"
    assert amazon_sandbox.read("clock")["now"] == "2027-01-01T00:15:00Z"
    running_on = amazon_sandbox.shape("clock", {"frozen": False, "speed": 1_000_000})
    assert running_on["speed"] == 1_000_000
    moments = {amazon_sandbox.read("clock")["now"] for _ in range(5)}
    assert len(moments) > 1
    assert min(moments) > "2027-01-01T00:15:00Z"


def test_a_fast_clock_applies_in_moments_what_takes_minutes(amazon_sandbox: Rehearsal) -> None:
    amazon_sandbox.add("MUG")
    amazon_sandbox.shape("clock", {"speed": 1000})
    amazon_sandbox.patch(4)
    # The token lives by the fast clock as well, for some seconds.
    deadline = time.monotonic() + 30
    while amazon_sandbox.shown() != 4 and time.monotonic() < deadline:
        amazon_sandbox.renew()
    [listing] = amazon_sandbox.read("listings", sku="MUG")["listings"]
    assert (listing["quantity"], listing["waiting"]) == (4, [])


def test_listings_show_what_applies_what_was_submitted_and_what_waits(seller: Rehearsal) -> None:
    seller.patch(4)
    [listing] = seller.read("listings", sku="MUG")["listings"]
    assert listing["quantity"] == 10
    assert [waiting["quantity"] for waiting in listing["waiting"]] == [4]
    places = listing["marketplaces"].values()
    assert sorted(place["submitted"][0]["quantity"] for place in places) == [4, 10]
    whole = seller.read("state")
    assert set(whole) == {"account", "habits", "listings", "orders", "feeds", "clock"}


def test_orders_are_shown_with_skus_even_where_the_api_hides_them(seller: Rehearsal) -> None:
    seller.shape("habits", {"is_sku_hidden": True})
    order_id = seller.order(2)
    [shown] = seller.read("orders", id=order_id)["orders"]
    assert shown["lines"] == [{"sku": "MUG", "quantity": 2, "fulfilled": 0}]
    assert "sellerSku" not in shown["orderItems"][0]["product"]


def test_requests_are_logged_without_secrets(seller: Rehearsal) -> None:
    seller.patch(4)
    [request] = seller.read("log", operation="patchListingsItem")["requests"]
    assert (request["method"], request["status"]) == ("PATCH", 200)
    assert request["body"]["patches"][0]["value"][0]["quantity"] == 4
    assert request["answer"]["status"] == "ACCEPTED"
    whole = str(seller.read("log"))
    account = seller.read("account")["account"]
    for secret in (seller.token, account["client_secret"], account["refresh_token"]):
        assert secret not in whole
    assert seller.read("log", after=str(request["number"]))["requests"] == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("listings", {"listings": []}, "listings"),
        ("listings", {"listings": [{"sku": "A", "quantity": -1}]}, "listings[0].quantity"),
        ("listings", {"listings": [{"sku": "A", "stock": 1}]}, "listings[0].stock"),
        (
            "listings",
            {"listings": [{"sku": "A", "marketplaces": ["X"]}]},
            "listings[0].marketplaces",
        ),
        ("orders", {"lines": [{"sku": "MUG", "quantity": 0}]}, "lines[0].quantity"),
        ("clock", {"speed": 0}, "speed"),
        ("clock", {"set": "soon"}, "set"),
        ("habits", {"apply_seconds": -1}, "apply_seconds"),
        ("habits", {"delay": 1}, "delay"),
        ("account", {"region": "MARS"}, "region"),
        ("faults", {"kind": "fire"}, "kind"),
        ("faults", {"kind": "cut", "operation": "fly"}, "operation"),
        ("limits", {"operation": "fly"}, "operation"),
        ("feeds", {"next": "lost"}, "next"),
    ],
)
def test_a_refusal_names_the_field_and_the_remedy(
    seller: Rehearsal, path: str, body: Any, field: str
) -> None:
    reply = seller.session.post(f"{seller.url}/_sandbox/{path}", json=body, timeout=20)
    error = reply.json()["error"]
    assert (reply.status_code, error["field"]) == (400, field)
    assert error["remedy"]


def test_a_path_nobody_knows_is_told_the_ones_there_are(seller: Rehearsal) -> None:
    reply = seller.session.post(f"{seller.url}/_sandbox/nothing", json={}, timeout=20)
    assert reply.status_code == 404
    assert "'listings'" in reply.json()["error"]["remedy"]


def test_no_page_of_another_site_shapes_the_rehearsal(seller: Rehearsal) -> None:
    headers = {"Origin": "https://example.com"}
    url = f"{seller.url}/_sandbox/reset"
    assert seller.session.post(url, json={}, headers=headers, timeout=20).status_code == 403
    assert seller.shown() == 10


def test_reset_forgets_all_but_the_seller(seller: Rehearsal) -> None:
    seller.shape("account", {"seller_id": "A3KEPT"})
    seller.order()
    seller.shape("habits", {"apply_seconds": 5})
    seller.shape("reset")
    state = seller.read("state")
    assert (state["listings"], state["orders"], state["feeds"]) == ([], [], [])
    assert state["account"]["seller_id"] == "A3KEPT"
    assert state["habits"]["apply_seconds"] == 60


def test_a_state_file_outlives_the_server(tmp_path: Path) -> None:
    path = str(tmp_path / "seller.sqlite3")
    with running(Sandbox(path, seller_id="A3FILE")) as server, Rehearsal(server.url) as first:
        first.shape("clock", {"frozen": True, "set": "2027-01-01T00:00:00Z"})
        first.add("MUG")
        order_id = first.order(3)
        first.renew()
        address = first.document()["url"].removeprefix(first.url)
    with running(Sandbox(path)) as server, Rehearsal(server.url) as second:
        state = second.read("state")
        assert state["account"]["seller_id"] == "A3FILE"
        assert [order["orderId"] for order in state["orders"]] == [order_id]
        assert state["listings"][0]["quantity"] == 7
        assert state["clock"]["now"] == "2027-01-01T00:00:00Z"
        assert second.upload(second.url + address, b"{}").status_code == 200


def test_a_setting_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no setting 'sellr_id'"):
        Sandbox(sellr_id="A1")
    with pytest.raises(ValueError, match="use one of NA, EU, FE"):
        Sandbox(region="MARS")
