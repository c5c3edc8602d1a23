"""The adapter against the sandbox over real HTTP: connecting, listings, levels."""

from __future__ import annotations

import pytest

from channels.adapters.amazon.sandbox import Server
from channels.contract import ChannelError, Code, LevelRef
from tests.channels.amazon.rehearsal import DE, FR, Rehearsal
from tests.channels.amazon.selling import PLACE, adapter

ODD = "A/B C#1"


def ref(sku: str) -> LevelRef:
    return LevelRef(sku, PLACE)


def calls(seller: Rehearsal, operation: str) -> int:
    return len(seller.read("log", operation=operation)["requests"])


def test_the_connection_test_proves_both_roles_and_tells_where_numbers_go(
    seller: Rehearsal,
) -> None:
    told = adapter(seller).check()
    assert told.name == "Amazon Europe, A1SANDBOXSELLER"
    assert any("Listings there: 1" in line for line in told.details)
    assert calls(seller, "searchListingsItems") == calls(seller, "searchOrders") == 1


def test_a_seller_who_took_the_authorisation_back_must_connect_again(seller: Rehearsal) -> None:
    seller.shape("account", {"is_revoked": True})
    with pytest.raises(ChannelError, match=r"invalid_grant.*connect again") as caught:
        adapter(seller).check()
    assert (caught.value.code, caught.value.permanent) == (Code.UNAUTHORIZED, True)


def test_a_wrong_client_secret_is_told_with_its_age(seller: Rehearsal) -> None:
    with pytest.raises(ChannelError, match=r"invalid_client.*180 days") as caught:
        adapter(seller, client_secret="old").check()
    assert (caught.value.code, caught.value.permanent) == (Code.UNAUTHORIZED, True)
    assert "old:" not in str(caught.value)


def test_skus_are_searched_for_twenty_at_a_time_and_exactly(seller: Rehearsal) -> None:
    skus = [f"S{number}" for number in range(45)]
    seller.shape("listings", {"listings": [{"sku": sku} for sku in skus]})
    found = list(adapter(seller).pull_listings([*skus, "ABSENT", "s1", ""]))
    assert sorted(each.sku for each in found) == sorted(skus)
    assert calls(seller, "searchListingsItems") == 3


def test_a_sku_with_a_comma_is_asked_for_by_itself(seller: Rehearsal) -> None:
    for sku in ("X,Y", "X", "Y", ODD):
        seller.add(sku)
    found = adapter(seller).pull_listings(["X,Y", "X", ODD, "Z,Z"])
    assert sorted(each.sku for each in found) == [ODD, "X", "X,Y"]
    assert calls(seller, "getListingsItem") == 2


def test_listings_that_are_not_for_sale_now_stay_active(seller: Rehearsal) -> None:
    seller.add("EMPTY", quantity=0)
    seller.add("CLOSED", is_closed=True)
    found = {each.sku: each for each in adapter(seller).pull_listings()}
    assert {sku: each.is_active for sku, each in found.items()} == {
        "MUG": True, "EMPTY": True, "CLOSED": True,
    }  # fmt: skip
    assert found["MUG"].external_id.startswith("B0")


def test_all_listings_come_page_by_page_and_more_than_amazon_shows_are_refused(
    seller: Rehearsal,
) -> None:
    seller.shape("habits", {"is_limited": False})
    skus = [f"S{number}" for number in range(998)]
    seller.shape("listings", {"listings": [{"sku": sku} for sku in skus]})
    assert len({each.sku for each in adapter(seller).pull_listings()}) == 999
    seller.add("ONE MORE")
    with pytest.raises(ChannelError, match="match this channel by SKU") as caught:
        list(adapter(seller).pull_listings())
    assert caught.value.permanent
    details = adapter(seller).check().details
    assert any("1000 or more" in line for line in details)


def test_levels_are_what_amazon_applies_and_unknown_skus_are_absent(seller: Rehearsal) -> None:
    seller.add("EMPTY", quantity=0)
    seller.add("NEVER TOLD", quantity=None)
    seller.add(ODD, quantity=3)
    seller.add("COMMA,SKU", quantity=4)
    seller.add("ABROAD", marketplaces=[FR])
    refs = [ref(sku) for sku in ("MUG", "EMPTY", "NEVER TOLD", ODD, "COMMA,SKU", "ABROAD", "NO")]
    levels = adapter(seller).read_levels(refs)
    assert {each.item_id: level.available for each, level in levels.items()} == {
        "MUG": 10, "EMPTY": 0, "NEVER TOLD": None, ODD: 3, "COMMA,SKU": 4,
    }  # fmt: skip
    assert all(level.is_active and level.is_tracked for level in levels.values())
    assert levels[ref("MUG")].is_buyable is True
    assert levels[ref("EMPTY")].is_buyable is False


def test_a_number_that_was_submitted_and_is_not_applied_yet_is_not_read(seller: Rehearsal) -> None:
    seller.patch(3)
    assert adapter(seller).read_levels([ref("MUG")])[ref("MUG")].available == 10
    seller.advance(60)
    assert adapter(seller).read_levels([ref("MUG")])[ref("MUG")].available == 3


def test_what_amazon_ships_is_read_as_not_ours_and_is_not_prepared(seller: Rehearsal) -> None:
    seller.add("FBA", is_fba=True, quantity=7)
    amazon = adapter(seller)
    levels = amazon.read_levels([ref("FBA"), ref("MUG")])
    assert (levels[ref("FBA")].is_active, levels[ref("FBA")].available) == (False, None)
    answers = amazon.prepare(list(levels.values()))
    assert answers.keys() == {ref("FBA")}
    assert answers[ref("FBA")].code is Code.ITEM_NOT_WRITABLE


def test_the_designated_marketplace_is_the_one_that_is_asked(amazon_server: Server) -> None:
    with Rehearsal(amazon_server.url) as seller:
        seller.add("ABROAD", marketplaces=[FR])
        assert not list(adapter(seller, marketplaces=f"{DE},{FR}").pull_listings(["ABROAD"]))
        [found] = adapter(seller, marketplaces=f"{FR},{DE}").pull_listings(["ABROAD"])
        assert found.sku == "ABROAD"
