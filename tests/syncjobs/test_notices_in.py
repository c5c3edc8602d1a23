"""What a store told us by itself about orders, locations and the account is looked into, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from channels import accounts, notices
from channels.contract import ChannelError, Code, Concern, RemoteOrder
from channels.models import Channel, Location
from inventory.models import Product, Warehouse
from orders.models import SalesOrder
from syncjobs import importing
from syncjobs.models import ProcessLog, Run
from tests.store import Store, sync
from tests.syncjobs.told import became, level, list_ten, note, sell, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    return list_ten(channel, store, product, warehouse)


def test_an_order_that_was_told_twice_is_read_once_and_placed_once(
    channel: Channel, store: Store, listed: Product
) -> None:
    order_id = sell(store, listed.sku, 4)
    told = [note(channel, Concern.ORDER, order_id=order_id) for _ in range(2)]
    asked = len(store.requests_seen())
    take(channel)
    assert len(store.requests_seen()) == asked + 1
    order = SalesOrder.objects.get()
    assert [became(each) for each in told] == [f"It is order {order.number} here."] * 2
    assert (level(listed).acknowledged, store.available(listed.sku)) == (6, 6)
    sync(channel, Run.Kind.ORDERS)
    assert SalesOrder.objects.count() == 1


def test_more_than_are_looked_into_at_once_are_all_taken(
    channel: Channel, store: Store, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "NOTICES", 3)
    for _ in range(8):
        note(channel, Concern.ORDER, order_id=sell(store, listed.sku, 1))
    take(channel)
    assert (SalesOrder.objects.count(), notices.newest_waiting(channel)) == (8, 0)


def test_a_parked_order_is_logged_once_and_the_notice_says_why(
    channel: Channel, store: Store, listed: Product
) -> None:
    store.add("UNKNOWN", available=5)
    order_id = sell(store, "UNKNOWN", 1)
    told = [note(channel, Concern.ORDER, order_id=order_id) for _ in range(2)]
    assert take(channel).failed == 1
    assert became(told[0]).startswith("It is parked. ")
    assert ProcessLog.objects.filter(code=Code.NOT_MATCHED).count() == 1


def test_an_order_that_is_gone_at_the_store_is_nobodys_trouble(
    channel: Channel, store: Store, listed: Product
) -> None:
    order_id = sell(store, listed.sku, 1)
    gone = note(channel, Concern.ORDER, order_id=order_id + "999")
    there = note(channel, Concern.ORDER, order_id=order_id)
    take(channel)
    assert became(gone) == "The order is gone at the channel."
    assert became(there).startswith("It is order")


def test_an_order_the_store_refuses_to_show_holds_back_no_other(
    channel: Channel, store: Store, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [sell(store, listed.sku, 1) for _ in range(5)]
    told = [note(channel, Concern.ORDER, order_id=each) for each in ids]
    adapter = accounts.connect(channel)
    read = adapter.read_orders

    def refuse_one(wanted: Sequence[str]) -> Iterator[RemoteOrder]:
        if ids[2] in wanted:
            raise ChannelError(Code.BAD_REQUEST, "It is too odd", permanent=True)
        return read(wanted)

    monkeypatch.setattr(adapter, "read_orders", refuse_one)
    assert take(channel, adapter).failed == 1
    assert became(told[2]) == "It is too odd"
    assert (SalesOrder.objects.count(), notices.newest_waiting(channel)) == (4, 0)
    assert ProcessLog.objects.filter(code=Code.BAD_REQUEST, message__contains=ids[2]).exists()


def test_without_the_permission_to_read_orders_the_poll_is_left_to_bring_them(
    channel: Channel, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = note(channel, Concern.ORDER, order_id="gid://any/Order/1")
    adapter = accounts.connect(channel)

    def refuse(_wanted: Sequence[str]) -> Iterator[RemoteOrder]:
        raise ChannelError(Code.SCOPE_MISSING, "Grant read_orders", permanent=True)

    monkeypatch.setattr(adapter, "read_orders", refuse)
    take(channel, adapter)
    assert became(told) == "Grant read_orders"


def test_while_the_store_can_not_be_asked_notices_wait(
    channel: Channel, store: Store, listed: Product
) -> None:
    told = note(channel, Concern.ORDER, order_id=sell(store, listed.sku, 1))
    store.post("faults", kind="http_status", status=503, times=None)
    with pytest.raises(ChannelError):
        take(channel)
    told.refresh_from_db()
    assert (told.taken_at, notices.newest_waiting(channel)) == (None, told.pk)
    store.post("faults/clear")
    take(channel)
    assert became(told).startswith("It is order")


def test_a_location_that_was_added_there_is_known_here_after_one_look(
    channel: Channel, store: Store
) -> None:
    store.post("locations", locations=[{"name": "Pop-up"}])
    told = [note(channel, Concern.LOCATION) for _ in range(3)]
    asked = len(store.requests_seen())
    take(channel)
    assert len(store.requests_seen()) == asked + 1
    assert Location.objects.filter(channel=channel, name="Pop-up", is_active=True).exists()
    assert {became(each) for each in told} == {"The list of locations is up to date."}


def test_a_channel_that_was_cut_off_rests_and_keeps_everything(
    channel: Channel, store: Store, listed: Product
) -> None:
    order = note(channel, Concern.ORDER, order_id=sell(store, listed.sku, 1))
    cut = note(channel, Concern.ACCOUNT)
    store.post("shop", token="shpat_of_somebody_else")
    with pytest.raises(ChannelError, match="uninstalled") as raised:
        take(channel)
    assert (raised.value.code, raised.value.permanent) == (Code.UNAUTHORIZED, True)
    assert became(cut).startswith("The channel is cut off: ")
    order.refresh_from_db()
    assert order.taken_at is None
    assert level(listed).acknowledged == 10


def test_an_old_word_that_a_channel_was_cut_off_is_proven_wrong(channel: Channel) -> None:
    told = note(channel, Concern.ACCOUNT)
    other = note(channel, Concern.OTHER)
    take(channel)
    assert became(told) == "The account answers: nothing to do."
    assert became(other) == "Nothing to do."
