"""What the demonstration and `manage.py sandbox` need of this kind."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from channels.adapters.amazon.sandbox import Sandbox, rehearsal, running
from channels.management.commands.sandbox import Command, sandboxes
from tests.channels.amazon.rehearsal import Rehearsal


def test_the_command_offers_this_kind_with_its_options() -> None:
    assert "amazon" in sandboxes()
    parser = Command().create_parser("manage.py", "sandbox")
    given = ["amazon", "--port", "0", "--region", "NA", "--seller-id", "A9", "--speed", "60"]
    options = vars(parser.parse_args(given))
    assert (options["kind"], options["region"], options["seller_id"]) == ("amazon", "NA", "A9")
    assert (options["port"], options["speed"]) == (0, 60)


def test_a_connection_has_what_the_adapter_asks_for(amazon_sandbox: Rehearsal) -> None:
    values = rehearsal.connection(amazon_sandbox.url)
    assert values["sandbox_url"] == amazon_sandbox.url
    assert values["marketplaces"] == "A1PA6795UKMFR9,A13V1IB3VIYZZH"
    reply = requests.post(
        f"{values['sandbox_url']}/auth/o2/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": values["refresh_token"],
            "client_id": values["client_id"],
            "client_secret": values["client_secret"],
        },
        timeout=20,
    )
    assert reply.status_code == 200
    account = amazon_sandbox.read("account")["account"]
    assert (values["seller_id"], values["region"]) == (account["seller_id"], account["region"])


def test_a_seller_of_another_region_has_its_marketplaces() -> None:
    with running(Sandbox(region="NA")) as server, Rehearsal(server.url) as seller:
        values = rehearsal.connection(server.url)
        assert values["marketplaces"] == "ATVPDKIKX0DER,A2EUQ1WTGCTBG2"
        seller.shape("listings", {"listings": [{"sku": "MUG", "quantity": 3}]})
        assert seller.shown(marketplace="ATVPDKIKX0DER") == 3


def test_furnishing_adds_what_is_not_there_yet(amazon_sandbox: Rehearsal) -> None:
    items: list[dict[str, Any]] = [
        {"sku": "MUG", "barcode": "1", "name": "A mug"},
        {"sku": "OLD", "barcode": "2", "name": "An old one", "is_active": False},
    ]
    assert rehearsal.furnish(amazon_sandbox.url, ["Shop"], items) == 2
    assert rehearsal.furnish(amazon_sandbox.url, ["Shop"], items) == 0
    assert (amazon_sandbox.shown("MUG"), amazon_sandbox.item("OLD")["summaries"][0]["status"]) == (
        0,
        [],
    )
    assert amazon_sandbox.item("MUG")["summaries"][0]["itemName"] == "A mug"


def test_the_hints_name_addresses_that_are_there(amazon_sandbox: Rehearsal) -> None:
    index = amazon_sandbox.read("")
    known = set(index["read"]) | set(index["shape"])
    hinted = [hint.partition("{url}")[2].split("'")[0].split(" ")[0] for hint in rehearsal.HINTS]
    paths = [urlsplit(path).path.removeprefix("/_sandbox/") for path in hinted]
    assert all(path in known for path in paths), paths
    assert "feeds" not in paths  # a feed needs more changes than a demonstration has
