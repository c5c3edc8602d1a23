"""Trouble on demand: refusals in every body, cuts before and after, slowness, revoked tokens."""

from __future__ import annotations

import time

import pytest
import requests

from tests.channels.amazon.rehearsal import DE, Rehearsal, codes


def read(seller: Rehearsal) -> requests.Response:
    return seller.call("GET", seller.item_path("MUG"), {"marketplaceIds": DE})


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("body", ["json", "flat", "empty", "html"])
def test_a_gateway_answers_in_any_shape(seller: Rehearsal, status: int, body: str) -> None:
    seller.shape("faults", {"kind": "status", "status": status, "body": body})
    reply = read(seller)
    assert reply.status_code == status
    assert "x-amzn-RateLimit-Limit" not in reply.headers
    code = "QuotaExceeded" if status == 429 else "InternalFailure"
    if body == "json":
        assert codes(reply) == [code]
    elif body == "flat":
        assert reply.json()["code"] == code
    else:
        assert reply.text == "" if body == "empty" else reply.text.startswith("<html>")
    assert read(seller).status_code == 200


def test_a_fault_strikes_its_operation_and_so_often(seller: Rehearsal) -> None:
    fault = {"kind": "status", "operation": "patchListingsItem", "times": 2, "status": 500}
    seller.shape("faults", fault)
    assert read(seller).status_code == 200
    with pytest.raises(AssertionError, match="InternalFailure"):
        seller.patch(4)
    with pytest.raises(AssertionError, match="InternalFailure"):
        seller.patch(4)
    assert seller.patch(4)["status"] == "ACCEPTED"
    assert seller.counter("fault.status") == 2


@pytest.mark.parametrize(("is_executed", "quantity"), [(True, 4), (False, 10)])
def test_a_cut_leaves_it_open_whether_it_was_done(
    seller: Rehearsal, is_executed: bool, quantity: int
) -> None:
    fault = {"kind": "cut", "operation": "patchListingsItem", "is_executed": is_executed}
    seller.shape("faults", fault)
    with pytest.raises(requests.ConnectionError):
        seller.patch(4)
    seller.advance(60)
    assert seller.shown() == quantity


def test_a_slow_answer_comes_in_the_end(seller: Rehearsal) -> None:
    seller.shape("faults", {"kind": "slow", "seconds": 0.3})
    began = time.monotonic()
    assert read(seller).status_code == 200
    assert time.monotonic() - began >= 0.3


def test_a_revoked_token_is_told_as_one(seller: Rehearsal) -> None:
    seller.shape("faults", {"kind": "token_revoked"})
    reply = read(seller)
    assert (reply.status_code, codes(reply)) == (403, ["Unauthorized"])
    assert "revoked" in reply.json()["errors"][0]["details"]


def test_the_token_endpoint_and_the_storage_fail_too(seller: Rehearsal) -> None:
    seller.shape("faults", {"kind": "status", "operation": "token", "status": 500, "body": "html"})
    assert seller.grant().status_code == 500
    seller.shape("faults", {"kind": "status", "operation": "upload", "status": 503})
    url = seller.document()["url"]
    assert seller.upload(url, b"{}").status_code == 503
    assert seller.upload(url, b"{}").status_code == 200


def test_a_share_of_the_requests_is_drawn_alike_each_time(seller: Rehearsal) -> None:
    drawn = []
    for _ in range(2):
        seller.shape("faults", {"kind": "status", "times": None, "share": 0.5, "seed": 7})
        drawn.append([read(seller).status_code for _ in range(20)])
        seller.shape("faults/clear")
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == {200, 503}
    assert seller.read("faults")["armed"] == []
