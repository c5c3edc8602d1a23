"""No token leaves for an address that was not checked."""

from __future__ import annotations

import pytest

from channels.adapters.shopify import parameters
from channels.adapters.shopify.adapter import ShopifyAdapter
from channels.contract import ChannelError, Code, Connection

GOOD = {"shop_domain": "my-shop.myshopify.com", "access_token": "shpat_secret"}


def complaint(**changes: str) -> str:
    with pytest.raises(ChannelError) as caught:
        ShopifyAdapter(Connection(GOOD | changes))
    assert (caught.value.code, caught.value.permanent) == (Code.CONFIGURATION, True)
    return caught.value.message


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "my-shop.com",
        "My-shop.myshopify.com",
        "-shop.myshopify.com",
        "https://my-shop.myshopify.com",
        "evil.example/my-shop.myshopify.com",
        "my-shop.myshopify.com.evil.example",
        "my-shop.myshopify.com\nevil.example",
        "a@my-shop.myshopify.com",
    ],
)
def test_a_shop_domain_that_is_not_shopifys_is_refused(domain: str) -> None:
    assert "Shop domain" in complaint(shop_domain=domain)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:8100",
        "http://192.168.0.1",
        "http://localhost.evil.example",
        "http://127.0.0.1:8100@evil.example",
        "http://127.0.0.1:8100/x",
    ],
)
def test_a_sandbox_is_on_this_machine_or_refused(address: str) -> None:
    assert "Sandbox address" in complaint(sandbox_url=address)


@pytest.mark.parametrize("version", ["2025-10", "2026-01", "2026-05", "unstable", "2026-10/x"])
def test_a_version_without_guarded_updates_is_refused(version: str) -> None:
    assert "API version" in complaint(api_version=version)


def test_some_way_to_get_a_token_is_needed() -> None:
    assert "client secret" in complaint(access_token="")
    assert "client secret" in complaint(access_token="", client_id="only")
    ShopifyAdapter(Connection(GOOD | {"access_token": "", "client_id": "i", "client_secret": "s"}))


def test_a_malformed_secret_is_not_repeated() -> None:
    assert "shpat" not in complaint(access_token="shpat secret").replace("(shpat_...)", "")


@pytest.mark.parametrize(
    ("sandbox", "origin"),
    [
        ("", "https://my-shop.myshopify.com"),
        ("http://127.0.0.1:8100/", "http://127.0.0.1:8100"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_requests_go_to_the_shop_or_to_its_sandbox(sandbox: str, origin: str) -> None:
    values = parameters.settled(Connection(GOOD | {"sandbox_url": f" {sandbox} "}))
    assert parameters.base_url(values) == origin
    assert values["api_version"] == "2026-10"


def test_secrets_are_marked_as_such() -> None:
    secret = {one.name for one in ShopifyAdapter.parameters if one.is_secret}
    assert secret == {"access_token", "client_secret"}


def test_the_client_secret_proves_webhooks_for_a_static_token_too_and_says_so() -> None:
    (signing,) = [one for one in ShopifyAdapter.parameters if one.is_signing]
    assert signing.name == "client_secret"
    assert "webhook" in signing.help
    assert "API secret key" in signing.help
    assert not signing.is_required


def test_what_a_notice_may_be_signed_with_is_the_secret_and_the_one_before() -> None:
    for values, secrets in (
        ({}, []),
        ({"client_secret": " new "}, ["new"]),
        ({"client_secret": "new", "client_secret.previous": "old"}, ["new", "old"]),
        ({"client_secret": "", "client_secret.previous": "old"}, ["old"]),
        ({"client_secret": "new", "client_secret.previous": ""}, ["new"]),
    ):
        assert parameters.signing_secrets(Connection(GOOD | values)) == secrets
