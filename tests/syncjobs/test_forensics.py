"""Every oversell opens a case that tells, from stored facts, how it could happen."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from channels.models import Channel, ChannelOrder, Observation, Publication
from channels.models.publication import Status
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Movement, Product, Reason, State, StockLevel, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs import delivery, forensics
from syncjobs.admin.oversell_words import OVERSELLS
from syncjobs.forensics import facts, verdict
from syncjobs.models import Oversell, Run
from tests.factories import make_product, make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db(transaction=True)

ADJUST = "inventoryAdjustQuantities"
Window = Oversell.Window


@pytest.fixture(autouse=True)
def _listening() -> None:
    forensics.connect()


@pytest.fixture
def last(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """A listed product of which one unit is left, and the store shows it."""
    store.add(product.sku)
    stock(product, warehouse, 1)
    list_at_once(channel, product)
    return product


def sell_here(product: Product, units: int = 1, number: str = "SO-1") -> SalesOrder:
    [level] = StockLevel.objects.filter(product=product)[:1]
    lines = [DraftLine(product.pk, level.warehouse_id, units)]
    return intake.place(Draft(number=number, lines=lines))


def sell_there(store: Store, product: Product, units: int = 1) -> None:
    store.post("orders", lines=[{"sku": product.sku, "quantity": units}])


def take_orders(channel: Channel) -> Run:
    return sync(channel, Run.Kind.ORDERS)


def next_second() -> None:
    """A store's times are whole seconds: let the current one pass."""
    until = int(time.time()) + 1
    while time.time() < until:
        time.sleep(0.02)


def investigated() -> Oversell:
    """The one case, looked into whether or not that was done since."""
    forensics.investigate()
    case = Oversell.objects.get()
    assert OVERSELLS.unknown(case.advice) == []
    assert [entry for entry in case.timeline if OVERSELLS.line(entry["what"]) is None] == []
    return case


def kinds(case: Oversell) -> list[str]:
    return [entry["kind"] for entry in case.timeline]


def test_ordinary_orders_open_no_case(
    channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    store.add(product.sku)
    stock(product, warehouse, 5)
    list_at_once(channel, product)
    sell_here(product, 2)
    sync(channel)
    sell_there(store, product, 3)
    take_orders(channel)
    assert StockLevel.objects.get().available == 0
    assert not Oversell.objects.exists()


def test_stock_that_falls_below_what_is_promised_is_no_oversell(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 2)
    sell_here(product, 2)
    ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())
    assert StockLevel.objects.get().available == -1
    assert not Oversell.objects.exists()


def test_a_sale_there_before_the_number_went_out_was_not_told(
    channel: Channel, store: Store, last: Product
) -> None:
    sell_here(last)
    sell_there(store, last)
    take_orders(channel)
    case = investigated()
    taken = SalesOrder.objects.get(source=channel.name)
    assert (case.window, case.short, case.channel, case.order) == (
        Window.NOT_TOLD,
        1,
        channel,
        taken,
    )
    assert case.window_seconds is not None
    assert 0 <= case.window_seconds < 60
    assert "safety buffer of 1 unit" in case.advice


def test_the_advice_names_the_switch_that_kept_the_number_back(
    channel: Channel, store: Store, last: Product
) -> None:
    Channel.objects.update(is_updated_on_change=False)
    sell_here(last)
    sell_there(store, last)
    take_orders(channel)
    assert "“Update quantity when it changes” is off for Rehearsal" in investigated().advice


def test_the_advice_names_the_error_that_the_channel_rested_after(
    channel: Channel, store: Store, last: Product
) -> None:
    sell_here(last)
    store.post("faults", kind="http_status", status=401, root_field=ADJUST, times=None)
    assert sync(channel).status == Run.Status.FAILED
    sell_there(store, last)
    store.post("faults/clear")
    take_orders(channel)
    case = investigated()
    assert case.window == Window.NOT_TOLD
    assert "Access token refused" in case.advice


