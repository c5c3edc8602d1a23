"""An order comes to the same here, whatever states of it are told, how often and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from channels import intake
from channels.contract import Code
from channels.models import Channel, ChannelOrder, Listing, ListingLevel, Transmission
from inventory import ledger
from inventory.ledger import Cause
from orders import asn, fulfilment, returns
from orders import intake as promises
from orders.models import SalesOrder, SalesOrderLine
from tests.channels.told import START, connected, counts, line, order, shelf, status, tell
from tests.factories import make_warehouse, stock
from tests.pretend import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connected_long_ago(world: World) -> None:
    """40 of the first cup and 5 of the second; what is sold now is sold from our shelf."""
    connected(world.channel, START - timedelta(days=1))


def test_an_order_is_placed_once_with_the_moment_it_was_placed_there(world: World) -> None:
    cup = world.products[0]
    state = order(line(cup, 4))
    news = tell(world, state, state)
    assert [each.code for each in news] == [Code.ACCEPTED]
    assert (shelf(cup), counts(cup)) == ((40, 4), (4, 0, 0, 0))
    assert ChannelOrder.objects.get().placed_at == START


def test_a_sale_at_the_till_is_placed_shipped_and_notified_in_one_go(world: World) -> None:
    cup = world.products[0]
    state = order(line(cup, 0, fulfilled=4))
    tell(world, state, state)
    assert (shelf(cup), counts(cup), status()) == ((36, 0), (4, 4, 4, 0), "closed")
    sent = Transmission.objects.get()
    assert (sent.status, sent.asn.status) == (Transmission.Status.SENT, "sent")


def test_a_shipment_made_there_leaves_here_and_is_not_told_back(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 4)), order(line(cup, 1, fulfilled=3), minute=1))
    assert (shelf(cup), counts(cup), status()) == ((37, 1), (4, 3, 3, 0), "open")
    assert not Transmission.objects.filter(status=Transmission.Status.WAITING).exists()
    tell(world, order(line(cup, 0, fulfilled=4), minute=2))
    assert (shelf(cup), counts(cup), status()) == ((36, 0), (4, 4, 4, 0), "closed")


def test_what_we_shipped_ourselves_is_only_notified_when_somebody_fulfils_it_there(
    world: World,
) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 4)))
    mine = SalesOrderLine.objects.get()
    fulfilment.ship(mine.order_id, {mine.pk: 3}, Cause())
    tell(world, order(line(cup, 0, fulfilled=4), minute=1))
    assert (shelf(cup), counts(cup)) == ((36, 0), (4, 4, 4, 0))


def test_our_own_asn_is_not_doubled_while_it_waits_nor_when_it_comes_back(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 4)))
    mine = SalesOrderLine.objects.get()
    fulfilment.ship(mine.order_id, {mine.pk: 2}, Cause())
    asn.send([asn.draft(mine.order_id, {mine.pk: 2}).pk])
    waiting = order(line(cup, 4), minute=1)
    heard = order(line(cup, 2, fulfilled=2), minute=2)
    tell(world, waiting, heard, heard)
    assert (shelf(cup), counts(cup)) == ((38, 2), (4, 2, 2, 0))
    assert Transmission.objects.get().status == Transmission.Status.WAITING


def test_an_asn_sent_before_the_goods_were_shipped_leaves_the_shipping_to_us(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 4)))
    mine = SalesOrderLine.objects.get()
    asn.send([asn.draft(mine.order_id, {mine.pk: 4}).pk])
    tell(world, order(line(cup, 0, fulfilled=4), minute=1))
    assert (shelf(cup), counts(cup), status()) == ((40, 0), (4, 0, 4, 0), "open")


def test_goods_that_left_there_and_are_missing_here_stay_held_until_they_are_found(
    world: World,
) -> None:
    plenty, scarce = world.products[:2]
    gone = order(line(plenty, 0, fulfilled=4), line(scarce, 0, fulfilled=7), minute=1)
    [parked] = tell(world, gone, gone)
    assert parked.code == Code.SHIPPED_THERE
    assert f"7 of {scarce.sku}" in parked.message
    assert "Receive" in parked.message
    assert (shelf(plenty), counts(plenty)) == ((36, 0), (4, 4, 4, 0))
    assert (shelf(scarce), counts(scarce), status()) == ((5, 7), (7, 0, 0, 0), "open")
    stock(scarce, world.warehouse, 2)
    [taken] = tell(world, gone, gone)
    assert (shelf(scarce), counts(scarce)) == ((0, 0), (7, 7, 7, 0))
    assert (taken.code, status(), ChannelOrder.objects.get().reason) == (
        Code.ACCEPTED,
        "closed",
        "",
    )


def test_goods_that_left_before_the_channel_was_connected_are_in_nobodys_stock(
    world: World,
) -> None:
    cup = world.products[0]
    connected(world.channel, START + timedelta(days=1))
    tell(world, order(line(cup, 3, fulfilled=2)))
    assert (shelf(cup), counts(cup)) == ((40, 3), (3, 0, 0, 0))
    tell(world, order(line(cup, 2, fulfilled=3), minute=1))
    assert (shelf(cup), counts(cup)) == ((39, 2), (3, 1, 1, 0))
    tell(world, order(line(cup, 0, fulfilled=5), minute=2))
    assert (shelf(cup), counts(cup), status()) == ((37, 0), (3, 3, 3, 0), "closed")


def test_an_order_that_left_whole_before_the_channel_was_connected_is_passed_over(
    world: World,
) -> None:
    cup = world.products[0]
    connected(world.channel, START + timedelta(days=1))
    assert not tell(world, order(line(cup, 0, fulfilled=5)))
    assert (shelf(cup), SalesOrder.objects.count()) == ((40, 0), 0)


def test_a_refund_before_shipping_lets_the_units_go(world: World) -> None:
    cup = world.products[0]
    [_, freed] = tell(world, order(line(cup, 4)), order(line(cup, 1), minute=1))
    assert (shelf(cup), counts(cup)) == ((40, 1), (1, 0, 0, 0))
    assert f"3 of {cup.sku}" in freed.message


def test_a_refund_that_puts_shipped_goods_back_is_booked_once(world: World) -> None:
    cup = world.products[0]
    refunded = order(line(cup, 0, fulfilled=4, returned=3), minute=2)
    tell(world, order(line(cup, 0, fulfilled=4)), refunded, refunded)
    assert (shelf(cup), counts(cup)) == ((39, 0), (4, 4, 4, 3))


def test_a_refund_that_puts_nothing_back_moves_nothing(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 0, fulfilled=4)), order(line(cup, 0, fulfilled=4), minute=2))
    assert (shelf(cup), counts(cup)) == ((36, 0), (4, 4, 4, 0))


def test_no_more_comes_back_than_left(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 0, fulfilled=4)))
    mine = SalesOrderLine.objects.get()
    returns.take_back(mine.order_id, {mine.pk: 4}, Cause())
    tell(world, order(line(cup, 0, fulfilled=4, returned=2), minute=1))
    assert (shelf(cup), counts(cup)) == ((40, 0), (4, 4, 4, 4))


@pytest.mark.parametrize(("is_archived", "held"), [(False, 3), (True, 0)])
def test_a_cancellation_follows_what_left_before_it(
    world: World, is_archived: bool, held: int
) -> None:
    cup = world.products[0]
    world.channel.is_cancellation_archived = is_archived
    canceled = order(line(cup, 0, fulfilled=1), minute=1, is_canceled=True)
    tell(world, order(line(cup, 4)), canceled, canceled)
    assert (shelf(cup), counts(cup), status()) == ((39, held), (4, 1, 1, 0), "canceled")


def test_a_return_after_a_cancellation_is_booked_once(world: World) -> None:
    cup = world.products[0]
    canceled = order(line(cup, 0, fulfilled=1, returned=1), minute=1, is_canceled=True)
    tell(world, order(line(cup, 4)), canceled, canceled)
    assert shelf(cup) == (40, 3)


def test_an_order_canceled_before_we_heard_of_it_is_not_placed(world: World) -> None:
    cup = world.products[0]
    assert not tell(world, order(line(cup, 0), is_canceled=True))
    assert (SalesOrder.objects.count(), shelf(cup)) == (0, (40, 0))


def test_an_old_state_told_late_changes_nothing(world: World) -> None:
    cup = world.products[0]
    new, old = order(line(cup, 1, fulfilled=1), minute=2), order(line(cup, 4))
    tell(world, new)
    assert not tell(world, old)
    assert counts(cup) == (2, 1, 1, 0)


def test_a_line_added_to_a_closed_order_opens_it_again(world: World) -> None:
    cup, other = world.products[:2]
    shipped = line(cup, 0, fulfilled=4)
    tell(world, order(shipped), order(shipped, line(other, 2), minute=1))
    assert (shelf(other), status()) == ((5, 2), "open")


def test_an_edit_by_hand_lasts_until_the_channel_changes_the_line(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 4)))
    mine = SalesOrderLine.objects.get()
    promises.edit(mine.order_id, {mine.pk: 2})
    assert not tell(world, order(line(cup, 4), minute=1))
    assert counts(cup)[0] == 2
    tell(world, order(line(cup, 5), minute=2))
    assert counts(cup)[0] == 5


def test_units_on_our_asn_that_are_refunded_there_and_ordered_again_are_counted_once(
    world: World,
) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 5)))
    mine = SalesOrderLine.objects.get()
    asn.send([asn.draft(mine.order_id, {mine.pk: 5}).pk])
    tell(world, order(line(cup, 3), minute=1), order(line(cup, 5), minute=2))
    assert (counts(cup), shelf(cup)) == ((5, 0, 5, 0), (40, 0))


def test_an_order_archived_here_that_leaves_there_says_what_to_do(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 4)))
    promises.archive([SalesOrder.objects.get().pk])
    gone = order(line(cup, 0, fulfilled=4), minute=1)
    [parked] = tell(world, gone, gone)
    assert (parked.code, "unarchive" in parked.message) == (Code.SHIPPED_THERE, True)
    assert shelf(cup) == (40, 0)
    promises.unarchive([SalesOrder.objects.get().pk])
    tell(world, gone)
    assert shelf(cup) == (36, 0)


def test_an_order_marked_dispatched_is_handled_elsewhere(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 4)))
    promises.dispatch([SalesOrder.objects.get().pk])
    tell(world, order(line(cup, 0, fulfilled=4), minute=1))
    assert (shelf(cup), counts(cup)) == ((40, 0), (4, 0, 4, 0))


def test_a_test_order_is_not_taken(world: World) -> None:
    assert not tell(world, order(line(world.products[0], 4), is_test=True))
    assert not ChannelOrder.objects.exists()


def test_a_line_with_an_unknown_item_waits_and_the_others_are_held(world: World) -> None:
    cup, unknown = world.products[0], world.products[3]
    state = order(line(cup, 1), line(unknown, 2))
    [parked] = tell(world, state, state)
    assert (parked.code, unknown.sku in parked.message) == (Code.NOT_MATCHED, True)
    assert shelf(cup) == (40, 1)
    Listing.objects.filter(product=unknown).update(item_id=f"I-{unknown.sku}", state="linked")
    tell(world, state)
    assert (shelf(cup), shelf(unknown)) == ((40, 1), (0, 2))


def test_an_unknown_item_added_to_an_order_holds_back_nothing_else(world: World) -> None:
    cup, unknown = world.products[0], world.products[3]
    tell(world, order(line(cup, 4)))
    edited = order(line(cup, 2, fulfilled=1), line(unknown, 2), minute=1)
    [parked] = tell(world, edited, edited)
    assert parked.code == Code.NOT_MATCHED
    assert (shelf(cup), counts(cup)) == ((39, 2), (3, 1, 1, 0))
    Listing.objects.filter(product=unknown).update(item_id=f"I-{unknown.sku}", state="linked")
    [taken] = tell(world, edited)
    assert (taken.code, shelf(unknown)) == (Code.ACCEPTED, (0, 2))


def test_one_order_that_can_not_be_taken_holds_back_no_other(world: World) -> None:
    cup = world.products[0]
    huge = order(line(cup, 3_000_000_000), external_id="order-0")
    news = intake.take_many(world.channel, [huge, order(line(cup, 4))])
    assert [each.code for each in news] == [Code.ORDER_REFUSED, Code.ACCEPTED]
    assert shelf(cup) == (40, 4)
    assert Channel.objects.get().orders_seen_until is None


def test_units_are_held_where_the_channel_took_them(world: World) -> None:
    cup = world.products[0]
    second = make_warehouse(code="second")
    stock(cup, second, 50)
    depot = world.channel.locations.create(external_id="L2", name="Depot")
    depot.warehouses.set([second])
    tell(world, order(line(cup, 4, location_id="L2")))
    assert SalesOrderLine.objects.get().warehouse == second


def test_a_location_with_too_little_still_gets_the_order(world: World) -> None:
    cup = world.products[1]
    second = make_warehouse(code="second")
    stock(cup, second, 50)
    world.channel.locations.create(external_id="L2", name="Depot").warehouses.set([second])
    tell(world, order(line(cup, 8, location_id="L1")))
    assert SalesOrderLine.objects.get().warehouse == world.warehouse


def test_a_sale_moves_what_we_believe_of_its_own_location_alone(world: World) -> None:
    cup = world.products[0]
    depot = world.channel.locations.create(external_id="L2", name="Depot")
    depot.warehouses.set([world.warehouse])
    listing = world.listing(cup)
    ListingLevel.objects.get_or_create(listing=listing, location=depot)
    ListingLevel.objects.filter(listing=listing).update(acknowledged=40)
    tell(world, order(line(cup, 4, location_id="L2")))
    believed = dict(
        ListingLevel.objects.filter(listing=listing).values_list(
            "location__external_id", "acknowledged"
        )
    )
    assert believed == {"L1": 40, "L2": 36}


def test_a_sale_at_a_place_unknown_among_several_makes_the_numbers_unknown(world: World) -> None:
    cup = world.products[0]
    world.channel.locations.create(external_id="L2", name="Depot")
    ListingLevel.objects.update(acknowledged=40)
    tell(world, order(line(cup, 4, location_id="")))
    assert world.level(cup).acknowledged is None


def test_a_sale_at_a_place_unknown_is_certain_where_there_is_but_one(world: World) -> None:
    cup = world.products[0]
    ListingLevel.objects.update(acknowledged=40)
    tell(world, order(line(cup, 4, location_id="")))
    assert world.level(cup).acknowledged == 36


def test_a_shipment_there_is_no_reason_to_doubt_a_number(world: World) -> None:
    cup = world.products[0]
    ListingLevel.objects.update(acknowledged=40)
    tell(world, order(line(cup, 4)), order(line(cup, 0, fulfilled=4), minute=1))
    assert world.level(cup).acknowledged == 36


def test_a_number_read_long_after_a_refund_shows_it_already(world: World) -> None:
    cup = world.products[0]
    tell(world, order(line(cup, 4)))
    ListingLevel.objects.update(acknowledged=39, read_at=timezone.now() + timedelta(hours=1))
    tell(world, order(line(cup, 1), minute=1))
    assert world.level(cup).acknowledged == 39


def test_an_order_changed_long_after_its_sale_is_not_believed_to_show_all_of_it(
    world: World,
) -> None:
    cup = world.products[0]
    ListingLevel.objects.update(acknowledged=40)
    tell(world, order(line(cup, 1), minute=30))
    assert world.level(cup).acknowledged is None


def test_an_order_whose_warehouse_holds_nothing_known_is_placed_all_the_same(
    world: World,
) -> None:
    cup = world.products[2]
    tell(world, order(line(cup, 2)))
    assert shelf(cup) == (0, 2)
    ledger.receive(world.warehouse.pk, [(cup.pk, 2)], Cause())
    tell(world, order(line(cup, 0, fulfilled=2), minute=1))
    assert shelf(cup) == (0, 0)


def test_an_order_that_something_holds_up_says_so_on_its_page(
    world: World, admin_client: Client
) -> None:
    scarce = world.products[1]
    tell(world, order(line(scarce, 0, fulfilled=7)))
    held = ChannelOrder.objects.get()
    folder = "/admin/channels/channelorder/"
    page = admin_client.get(f"{folder}{held.pk}/change/").content.decode()
    assert f"7 of {scarce.sku} left there." in page
    for state, is_shown in {"held": True, "yes": False, "no": True}.items():
        found = admin_client.get(folder, {"parked": state}).content.decode()
        assert (f"{folder}{held.pk}/change/" in found) == is_shown
