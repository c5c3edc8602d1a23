"""The `/_sandbox/` interface: reading, shaping, clear refusals, durability."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from channels.adapters.shopify.sandbox import Sandbox, running
from tests.channels.shopify.rehearsal import Rehearsal

ROOT = Path(__file__).resolve().parents[3]
SERVE = (
    "from argparse import ArgumentParser\n"
    "from channels.adapters.shopify.sandbox import add_arguments, serve\n"
    "parser = ArgumentParser(); add_arguments(parser); serve(vars(parser.parse_args()))\n"
)


def test_the_state_shows_every_level_and_pages(shop: Rehearsal) -> None:
    variants = [{"sku": f"S{n}", "levels": {"Main": n, "East": 1}} for n in range(3)]
    shop.shape("variants", {"variants": variants})
    whole = shop.read("state")
    assert [(row["sku"], row["location"], row["available"]) for row in whole["levels"][:2]] == [
        ("S0", "Main", 0),
        ("S0", "East", 1),
    ]
    assert len(whole["levels"]) == 6
    assert whole["next"] is None
    first = shop.read("state", limit="4")
    rest = shop.read("state", limit="4", after=str(first["next"]))
    assert first["levels"] + rest["levels"] == whole["levels"]


def test_thousands_of_variants_are_created_at_once(shop: Rehearsal) -> None:
    variants = [{"sku": f"S{n}", "levels": {"Main": 1, "East": 2}} for n in range(3000)]
    created = shop.shape("variants", {"variants": variants})["variants"]
    assert len({row["item_id"] for row in created}) == 3000
    assert len(shop.read("state")["levels"]) == 6000


def test_a_merchant_edits_by_hand(shop: Rehearsal) -> None:
    shop.item("MUG", levels={"Main": {"available": 10, "committed": 2}})
    for edit, expected in (
        ({"available": 4}, (4, 6)),
        ({"delta": -1}, (3, 5)),
        ({"on_hand": 20}, (18, 20)),
    ):
        shop.shape("levels", {"levels": [{"sku": "MUG", "location": "Main", **edit}]})
        level = shop.level("MUG")
        assert (level["available"], level["on_hand"]) == expected
    off = {"sku": "MUG", "location": "Main", "is_active": False}
    shop.shape("levels", {"levels": [off]})
    level = shop.level("MUG")
    assert (level["is_active"], level["available"]) == (False, 18)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("variants", {"variants": [{"sku": 5}]}, "variants[0].sku"),
        ("variants", {"variants": [{"sku": "A", "colour": "red"}]}, "variants[0].colour"),
        ("variants", {"variants": []}, "variants"),
        ("variants", {"variants": [{"levels": {"Mars": 1}}]}, "variants[0].levels.Mars"),
        ("variants", {"variants": [{"status": "LIVE"}]}, "variants[0].status"),
        ("locations", {}, "locations"),
        ("locations", [], "body"),
        ("levels", {"levels": [{"sku": "NONE", "location": "Main"}]}, "levels[0].sku"),
        ("orders", {"lines": [{"sku": "NONE", "quantity": 1}]}, "lines[0].sku"),
        ("orders", {"lines": [{"quantity": 0}]}, "lines[0].quantity"),
        ("orders/1/fulfil", {}, "order"),
        ("faults", {"kind": "earthquake"}, "kind"),
        ("faults", {"kind": "http_status", "status": 200}, "status"),
        ("faults", {"kind": "cut", "share": 2}, "share"),
        ("faults", {"kind": "cut", "times": 0}, "times"),
        ("faults", {"kind": "delay", "seconds": -5}, "seconds"),
        ("faults", {"kind": "http_status", "retry_after": -1}, "retry_after"),
        ("webhooks", {"delay_seconds": -1}, "delay_seconds"),
        ("clock", {"at": "noon"}, "at"),
        ("shop", {"plan": "gold"}, "plan"),
    ],
)
def test_bad_input_is_refused_by_field_with_a_remedy(
    shop: Rehearsal, path: str, body: Any, field: str
) -> None:
    reply = shop.session.post(f"{shop.url}/_sandbox/{path}", json=body, timeout=10)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["field"] == field
    assert error["message"]
    assert error["remedy"]


def test_a_refused_body_leaves_nothing_behind(shop: Rehearsal) -> None:
    body = {"locations": [{"name": "West"}, {"name": 5}]}
    reply = shop.session.post(f"{shop.url}/_sandbox/locations", json=body, timeout=10)
    assert reply.status_code == 400
    assert [row["name"] for row in shop.read("locations")["locations"]] == ["Main", "East"]


def test_an_order_in_the_wrong_state_is_a_conflict(shop: Rehearsal) -> None:
    shop.item("MUG")
    order = shop.shape("orders", {"lines": [{"sku": "MUG", "quantity": 1}]})["order_id"]
    shop.shape(f"orders/{order}/fulfil")
    url = f"{shop.url}/_sandbox/orders/{order}/cancel"
    reply = shop.session.post(url, json={"is_restocked": True}, timeout=10)
    assert reply.status_code == 409


def test_an_unknown_path_names_those_there_are(shop: Rehearsal) -> None:
    reply = shop.session.get(f"{shop.url}/_sandbox/stat", timeout=10)
    assert reply.status_code == 404
    assert "'state'" in reply.json()["error"]["remedy"]


def test_the_sandbox_describes_itself(shop: Rehearsal) -> None:
    about = shop.read("")
    assert about["graphql"] == "POST /admin/api/2026-10/graphql.json"
    assert about["read"]["state"].startswith("Every item at every location")
    assert all(about["shape"].values())


def test_the_log_tells_what_was_asked_and_what_came_of_it(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.set([shop.line(item, 5)], key="key-7")
    shop.set([shop.line(item, 5, 4)], key="key-8")
    first, second = shop.read("log")["requests"]
    assert (first["operation"], first["keys"], first["root_fields"]) == (
        "Set",
        ["key-7"],
        ["inventorySetQuantities"],
    )
    assert (first["outcome"], first["lines_written"], first["requested_cost"]) == (
        "executed",
        1,
        10,
    )
    assert second["codes"] == ["CHANGE_FROM_QUANTITY_STALE"]
    after = shop.read("log", after=str(first["number"]))["requests"]
    assert [entry["keys"] for entry in after] == [["key-8"]]
    counters = shop.read("counters")["counters"]
    assert counters["field.inventorySetQuantities"] == 2
    assert counters["lines_written"] == 1


def test_reset_forgets_the_shop(shop: Rehearsal) -> None:
    shop.item("MUG")
    shop.shape("clock", {"advance_seconds": 3600})
    shop.shape("faults", {"kind": "cut", "times": None})
    shop.shape("reset")
    assert shop.read("state") == {"locations": [], "levels": [], "next": None}
    assert shop.read("faults")["faults"] == []
    assert shop.graphql("{ shop { name } }").status_code == 200


def test_a_state_file_outlives_the_server(tmp_path: Path) -> None:
    path = str(tmp_path / "shop.sqlite3")
    with running(Sandbox(path, name="outliving")) as server, Rehearsal(server.url) as shop:
        shop.shape("locations", {"locations": [{"name": "Main"}]})
        item = shop.item("MUG")
        shop.adjust([shop.change(item, 5)])
        shop.shape("clock", {"at": "2026-12-24T12:00:00Z", "is_frozen": True})
    with running(Sandbox(path)) as server, Rehearsal(server.url) as shop:
        assert shop.level("MUG")["available"] == 15
        assert shop.read("clock") == {"now": "2026-12-24T12:00:00Z", "is_frozen": True}
        assert shop.read("shop")["shop"]["name"] == "outliving"


@contextmanager
def served(path: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A sandbox in a process of its own, as the command runs it: the process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "--port", "0", "--state", path],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    with process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.kill()


def test_a_killed_server_has_lost_nothing_it_acknowledged(tmp_path: Path) -> None:
    path = str(tmp_path / "shop.sqlite3")
    with served(path) as (process, url), Rehearsal(url) as shop:
        shop.shape("locations", {"locations": [{"name": "Main"}]})
        item = shop.item("MUG")
        first = shop.adjust([shop.change(item, 4)])
        process.kill()
    with served(path) as (_, url), Rehearsal(url) as shop:
        assert shop.level("MUG")["available"] == 14
        assert shop.adjust([shop.change(item, 4)]) == first
        assert shop.level("MUG")["available"] == 14
