"""What an Amazon channel asks for, and what it refuses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from channels.adapters.amazon import client
from channels.adapters.amazon.adapter import AmazonAdapter
from channels.adapters.amazon.parameters import account
from channels.contract import ChannelError, Code, Connection

VALUES = {
    "seller_id": "A1B2C3D4E5F6G7",
    "region": "EU",
    "marketplaces": "A1PA6795UKMFR9, A13V1IB3VIYZZH",
    "client_id": "amzn1.application-oa2-client.x",
    "client_secret": "amzn1.oa2-cs.v1.x",
    "refresh_token": "Atzr|x",
}


def settled(**changes: str) -> Connection:
    return Connection(VALUES | changes)


def test_the_first_marketplace_is_the_designated_one() -> None:
    told = account(settled())
    assert told.marketplaces == ("A1PA6795UKMFR9", "A13V1IB3VIYZZH")
    assert told.designated == "A1PA6795UKMFR9"
    assert told.named(told.designated) == "DE (A1PA6795UKMFR9)"
    assert told.product_type == "PRODUCT"


@pytest.mark.parametrize(
    ("region", "marketplace", "origin"),
    [
        ("NA", "ATVPDKIKX0DER", "https://sellingpartnerapi-na.amazon.com"),
        ("EU", "A21TJRUUN4KGV", "https://sellingpartnerapi-eu.amazon.com"),
        ("FE", "A1VC38T7YXB528", "https://sellingpartnerapi-fe.amazon.com"),
    ],
)
def test_each_region_has_its_host_and_all_have_one_for_tokens(
    region: str, marketplace: str, origin: str
) -> None:
    told = account(settled(region=region, marketplaces=marketplace))
    assert (told.origin, told.token_origin) == (origin, "https://api.amazon.com")


def test_a_sandbox_takes_the_place_of_both_hosts() -> None:
    told = account(settled(sandbox_url="http://127.0.0.1:8766/"))
    assert told.origin == told.token_origin == "http://127.0.0.1:8766"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seller_id": ""}, "Seller ID is missing"),
        ({"seller_id": "a/b"}, "Seller ID is not well formed"),
        ({"region": "ASIA"}, "Region is not well formed"),
        ({"marketplaces": "ATVPDKIKX0DER"}, "none of Amazon Europe. Choose from UK"),
        ({"marketplaces": "A1PA6795UKMFR9;A13V1IB3VIYZZH"}, "Marketplaces is not well formed"),
        ({"refresh_token": " "}, "Refresh token is missing"),
        ({"sandbox_url": "http://example.com"}, "Sandbox address is not well formed"),
    ],
)
def test_a_setting_that_is_missing_or_malformed_is_named(
    changes: dict[str, str], named: str
) -> None:
    with pytest.raises(ChannelError, match=named) as caught:
        AmazonAdapter(settled(**changes))
    assert (caught.value.code, caught.value.permanent) == (Code.CONFIGURATION, True)


def test_a_secret_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(ChannelError) as caught:
        account(settled(client_secret="two words"))
    assert "two words" not in str(caught.value)


def test_the_one_location_is_the_region() -> None:
    [place] = AmazonAdapter(settled()).pull_locations()
    assert (place.external_id, place.name, place.is_active) == ("EU", "Amazon Europe", True)


def test_amazon_is_told_the_version_of_this_product() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert client.USER_AGENT.startswith(f"Stockcast/{project['version']} (Language=Python/3.")