def test_a_number_sent_and_not_answered_before_the_sale_was_in_flight(
    channel: Channel, store: Store, last: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_pause", lambda *_: 0.0)
    sell_here(last)
    store.post("faults", kind="http_status", status=503, root_field=ADJUST, times=None)
    sync(channel)
    assert Publication.objects.latest("pk").status == Status.SENT
    sell_there(store, last)
    store.post("faults/clear")
    sync(channel)
    case = investigated()
    assert case.window == Window.IN_FLIGHT
    assert "0 had been sent" in case.advice


def test_a_sale_there_that_came_in_after_the_unit_was_sold_here_was_not_imported(
    channel: Channel, store: Store, last: Product
) -> None:
    sell_there(store, last)
    next_second()
    sell_here(last)
    take_orders(channel)
    case = investigated()
    assert case.window == Window.NOT_IMPORTED
    assert case.window_seconds is not None
    assert case.window_seconds > 0
    assert "sends us no webhooks" in case.advice


def test_a_number_raised_at_the_channel_was_changed_there(
    channel: Channel, store: Store, last: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict, "SKEW", timedelta(0))
    sell_here(last)
    sync(channel)
    next_second()
    store.post("levels", levels=[{"sku": last.sku, "location": "Shop", "available": 5}])
    sell_there(store, last)
    take_orders(channel)
    case = investigated()
    assert Observation.objects.filter(is_read=True, available=4).exists()
    assert case.window == Window.CHANGED_THERE
    assert "showed 4" in case.advice


def test_stock_that_was_counted_away_after_the_sale_fell(
    channel: Channel, store: Store, last: Product, warehouse: Warehouse
) -> None:
    sell_there(store, last)
    next_second()
    lines = [ledger.Line(last.pk, warehouse.pk, State.ON_HAND, -1)]
    ledger.post(lines, Reason.ADJUST, Cause(document="Breakage"))
    take_orders(channel)
    case = investigated()
    assert case.window == Window.STOCK_FELL
    assert "adjusted by -1" in case.advice


def test_an_order_placed_here_beyond_what_is_left_was_sold_here(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 2)
    order = sell_here(product, 5)
    case = investigated()
    assert (case.window, case.short, case.order, case.channel) == (
        Window.SOLD_HERE,
        3,
        order,
        None,
    )
    assert "5 units when 2 units were left" in case.advice


def test_a_store_that_sells_what_it_was_told_is_gone_is_looked_into_again_for_a_while(
    channel: Channel, store: Store, last: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict, "SKEW", timedelta(0))
    sell_here(last)
    sync(channel)
    next_second()
    sell_there(store, last)
    Channel.objects.update(is_updated_on_change=False)  # so that nothing is read afterwards
    take_orders(channel)
    case = investigated()
    assert (case.window, case.investigated_at) == (Window.UNKNOWN, None)
    assert "had accepted 0" in case.advice
    Oversell.objects.update(opened_at=F("opened_at") - facts.AFTERMATH)
    assert investigated().investigated_at is not None


def test_enough_in_another_warehouse_of_the_channel_is_said(
    channel: Channel, store: Store, last: Product, warehouse: Warehouse
) -> None:
    other = make_warehouse(name="Depot hall")
    feed(channel, "Shop", warehouse, other)
    stock(last, other, 1)
    sync(channel, Run.Kind.BULK, last)
    sell_there(store, last, 2)
    take_orders(channel)
    case = investigated()
    assert case.short == 1
    assert "Another warehouse that Rehearsal sells from has enough" in case.advice


def test_the_timeline_tells_the_race_in_order_with_links(
    channel: Channel, store: Store, last: Product
) -> None:
    sell_here(last)
    sell_there(store, last)
    sync(channel)
    case = investigated()
    times = [entry["at"] for entry in case.timeline]
    assert times == sorted(times)
    assert {"sold", "heard", "short", "moved", "told", "answered"} <= set(kinds(case))
    about = {(entry["model"], entry["pk"]) for entry in case.timeline}
    binding = ChannelOrder.objects.get()
    told = Publication.objects.filter(quantity=0).earliest("pk")
    here = Movement.objects.get(document="SO-1")
    assert ("channels.channelorder", binding.pk) in about
    assert ("channels.publication", told.pk) in about
    assert ("inventory.movement", here.pk) in about


def test_investigating_again_changes_nothing(channel: Channel, store: Store, last: Product) -> None:
    sell_here(last)
    sell_there(store, last)
    take_orders(channel)
    before = investigated()
    assert forensics.investigate() == 0
    Oversell.objects.update(investigated_at=None)
    after = investigated()
    assert (after.window, after.window_seconds, after.advice, after.timeline) == (
        before.window,
        before.window_seconds,
        before.advice,
        before.timeline,
    )


def test_one_case_is_open_per_product_and_warehouse_and_grows(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 1)
    first = sell_here(product, 2, "SO-1")
    forensics.investigate()
    sell_here(product, 3, "SO-2")
    case = Oversell.objects.get()
    assert (case.short, case.order, case.investigated_at) == (4, first, None)
    assert forensics.close([case.pk], "maria") == 1
    assert forensics.close([case.pk], "ion") == 0
    sell_here(product, 1, "SO-3")
    assert list(Oversell.objects.values_list("short", "closed_by")) == [(5, ""), (4, "maria")]


def test_the_case_is_gone_when_the_order_is_rolled_back(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 1)
    with transaction.atomic():
        sell_here(product, 2)
        assert Oversell.objects.count() == 1
        transaction.set_rollback(True)
    assert not Oversell.objects.exists()


def test_opening_costs_one_statement_for_any_number_of_products_and_none_without(
    warehouse: Warehouse,
) -> None:
    products = [make_product() for _ in range(20)]
    ledger.open_stock(warehouse.pk, [(each.pk, 1) for each in products], Cause())

    def place(number: str) -> int:
        lines = [DraftLine(each.pk, warehouse.pk, 1) for each in products]
        with CaptureQueriesContext(connection) as queries:
            intake.place(Draft(number=number, lines=lines))
        return sum("syncjobs_oversell" in query["sql"] for query in queries)

    assert (place("SO-1"), Oversell.objects.count()) == (0, 0)
    assert (place("SO-2"), Oversell.objects.count()) == (1, 20)


def test_a_case_costs_few_statements_and_rows_however_much_happened_before(
    channel: Channel,
    store: Store,
    last: Product,
    warehouse: Warehouse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(80):
        sell_here(last, 1, f"SO-{number}")
        intake.archive([SalesOrder.objects.latest("pk").pk])
    sync(channel)
    sell_here(last, 1, "SO-last")
    sell_there(store, last)
    take_orders(channel)
    Oversell.objects.update(investigated_at=None)
    with django_assert_max_num_queries(23):
        assert forensics.investigate() == 1
    case = Oversell.objects.get()
    assert case.window == Window.NOT_TOLD
    assert len(case.timeline) < 60


def test_a_case_is_covered_since_its_product_was_received(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 1)
    sell_here(product, 3)
    case = investigated()
    owed = forensics.coverage(case)
    ledger.receive(warehouse.pk, [(product.pk, 2)], Cause())
    received = Movement.objects.latest("pk")
    ledger.receive(warehouse.pk, [(product.pk, 4)], Cause())
    assert owed == forensics.Coverage(-2, None)
    assert forensics.coverage(case) == forensics.Coverage(4, received.recorded_at)
