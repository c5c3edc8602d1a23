"""Refusals of every shape: the HTTP status alone decides."""

from __future__ import annotations

import pytest

from channels.adapters.amazon import failures, operations
from channels.adapters.amazon.adapter import AmazonAdapter
from channels.adapters.amazon.sandbox.rehearsal import connection
from channels.contract import ChannelError, Code, Connection, LevelRef
from channels.http import Reply
from channels.meter import LocalMeter
from tests.channels.amazon.rehearsal import Rehearsal
from tests.channels.amazon.selling import PLACE, adapter, budget, tell

MUG = LevelRef("MUG", PLACE)
BODIES = ("json", "flat", "empty", "html")


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, Code.BAD_REQUEST, True),
        (403, Code.UNAUTHORIZED, True),
        (413, Code.BAD_REQUEST, True),
        (429, Code.RATE_LIMITED, False),
        (500, Code.UNAVAILABLE, False),
        (503, Code.UNAVAILABLE, False),
    ],
)
def test_a_status_means_the_same_whatever_the_body(
    seller: Rehearsal, status: int, body: str, code: Code, permanent: bool
) -> None:
    fault = {"kind": "status", "status": status, "body": body, "times": 2}
    seller.shape("faults", fault | {"operation": "searchListingsItems"})
    with pytest.raises(ChannelError, match=f"searchListingsItems was answered {status}") as caught:
        adapter(seller).read_levels([MUG])
    assert (caught.value.code, caught.value.permanent) == (code, permanent)
    assert not caught.value.is_outcome_unknown
    assert "request " in caught.value.message


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 429])
def test_only_what_may_have_run_has_an_unknown_outcome(status: int) -> None:
    failure = failures.of(operations.PATCH_ITEM, Reply(status, {}, b""), budget())
    assert failure is None or not failure.is_outcome_unknown
    failure = failures.of(operations.PATCH_ITEM, Reply(500, {}, b""), budget())
    assert failure is not None
    assert failure.is_outcome_unknown


def test_a_success_that_is_no_json_is_no_success(seller: Rehearsal) -> None:
    for operation, is_unknown in (("getListingsItem", False), ("patchListingsItem", True)):
        fault = {"kind": "status", "status": 200, "body": "html", "operation": operation}
        seller.shape("faults", fault)
        with pytest.raises(ChannelError, match="no JSON object") as caught:
            tell(adapter(seller), 4)
        assert caught.value.is_outcome_unknown == is_unknown


def test_a_token_that_expired_is_renewed_once_and_the_call_repeated_once(
    seller: Rehearsal,
) -> None:
    amazon = adapter(seller)
    amazon.read_levels([MUG])
    seller.advance(3601)
    assert amazon.read_levels([MUG])[MUG].available == 10
    assert [each["status"] for each in _searches(seller)] == [200, 403, 200]


def test_a_missing_role_is_final_and_named(seller: Rehearsal) -> None:
    amazon = adapter(seller)
    seller.shape("faults", {"kind": "status", "status": 403, "times": None})
    with pytest.raises(ChannelError, match="token"):
        amazon.read_levels([MUG])
    seller.shape("faults/clear")
    fault = {"kind": "token_revoked", "operation": "searchListingsItems", "times": None}
    seller.shape("faults", fault)
    with pytest.raises(ChannelError, match="role Product Listing") as caught:
        amazon.read_levels([MUG])
    assert (caught.value.code, caught.value.permanent) == (Code.UNAUTHORIZED, True)
    assert len(_searches(seller)) == 1


def test_a_role_that_is_lost_on_the_way_costs_one_repeat_and_no_more(seller: Rehearsal) -> None:
    amazon = adapter(seller)
    amazon.read_levels([MUG])
    fault = {"kind": "token_revoked", "operation": "searchListingsItems", "times": None}
    seller.shape("faults", fault)
    for expected in (3, 4):
        with pytest.raises(ChannelError):
            amazon.read_levels([MUG])
        assert len(_searches(seller)) == expected


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_that_is_not_given_now_is_asked_for_later(seller: Rehearsal, status: int) -> None:
    seller.shape("faults", {"kind": "status", "status": status, "operation": "token"})
    with pytest.raises(ChannelError) as caught:
        adapter(seller).read_levels([MUG])
    assert (caught.value.code, caught.value.permanent) == (Code.UNAVAILABLE, False)


def test_a_refusal_for_haste_drains_the_bucket_that_all_share(seller: Rehearsal) -> None:
    meters: dict[str, LocalMeter] = {}

    def shared(operation: str) -> LocalMeter:
        return meters.setdefault(operation, LocalMeter(lambda: 0.0))

    amazon = AmazonAdapter(Connection(connection(seller.url), meters=shared))
    seller.shape("habits", {"is_limited": True})
    seller.shape("limits", {"operation": "searchListingsItems", "drained": True})
    with pytest.raises(ChannelError) as caught:
        amazon.read_levels([MUG])
    assert caught.value.code is Code.RATE_LIMITED
    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after < 2
    assert meters["searchListingsItems"].reserve(1) == pytest.approx(0.2)


def _searches(seller: Rehearsal) -> list[dict[str, object]]:
    found: list[dict[str, object]] = seller.read("log", operation="searchListingsItems")["requests"]
    return found
