"""What leaves for the vendor: the request, its repeat, and the token it bears."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from channels.adapters.shopify.budget import Budget
from channels.contract import ChannelError, Code, LevelRef, Outcome
from tests.channels.shopify.test_adapter_failures import (
    CLEAN,
    CUT,
    Said,
    Shop,
    built,
    failing,
    open_shop,
    refused,
    said,
)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


def test_the_request_is_what_the_vendor_asks_for(shop: Shop) -> None:
    shop.answers = [said(body={"data": CLEAN})]
    adapter = shop.adapter()
    payload = built(adapter)
    (answer,) = adapter.send(payload, "key-1")
    assert answer.outcome is Outcome.ACCEPTED
    ((path, headers, raw),) = shop.asked
    assert path == "/admin/api/2026-10/graphql.json"
    assert headers["X-Shopify-Access-Token"] == "shpat_x"
    assert headers["Accept"] == headers["Content-Type"] == "application/json"
    sent = json.loads(raw)
    assert sent["variables"].pop("key") == "key-1"
    assert sent == payload


def test_a_repeat_is_the_same_bytes(shop: Shop) -> None:
    adapter = shop.adapter()
    payload = built(adapter)
    shop.answers = [said(502), said(body={"data": CLEAN})]
    with pytest.raises(ChannelError):
        adapter.send(payload, "key-1")
    shop.adapter().send(json.loads(json.dumps(payload)), "key-1")
    assert shop.asked[0][2] == shop.asked[1][2]


def test_a_blank_key_is_refused_before_anything_is_sent(shop: Shop) -> None:
    adapter = shop.adapter()
    with pytest.raises(ChannelError, match="key"):
        adapter.send(built(adapter), " ")
    assert shop.asked == []


def test_a_call_waits_until_the_bucket_told_by_the_last_answer_holds_it(shop: Shop) -> None:
    slept: list[float] = []
    adapter = shop.adapter(budget=Budget(clock=lambda: 0.0, sleep=slept.append))
    status = {"maximumAvailable": 2000, "currentlyAvailable": 2, "restoreRate": 100}
    cost = {"requestedQueryCost": 12, "throttleStatus": status}
    shop.answers = [said(body={"data": CLEAN, "extensions": {"cost": cost}})] * 2
    for _ in range(2):
        adapter.send(built(adapter), "key-1")
    assert slept == [pytest.approx(0.1)]


def test_refusals_in_a_row_ask_for_longer_and_longer_pauses(shop: Shop) -> None:
    adapter = shop.adapter()
    pauses = [failing(shop, said(429), adapter=adapter).retry_after for _ in range(3)]
    shop.answers = [said(body={"data": CLEAN})]
    adapter.send(built(adapter), "key-1")
    pauses.append(failing(shop, said(429), adapter=adapter).retry_after)
    assert pauses == [1, 2, 4, 1]


def test_a_read_over_the_cost_limit_is_halved_until_it_fits(shop: Shop) -> None:
    def read(*items: str) -> Said:
        level = {"isActive": True, "quantities": [{"name": "available", "quantity": 4}]}
        nodes = [{"id": item, "tracked": True, "l0": level} for item in items]
        return said(body={"data": {"nodes": nodes}})

    refs = [LevelRef(item, "here") for item in "abc"]
    shop.answers = [refused("MAX_COST_EXCEEDED"), read("a"), read("b", "c")]
    found = shop.adapter().read_levels(refs)
    assert {ref: level.available for ref, level in found.items()} == dict.fromkeys(refs, 4)
    asked = [json.loads(raw)["variables"]["ids"] for _, _, raw in shop.asked]
    assert asked == [["a", "b", "c"], ["a"], ["b", "c"]]


def test_a_single_item_over_the_cost_limit_is_an_error(shop: Shop) -> None:
    shop.answers = [refused("MAX_COST_EXCEEDED")]
    with pytest.raises(ChannelError) as caught:
        shop.adapter().read_levels([LevelRef("a", "here")])
    assert (caught.value.code, caught.value.permanent) == (Code.BAD_REQUEST, True)


def granted(token: str, seconds: int = 86400) -> Said:
    return said(body={"access_token": token, "scope": "x", "expires_in": seconds})


def tokens_sent(shop: Shop) -> list[str]:
    return [headers.get("X-Shopify-Access-Token", "-") for _, headers, _ in shop.asked]


def test_client_credentials_are_exchanged_once_for_many_calls(shop: Shop) -> None:
    adapter = shop.with_credentials()
    shop.answers = [granted("t1"), *[said(body={"data": CLEAN})] * 2]
    for _ in range(2):
        adapter.send(built(adapter), "key-1")
    assert tokens_sent(shop) == ["-", "t1", "t1"]
    path, _, form = shop.asked[0]
    assert path == "/admin/oauth/access_token"
    assert parse_qs(form.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["id"],
        "client_secret": ["s3cret"],
    }


def test_a_token_near_its_end_is_renewed_early(shop: Shop) -> None:
    adapter = shop.with_credentials()
    ok = said(body={"data": CLEAN})
    shop.answers = [granted("t1", 299), ok, granted("t2", 301), ok, ok]
    for _ in range(3):
        adapter.send(built(adapter), "key-1")
    assert tokens_sent(shop) == ["-", "t1", "-", "t2", "t2"]


def test_a_dead_token_is_renewed_once_and_the_same_call_repeated(shop: Shop) -> None:
    adapter = shop.with_credentials()
    shop.answers = [granted("t1"), said(401), granted("t2"), said(body={"data": CLEAN})]
    adapter.send(built(adapter), "key-1")
    assert tokens_sent(shop) == ["-", "t1", "-", "t2"]
    assert shop.asked[1][2] == shop.asked[3][2]


def test_a_second_401_is_final(shop: Shop) -> None:
    adapter = shop.with_credentials()
    error = failing(shop, granted("t1"), said(401), granted("t2"), said(401), adapter=adapter)
    assert (error.code, error.permanent) == (Code.UNAUTHORIZED, True)


@pytest.mark.parametrize(
    ("answer", "code", "is_permanent"),
    [
        (said(400, {"error": "invalid_client"}), Code.UNAUTHORIZED, True),
        (said(200, {"error": "shop_not_permitted"}), Code.UNAUTHORIZED, True),
        (said(403, b"<html>no</html>"), Code.UNAUTHORIZED, True),
        (said(404), Code.CONFIGURATION, True),
        (said(429), Code.UNAVAILABLE, False),
        (said(CUT), Code.OUTCOME_UNKNOWN, False),
        (said(503), Code.UNAVAILABLE, False),
    ],
)
def test_a_token_not_granted_means_the_update_was_not_sent(
    *, shop: Shop, answer: Said, code: Code, is_permanent: bool
) -> None:
    error = failing(shop, answer, adapter=shop.with_credentials())
    assert (error.code, error.permanent) == (code, is_permanent)
    assert not error.is_outcome_unknown
    assert "s3cret" not in error.message
