"""Stories of many products at once: a poison line, a rate storm, notices in disorder, clocks."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from channels.models import ChannelOrder, ListingLevel, Publication
from channels.models.publication import Status
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel
from syncjobs.models import Run
from tests.chaos import checks, notices, world
from tests.chaos.world import SKUS, Place, World
from tests.factories import make_products
from tests.store import list_at_once, sync

ADJUST = "inventoryAdjustQuantities"


def many(here: World, number: int, units: int) -> Sequence[Product]:
    """So many more products, listed and told."""
    products = make_products(number)
    here.store.add(*[product.sku for product in products])
    items = [(product.pk, units) for product in products]
    ledger.open_stock(here.warehouses["main"].pk, items, Cause())
    list_at_once(here.channel, *products)
    return products


def poison(at: Place, number: int = 250) -> None:
    """T8: one line of a batch is refused: all others are told in the same run."""
    here = world.fresh(at, breaker_share=100)
    products = many(here, number, 5)
    bad = products[number // 2].sku
    with at.sandbox.store.transaction():
        at.sandbox.store.run("UPDATE variants SET is_bundle = 1 WHERE sku = ?", (bad,))
    items = [(product.pk, 1) for product in products]
    ledger.receive(here.warehouses["main"].pk, items, Cause())
    run = sync(here.channel)
    assert (run.status, run.sent, run.failed) == (Run.Status.FINISHED, number - 1, 1)
    shown = here.shown()
    wrong = [each.sku for each in products if shown[each.sku, "Shop"] != 6 and each.sku != bad]
    assert wrong == []
    assert ListingLevel.objects.exclude(reason="").get().listing.product.sku == bad


def rate_storm(at: Place, number: int = 60, restore_rate: int = 1000) -> None:
    """T9: the store asks us to slow down all the time: zeros and decreases go first all the same,
    its budget is never exceeded by us, and in the end everything is told."""
    here = world.fresh(at, breaker_share=100)
    products = many(here, number, 5)
    main, third = here.warehouses["main"].pk, number // 3
    ledger.receive(main, [(each.pk, 2) for each in products[:third]], Cause())
    ledger.ship(main, [(each.pk, 2) for each in products[third : 2 * third]], Cause())
    ledger.ship(main, [(each.pk, 5) for each in products[2 * third :]], Cause())
    at.store.post("shop", bucket_maximum=1000, restore_rate=restore_rate, available_points=20)
    before = Publication.objects.latest("pk").pk
    injected = 3
    for kind in ({"kind": "http_status", "status": 429, "retry_after": 0.1}, {"kind": "throttled"}):
        at.store.post("faults", times=injected, **kind)
    run = sync(here.channel)
    while run.status != Run.Status.FINISHED:
        assert run.error_code == "rate_limited", run.error
        run = sync(here.channel)
    told = Publication.objects.filter(pk__gt=before, status=Status.ACCEPTED).order_by("pk")
    rows = [(each.quantity == 0, (each.delta or 0) > 0) for each in told]
    assert rows == sorted(rows, key=lambda row: (not row[0], row[1])), "zeros, decreases, increases"
    assert len(rows) == number
    for _ in range(3):  # reads that cost more than the store has
        run = sync(here.channel, Run.Kind.HARD)
        assert run.status == Run.Status.FINISHED, f"asked for more than it had: {run.error}"
    counters = at.store.get("counters")["counters"]
    assert counters["throttled"] == injected, "the store was asked for more than it had"
    assert not any(level.is_due for level in ListingLevel.objects.all())
    checks.nothing_is_open(here)


def _days_work(here: World, chance: random.Random) -> list[str]:
    """Orders placed, edited, shipped, refunded and canceled; their ids."""
    ids = []
    for _ in range(6):
        rows = [{"sku": chance.choice(SKUS), "quantity": 1}]
        order = here.store.post("orders", lines=rows, location="Shop")
        ids.append(str(order["order_id"]))
    here.store.post(f"orders/{ids[0]}/cancel", is_restocked=True)
    here.store.post(f"orders/{ids[1]}/fulfil")
    sku = here.store.get("orders")["orders"][1]["lines"][0]["sku"]
    row: dict[str, Any] = {"sku": sku, "quantity": 1, "restock": "return"}
    here.store.post(f"orders/{ids[1]}/refund", lines=[row])
    sku = here.store.get("orders")["orders"][2]["lines"][0]["sku"]
    here.store.post(f"orders/{ids[2]}/edit", lines=[{"sku": sku, "quantity": 2}])
    return ids


def _end(here: World) -> list[object]:
    """All that the notices could have changed, without what only names it."""
    stock = StockLevel.objects.order_by("product__sku")
    lines = ChannelOrder.objects.order_by("number").values_list(
        "number", "order__status", "order__lines__ordered", "order__lines__shipped",
        "order__lines__returned", "order__lines__notified",
    )  # fmt: skip
    shown = sorted((*place, units) for place, units in here.shown().items())
    return [list(stock.values_list("product__sku", "on_hand", "committed")), list(lines), shown]


def disorder(at: Place, seed: int = 0, lost: float = 0.1) -> None:
    """T7: notices shuffled, doubled and some of them lost lead to the same end as in order, once
    the store was compared."""
    ends = []
    for is_disorderly in (False, True):
        here = world.fresh(at, hears=True)
        _days_work(here, random.Random(seed))
        if is_disorderly:
            notices.carry(here, random.Random(seed), lost)
        else:
            notices.carry_in_order(here)
        sync(here.channel)
        if is_disorderly:
            sync(here.channel, Run.Kind.COMPARE)
        ends.append(_end(here))
        checks.no_sale_was_overwritten(here)
        checks.adds_up()
    assert ends[0] == ends[1]


ZONES = ("Pacific/Kiritimati", "Etc/GMT+12", "Europe/Bucharest", "America/New_York", "UTC")
TURNS = ("2026-03-29T00:30:00Z", "2026-10-25T00:30:00Z", "2026-11-01T05:30:00Z")
"""Half an hour before clocks change in Europe, in spring and autumn, and in America."""


def clocks(at: Place, zone: str, turn: str) -> None:
    """T10: polls while clocks change, in a shop of any zone: no order missed, none doubled."""
    here = world.fresh(at)
    here.channel.time_zone = zone
    here.channel.created_at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    here.channel.save()
    moment = datetime.datetime.fromisoformat(turn)
    placed: list[str] = []
    with timezone.override(ZoneInfo(zone)):
        for _ in range(6):
            here.store.post("clock", at=moment.isoformat(), is_frozen=True)
            rows = [{"sku": "CUP", "quantity": 1}]
            placed.append(here.store.post("orders", lines=rows, location="Shop")["order_id"])
            sync(here.channel, Run.Kind.ORDERS)
            moment += datetime.timedelta(minutes=10)
    taken = ChannelOrder.objects.filter(order__isnull=False)
    assert sorted(taken.values_list("external_id", flat=True)) == sorted(placed)
    assert StockLevel.objects.get(product__sku="CUP").committed == len(placed)
    seen = here.store.requests_seen("OrdersUpdatedSince")
    assert len(seen) >= len(placed)
