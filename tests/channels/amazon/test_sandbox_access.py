"""Tokens, headers and paths: who is let in, and in which shape the others are sent away."""

from __future__ import annotations

import pytest
import requests

from tests.channels.amazon.rehearsal import DE, TIMEOUT, US, Rehearsal, codes

ANY = "/orders/2026-01-01/orders/302-0000000-0000000"


def test_a_token_is_granted_for_an_hour(amazon_sandbox: Rehearsal) -> None:
    granted = amazon_sandbox.grant()
    assert granted.status_code == 200
    body = granted.json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    assert body["refresh_token"] == "Atzr|sandbox"
    assert body["access_token"].startswith("Atza|")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"refresh_token": "Atzr|other"}, 400, "invalid_grant"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "other"}, 400, "invalid_scope"),
    ],
)
def test_the_token_endpoint_refuses_in_a_shape_of_its_own(
    amazon_sandbox: Rehearsal, form: dict[str, str], status: int, error: str
) -> None:
    reply = amazon_sandbox.grant(**form)
    assert reply.status_code == status
    assert reply.json()["error"] == error
    assert set(reply.json()) == {"error", "error_description"}


def test_an_application_that_may_not_ask_is_unauthorized(amazon_sandbox: Rehearsal) -> None:
    amazon_sandbox.shape("account", {"is_client_authorized": False})
    assert amazon_sandbox.grant().json()["error"] == "unauthorized_client"


def test_the_token_endpoint_wants_a_form(amazon_sandbox: Rehearsal) -> None:
    reply = requests.post(f"{amazon_sandbox.url}/auth/o2/token", json={}, timeout=TIMEOUT)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("token", "details"),
    [
        ("", "Access token is missing in the request header."),
        ("Atza|other", "The access token you provided is revoked, malformed or invalid."),
    ],
)
def test_a_call_needs_a_token(amazon_sandbox: Rehearsal, token: str, details: str) -> None:
    amazon_sandbox.token = token
    reply = amazon_sandbox.call("GET", ANY)
    assert (reply.status_code, codes(reply)) == (403, ["Unauthorized"])
    assert reply.json()["errors"][0]["details"] == details
    assert "x-amzn-RateLimit-Limit" not in reply.headers


def test_a_token_expires_by_the_clock_of_the_sandbox(seller: Rehearsal) -> None:
    seller.advance(3599)
    assert seller.call("GET", ANY).status_code == 404
    seller.advance(1)
    reply = seller.call("GET", ANY)
    assert reply.status_code == 403
    assert "expired" in reply.json()["errors"][0]["details"]
    seller.renew()
    assert seller.call("GET", ANY).status_code == 404


def test_a_seller_who_took_his_consent_back_is_no_more_served(amazon_sandbox: Rehearsal) -> None:
    amazon_sandbox.shape("account", {"is_revoked": True})
    assert amazon_sandbox.grant().json()["error"] == "invalid_grant"
    assert amazon_sandbox.call("GET", ANY).status_code == 403


def test_a_grantless_token_opens_nothing_of_the_seller(amazon_sandbox: Rehearsal) -> None:
    scope = "sellingpartnerapi::notifications"
    reply = amazon_sandbox.grant(grant_type="client_credentials", scope=scope, refresh_token="")
    assert "refresh_token" not in reply.json()
    amazon_sandbox.token = reply.json()["access_token"]
    assert amazon_sandbox.call("GET", ANY).status_code == 403


@pytest.mark.parametrize("agent", ["", "x" * 501])
def test_a_user_agent_is_mandatory(amazon_sandbox: Rehearsal, agent: str) -> None:
    amazon_sandbox.session.headers["User-Agent"] = agent
    reply = amazon_sandbox.call("GET", ANY)
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])


def test_every_answer_bears_an_id_and_some_the_rate(seller: Rehearsal) -> None:
    good = seller.call("GET", seller.item_path("MUG"), {"marketplaceIds": DE})
    missing = seller.call("GET", seller.item_path("NONE"), {"marketplaceIds": DE})
    wrong = seller.call("GET", seller.item_path("MUG"), {"marketplaceIds": US})
    denied = seller.call("GET", "/nowhere")
    assert [reply.status_code for reply in (good, missing, wrong, denied)] == [200, 404, 400, 403]
    ids = {reply.headers["x-amzn-RequestId"] for reply in (good, missing, wrong, denied)}
    assert len(ids) == 4
    rates = [reply.headers.get("x-amzn-RateLimit-Limit") for reply in (good, missing, wrong)]
    assert rates == ["5.0"] * 3
    assert "x-amzn-RateLimit-Limit" not in denied.headers


def test_a_slash_left_in_a_sku_is_unauthorized_and_not_missing(seller: Rehearsal) -> None:
    seller.add("A/B")
    path = f"/listings/2021-08-01/items/{seller.seller}/A/B"
    reply = seller.call("GET", path, {"marketplaceIds": DE})
    assert (reply.status_code, codes(reply)) == (403, ["Unauthorized"])


def test_another_sellers_items_are_not_shown(seller: Rehearsal) -> None:
    seller.seller = "A2OTHER"
    reply = seller.call("GET", seller.item_path("MUG"), {"marketplaceIds": DE})
    assert reply.status_code == 403


def test_a_body_must_be_json_and_say_so(seller: Rehearsal) -> None:
    headers = {"x-amz-access-token": seller.token, "Content-Type": "text/plain"}
    url = f"{seller.url}/feeds/2021-06-30/documents"
    reply = seller.session.post(url, data=b"{}", headers=headers, timeout=TIMEOUT)
    assert reply.status_code == 415
    headers["Content-Type"] = "application/json"
    reply = seller.session.post(url, data=b"{", headers=headers, timeout=TIMEOUT)
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])


def test_lists_are_joined_by_commas_and_not_repeated(seller: Rehearsal) -> None:
    path = f"{seller.item_path('MUG')}?marketplaceIds={DE}&marketplaceIds={DE}"
    reply = seller.call("GET", path)
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])
