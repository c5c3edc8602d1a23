"""The adapter against the sandbox: orders by their changes, whatever the list looks like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters.amazon import orders as reading
from channels.contract import ChannelError, Code, RemoteOrder
from tests.channels.amazon.rehearsal import DE, FR, Rehearsal
from tests.channels.amazon.selling import adapter, orders


@pytest.fixture
def selling(seller: Rehearsal) -> Rehearsal:
    """Lists without their usual lag, and no budgets: what is counted here is pages."""
    seller.shape("habits", {"settle_seconds": 0, "is_limited": False})
    seller.add("MUG", quantity=1000)
    return seller


def searches(seller: Rehearsal) -> list[str]:
    return [each["query"] for each in seller.read("log", operation="searchOrders")["requests"]]


def test_an_order_is_held_from_its_first_moment_and_may_leave_when_it_is_paid(
    selling: Rehearsal,
) -> None:
    order_id = selling.order(3, paid=False)
    amazon = adapter(selling)
    pending = orders(amazon)[order_id]
    assert pending.is_unpaid
    [line] = pending.lines
    assert (line.item_id, line.unfulfilled, line.location_id) == ("MUG", 3, "EU")
    selling.advance(60)
    selling.shape(f"orders/{order_id}/pay")
    paid = orders(amazon)[order_id]
    assert not paid.is_unpaid
    assert paid.updated_at > pending.updated_at


def test_shipping_and_cancelling_are_followed_and_a_request_is_not(selling: Rehearsal) -> None:
    shipped, canceled, asked = (selling.order(2) for _ in range(3))
    selling.shape(f"orders/{shipped}/ship", {"lines": [{"sku": "MUG", "quantity": 1}]})
    selling.shape(f"orders/{canceled}/cancel")
    selling.shape(f"orders/{asked}/request-cancel")
    found = orders(adapter(selling))
    units = {
        each: [(line.unfulfilled, line.fulfilled) for line in found[each].lines] for each in found
    }
    assert units == {shipped: [(1, 1)], canceled: [(0, 0)], asked: [(2, 0)]}
    assert [each for each in found if found[each].is_canceled] == [canceled]


def test_orders_that_amazon_ships_are_none_of_ours(selling: Rehearsal) -> None:
    selling.add("FBA", is_fba=True, quantity=5)
    theirs, ours = selling.order(1, "FBA"), selling.order(1)
    amazon = adapter(selling)
    assert orders(amazon).keys() == {ours}
    assert [each.external_id for each in amazon.read_orders([theirs, ours, ours])] == [ours]


def test_all_marketplaces_are_asked_in_one_call(selling: Rehearsal) -> None:
    both = {selling.order(marketplace=DE), selling.order(marketplace=FR)}
    assert orders(adapter(selling, marketplaces=f"{DE},{FR}")).keys() == both
    [query] = searches(selling)[-1:]
    assert f"marketplaceIds={DE},{FR}" in query
    assert "createdAfter" not in query


def test_a_line_without_a_sku_waits_for_a_person(selling: Rehearsal) -> None:
    selling.shape("habits", {"is_sku_hidden": True})
    selling.order(2)
    [found] = orders(adapter(selling)).values()
    [line] = found.lines
    assert (line.item_id, line.unfulfilled) == ("", 2)
    assert line.sku.startswith("ASIN B0")


def test_the_oldest_change_comes_first_and_once_however_the_list_is_mixed(
    selling: Rehearsal,
) -> None:
    placed = []
    for _ in range(12):
        placed.append(selling.order())
        selling.advance(10)
    selling.shape(f"orders/{placed[0]}/ship")
    habits = {"is_order_shuffled": True, "order_copies": 2, "is_stale_repeated": True}
    selling.shape("habits", habits)
    found = [each.external_id for each in adapter(selling).pull_orders(None)]
    assert found == [*placed[1:], placed[0]]


def test_only_changes_since_a_moment_are_asked_for(selling: Rehearsal) -> None:
    first = selling.order()
    selling.advance(3600)
    second = selling.order()
    amazon = adapter(selling)
    seen = orders(amazon)
    assert orders(amazon, seen[second].updated_at).keys() == {second}
    selling.shape(f"orders/{first}/cancel")
    assert orders(amazon, seen[second].updated_at).keys() == {first, second}
    with pytest.raises(ValueError, match="time zone"):
        list(amazon.pull_orders(datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the point


def test_an_order_is_read_by_itself_and_one_that_is_not_there_is_absent(
    selling: Rehearsal,
) -> None:
    order_id = selling.order(2)
    found = list(adapter(selling).read_orders([order_id, "305-0000000-0000000"]))
    assert [each.external_id for each in found] == [order_id]


def fill(selling: Rehearsal, per_stretch: list[int]) -> datetime:
    """Orders of six hours each, the last ending now; returns when the first began."""
    began = datetime.now(UTC) - timedelta(hours=6) * len(per_stretch)
    for number, count in enumerate(per_stretch):
        moment = began + timedelta(hours=6) * number + timedelta(minutes=5)
        selling.shape("clock", {"set": moment.isoformat()})
        for _ in range(count):
            selling.order()
            selling.advance(30)
    selling.shape("clock", {"set": datetime.now(UTC).isoformat()})
    return began


def test_a_month_costs_a_quiet_seller_four_calls_and_a_sweep_one(selling: Rehearsal) -> None:
    began = fill(selling, [1, 0, 0, 0, 2, 0, 0, 0, 3])
    amazon = adapter(selling)
    found = list(amazon.pull_orders(None))
    assert len(found) == 6
    assert [each.updated_at for each in found] == sorted(each.updated_at for each in found)
    assert len(searches(selling)) == 4
    assert len(list(amazon.pull_orders(began))) == 6
    assert len(list(amazon.pull_orders(datetime.now(UTC) - timedelta(days=7)))) == 6
    assert len(searches(selling)) == 6


def test_a_busy_day_is_divided_until_each_part_is_short_enough(
    selling: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = fill(selling, [3, 3, 3, 3, 3])
    monkeypatch.setattr(reading, "PAGES", 1)
    one_a_page(monkeypatch, 4)
    found = list(adapter(selling).pull_orders(began))
    assert len(found) == 15
    assert len({each.external_id for each in found}) == 15
    assert [each.updated_at for each in found] == sorted(each.updated_at for each in found)


def test_what_can_not_be_divided_further_is_read_to_its_end(
    selling: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = fill(selling, [5])
    monkeypatch.setattr(reading, "PAGES", 1)
    one_a_page(monkeypatch, 1)
    assert len(list(adapter(selling).pull_orders(began))) == 5


def one_a_page(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Pages so short that a few orders are many."""
    asked = reading.OrderReader._query

    def short(reader: reading.OrderReader) -> dict[str, object]:
        return {**asked(reader), "maxResultsPerPage": str(size)}

    monkeypatch.setattr(reading.OrderReader, "_query", short)


def test_a_pull_that_runs_out_of_calls_has_got_on_all_the_same(
    selling: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = fill(selling, [1, 0, 0, 0, 1, 0, 0, 0, 1])
    monkeypatch.setattr(reading, "STRETCH", timedelta(days=1))
    selling.shape("habits", {"is_limited": True})
    selling.shape("limits", {"operation": "searchOrders", "rate": 0.0056, "burst": 2})
    found: list[RemoteOrder] = []
    with pytest.raises(ChannelError) as caught:
        found.extend(adapter(selling).pull_orders(began))
    assert (caught.value.code, caught.value.permanent) == (Code.RATE_LIMITED, False)
    assert len(found) == 2
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 170
