"""Short stories of one danger each, that end in an assertion: told by the tests as they are, and by
tests/chaos/test_mutations.py with the guard removed, where they must fail."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import partial

from django.db import connection

from channels.models import Batch, ChannelOrder, Publication
from channels.models.publication import Status
from inventory import ledger
from inventory.errors import InsufficientStock
from inventory.ledger import Cause
from inventory.models import StockLevel
from orders.models import SalesOrder
from syncjobs import runner
from syncjobs.models import Run
from tests.chaos import checks, holding, meanwhile, notices, world
from tests.chaos.world import OPENING, Place, World
from tests.inventory.threads import crew
from tests.store import sync

Story = Callable[[Place], None]
ADJUST = "inventoryAdjustQuantities"


def receive(here: World, units: int, sku: str = "CUP") -> None:
    items = [(here.products[sku].pk, units)]
    ledger.receive(here.warehouses["main"].pk, items, Cause())


def sell(here: World, units: int, sku: str = "CUP", *, is_till: bool = False) -> str:
    """The store sells at Shop; the order's id there."""
    rows = [{"sku": sku, "quantity": units}]
    order = here.store.post("orders", lines=rows, location="Shop", is_fulfilled=is_till)
    return str(order["order_id"])


def ends_with(here: World, units: int, sku: str = "CUP") -> None:
    """The store shows so many, we believe so, and all is closed."""
    checks.store_shows(here, {(sku, "Shop"): units})
    checks.nothing_is_open(here)
    checks.no_sale_was_overwritten(here)
    checks.adds_up()


def in_flight_sale(at: Place) -> None:
    """T6: the store sells after we computed, before we told. Imported first, never pushed up."""
    here = world.fresh(at)
    receive(here, 5)
    with meanwhile.at("after write", lambda: sell(here, 3)):
        run = sync(here.channel)
    assert run.status == Run.Status.FINISHED
    ends_with(here, OPENING + 5 - 3)
    assert ChannelOrder.objects.filter(order__isnull=False).count() == 1
    refused = Publication.objects.filter(status=Status.REJECTED)
    assert [each.code for each in refused] == ["stale"]


def read_without_orders(at: Place) -> None:
    """A stale number is read anew, then the store tells no orders: what was read holds a sale
    that nobody imported, so the next push must not build on it."""
    here = world.fresh(at)
    sell(here, 3)
    receive(here, 5)
    here.store.post("faults", kind="http_status", status=503, times=9, root_field="orders")
    assert sync(here.channel).status == Run.Status.FAILED
    here.store.post("faults/clear")
    sync(here.channel)
    checks.no_sale_was_overwritten(here)
    sync(here.channel, Run.Kind.ORDERS)
    ends_with(here, OPENING + 5 - 3)


def lost_answer(at: Place) -> None:
    """T3: executed, and the line cut before the answer, as often as we try: one effect."""
    here = world.fresh(at)
    written = here.store.get("counters")["counters"]["lines_written"]
    receive(here, 5)
    here.store.post("faults", kind="cut", times=6, root_field=ADJUST)
    assert sync(here.channel).status == Run.Status.FAILED
    batch = Batch.objects.latest("pk")
    assert batch.status == Status.SENT
    here.store.post("faults/clear")
    sync(here.channel)
    batch.refresh_from_db()
    assert batch.status in {Status.ACCEPTED, Status.OBSERVED}
    assert batch.publications.get().status in {Status.ACCEPTED, Status.OBSERVED}
    assert here.store.get("counters")["counters"]["lines_written"] == written + 1
    ends_with(here, OPENING + 5)


def late_commit(at: Place) -> None:
    """T5: a change is made, another commits and is told, and only then commits the first."""
    here = world.fresh(at)
    with holding.held(partial(receive, here, 4, "CUP")):
        receive(here, 2, "JUG")
        sync(here.channel)
        checks.store_shows(here, {("JUG", "Shop"): OPENING + 2})
    sync(here.channel)
    ends_with(here, OPENING + 4)


def change_while_telling(at: Place) -> None:
    """Stock moves while the number before it is under way: the acknowledgement is not for it."""
    here = world.fresh(at)
    receive(here, 5)
    with meanwhile.at("before record", lambda: receive(here, 2)):
        sync(here.channel)
    ends_with(here, OPENING + 7)


def two_pushers(at: Place) -> None:
    """Another process pushes while one is at it: it is sent away."""
    here = world.fresh(at)
    receive(here, 5)
    met: list[str] = []

    def push_beside() -> None:
        run = Run(channel=here.channel, kind=Run.Kind.DUE, trigger=Run.Trigger.CHANGE)
        try:
            met.append(runner.execute(run).status)
        except runner.Busy:
            met.append("busy")
        finally:
            connection.close()

    def wait_for_it() -> None:
        thread = threading.Thread(target=push_beside)
        thread.start()
        thread.join(30)

    with meanwhile.at("after write", wait_for_it):
        sync(here.channel)
    assert met == ["busy"]
    ends_with(here, OPENING + 5)


def same_number_again(at: Place) -> None:
    """The same number has to be told twice: the second is no repeat of the first."""
    here = world.fresh(at)
    for units in (2, -2, 2):
        items = [(here.products["CUP"].pk, units)]
        ledger.adjust(here.warehouses["main"].pk, items, Cause(note="chaos"))
        sync(here.channel)
    ends_with(here, OPENING + 2)


def order_told_often(at: Place) -> None:
    """One order by poll, poll and doubled notices: one order here."""
    here = world.fresh(at, hears=True)
    sell(here, 3)
    sync(here.channel, Run.Kind.ORDERS)
    notices.carry(here, random.Random(1), lost=0)
    sync(here.channel, Run.Kind.ORDERS)
    assert SalesOrder.objects.count() == 1
    assert StockLevel.objects.get(product__sku="CUP").committed == 3
    ends_with(here, OPENING - 3)


def refund_told_often(at: Place) -> None:
    """Two sold at the till, one brought back there: one comes back here, however often told."""
    here = world.fresh(at, hears=True)
    order = sell(here, 2, is_till=True)
    sync(here.channel, Run.Kind.ORDERS)
    row = {"sku": "CUP", "quantity": 1, "restock": "return"}
    here.store.post(f"orders/{order}/refund", lines=[row])
    for _ in range(2):
        sync(here.channel, Run.Kind.ORDERS)
    notices.carry(here, random.Random(2), lost=0)
    sync(here.channel, Run.Kind.ORDERS)
    assert StockLevel.objects.get(product__sku="CUP").on_hand == OPENING - 1
    ends_with(here, OPENING - 1)


def two_writers(_: Place, rounds: int = 20) -> None:
    """T2: two want the last units at the same moment: never more is sold than there was."""
    world.empty()
    here = world.stocked()
    place, product = here.warehouses["main"].pk, here.products["CUP"].pk
    ledger.ship(place, [(product, OPENING)], Cause())

    def take(units: int) -> int:
        try:
            ledger.ship(place, [(product, units)], Cause())
        except InsufficientStock:
            return 0
        return units

    with crew(2) as together:
        for number in range(rounds):
            stock = 1 + number % 3
            ledger.receive(place, [(product, stock)], Cause())
            sold = sum(together([partial(take, stock), partial(take, stock)]))
            assert sold == stock, f"{sold} sold of {stock} in round {number}"
    assert StockLevel.objects.get(product=product).on_hand == 0
    checks.adds_up()
