"""Who may talk to the sandbox, in which version, and what another shop's path answers."""

from __future__ import annotations

from http.client import HTTPConnection
from urllib.parse import urlsplit

import requests

from tests.channels.shopify.rehearsal import Rehearsal

SHOP = "{ shop { name myshopifyDomain } }"


def grant(shop: Rehearsal, **given: str) -> requests.Response:
    url = f"{shop.url}/admin/oauth/access_token"
    return shop.session.post(url, data=given, timeout=10)


def test_a_wrong_token_is_401(shop: Rehearsal) -> None:
    shop.token = "shpat_wrong"
    assert shop.graphql(SHOP).status_code == 401


def test_client_credentials_buy_a_token_for_24_hours(shop: Rehearsal) -> None:
    reply = grant(
        shop,
        grant_type="client_credentials",
        client_id="sandbox-client",
        client_secret="sandbox-secret",
    )
    assert reply.status_code == 200
    assert reply.json()["expires_in"] == 86399
    assert "write_inventory" in reply.json()["scope"].split(",")
    shop.token = reply.json()["access_token"]
    assert shop.graphql(SHOP).status_code == 200
    shop.shape("clock", {"advance_seconds": 86400})
    assert shop.graphql(SHOP).status_code == 401


def test_a_wrong_secret_is_an_invalid_client(shop: Rehearsal) -> None:
    reply = grant(
        shop, grant_type="client_credentials", client_id="sandbox-client", client_secret="no"
    )
    assert (reply.status_code, reply.json()) == (400, {"error": "invalid_client"})


def test_a_missing_scope_is_denied_by_name(shop: Rehearsal) -> None:
    shop.shape("shop", {"scopes": ["read_products"]})
    error = shop.error("{ orders(first: 1) { nodes { id } } }")
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert "`read_orders`" in error["message"]
    scopes = shop.data("{ currentAppInstallation { accessScopes { handle } } }")
    assert scopes["currentAppInstallation"]["accessScopes"] == [{"handle": "read_products"}]


def test_the_answering_version_stands_in_the_header(shop: Rehearsal) -> None:
    for version in ("2026-04", "2026-07", "2026-10"):
        assert shop.graphql(SHOP, version=version).headers["X-Shopify-API-Version"] == version


def test_a_retired_version_falls_forward_to_the_oldest_open(shop: Rehearsal) -> None:
    assert shop.graphql(SHOP, version="2025-10").headers["X-Shopify-API-Version"] == "2026-04"
    shop.shape("shop", {"oldest_version": "2026-10"})
    reply = shop.graphql(SHOP, version="2026-07")
    assert reply.status_code == 200
    assert reply.headers["X-Shopify-API-Version"] == "2026-10"
    versions = shop.data("{ publicApiVersions { handle supported } }")["publicApiVersions"]
    assert [each["handle"] for each in versions if each["supported"]] == ["2026-10"]


def test_versions_that_never_were_and_other_paths_are_404(shop: Rehearsal) -> None:
    for version in ("2026-05", "2031-01", "latest"):
        assert shop.graphql(SHOP, version=version).status_code == 404
    reply = shop.session.post(f"{shop.url}/admin/graphql.json", json={}, timeout=10)
    assert reply.status_code == 404


def test_another_shops_name_is_404_and_the_own_one_answers(shop: Rehearsal) -> None:
    url = f"{shop.url}/admin/api/2026-10/graphql.json"
    for host, status in (
        ("stockcast-sandbox.myshopify.com", 200),
        ("someone-else.myshopify.com", 404),
    ):
        reply = shop.session.post(
            url,
            json={"query": SHOP},
            headers={"Host": host, "X-Shopify-Access-Token": shop.token},
            timeout=10,
        )
        assert reply.status_code == status


def test_a_page_of_another_site_can_not_shape_the_shop(shop: Rehearsal) -> None:
    reply = shop.session.post(
        f"{shop.url}/_sandbox/reset",
        json={},
        headers={"Origin": "https://evil.example"},
        timeout=10,
    )
    assert reply.status_code == 404
    assert len(shop.read("locations")["locations"]) == 2


def test_a_body_that_is_no_json_is_400(shop: Rehearsal) -> None:
    url = f"{shop.url}/admin/api/2026-10/graphql.json"
    headers = {"X-Shopify-Access-Token": shop.token}
    assert shop.session.post(url, data=b"{", headers=headers, timeout=10).status_code == 400


def test_one_connection_serves_many_requests(shop: Rehearsal) -> None:
    connection = HTTPConnection(urlsplit(shop.url).netloc, timeout=10)
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/_sandbox/clock")
        assert connection.getresponse().read()
        sockets.add(connection.sock)
    assert len(sockets) == 1
    assert None not in sockets
    connection.close()


def test_several_operations_in_one_document_need_a_name(shop: Rehearsal) -> None:
    text = "query A { shop { name } } query B { shop { id } }"
    assert shop.error(text)["extensions"]["code"] == "BAD_REQUEST"
    body = shop.graphql(text, operation="B").json()
    assert list(body["data"]["shop"]) == ["id"]
