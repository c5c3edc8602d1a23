"""What must hold: after every step, and when everything has come to rest."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import connection

from channels.models import Batch, ChannelOrder, Publication
from channels.models.publication import Status
from inventory.models import Movement, StockLevel
from orders import commitments
from orders.models import SalesOrder
from syncjobs import resuming
from tests.chaos.model import Model, Order
from tests.chaos.world import World

OPEN = (Status.QUEUED, Status.SENT)

_UNBALANCED = """
SELECT product_id, warehouse_id FROM inventory_stocklevel level
FULL JOIN (
    SELECT product_id, warehouse_id,
        coalesce(sum(delta) FILTER (WHERE state = 'on_hand'), 0) AS on_hand,
        coalesce(sum(delta) FILTER (WHERE state = 'committed'), 0) AS committed,
        coalesce(sum(delta) FILTER (WHERE state = 'incoming'), 0) AS incoming
    FROM inventory_movement GROUP BY product_id, warehouse_id
) summed USING (product_id, warehouse_id)
WHERE (level.on_hand, level.committed, level.incoming)
    IS DISTINCT FROM (summed.on_hand, summed.committed, summed.incoming)
    AND (level.on_hand, level.committed, level.incoming) IS DISTINCT FROM (0, 0, 0)
"""


def adds_up() -> None:
    """Balance is the sum of the ledger; what is promised is the sum of the order lines."""
    with connection.cursor() as cursor:
        cursor.execute(_UNBALANCED)
        assert cursor.fetchall() == [], "levels are not the sums of their movements"
    assert commitments.differences() == []


def _here(world: World, column: str) -> dict[tuple[str, str], int]:
    """Units by SKU and warehouse, where there are any."""
    skus = {product.pk: sku for sku, product in world.products.items()}
    codes = {warehouse.pk: code for code, warehouse in world.warehouses.items()}
    rows = StockLevel.objects.values_list("product_id", "warehouse_id", column)
    return {(skus[row[0]], codes[row[1]]): row[2] for row in rows if row[2]}


def stock_is(world: World, model: Model) -> None:
    """What lies here is what the model says, everywhere."""
    right = {place: units for place, units in model.on_hand.items() if units}
    here = _here(world, "on_hand")
    assert here == right, f"in stock: {here}, right: {right}"


def promises_are(world: World, model: Model) -> None:
    """What is promised is what the model says, everywhere."""
    right = {place: units for place, units in model.committed().items() if units}
    here = _here(world, "committed")
    assert here == right, f"on orders: {here}, right: {right}"


def store_shows(world: World, right: dict[tuple[str, str], int]) -> None:
    """The store shows these numbers; we believe so, and are not about to say anything else."""
    shown, levels = world.shown(), world.levels()
    wrong = {
        place: (units, shown.get(place), levels[place].acknowledged, levels[place].is_due)
        for place, units in right.items()
        if (shown.get(place), levels[place].acknowledged, levels[place].is_due)
        != (units, units, False)
    }
    assert wrong == {}, f"(right, shown, believed, due): {wrong}"


def nothing_is_open(world: World) -> None:
    """Every message and every receipt has an end."""
    assert not resuming.unfinished(world.channel)
    assert not Publication.objects.filter(status__in=OPEN).exists()
    ends = set(Publication.objects.values_list("batch__status", "status"))
    told = {Status.ACCEPTED, Status.OBSERVED}
    for batch, each in ends:  # a batch with one good line is accepted, others may be refused
        assert batch in told or each not in told, ends
    assert Batch.objects.filter(answered_at=None).count() == 0


def orders_are_whole(world: World, model: Model) -> None:
    """Every order of the store that still counts is here once, with its units; none is doubled."""
    counted = {key: each for key, each in model.orders.items() if each.is_here or _counts(each)}
    theirs = {key for key, each in counted.items() if each.is_theirs}
    bound = ChannelOrder.objects.filter(order__isnull=False).select_related("order")
    here = sorted(each.external_id for each in bound)
    assert here == sorted(theirs), f"orders of the store: {here} here, {theirs} there"
    assert SalesOrder.objects.count() == len(counted)
    for each in bound:
        _is_whole(each, counted[each.external_id])
    waiting = ChannelOrder.objects.exclude(reason="").values_list("number", "reason", "message")
    assert list(waiting) == [], list(waiting)


def _counts(order: Order) -> bool:
    return not order.is_theirs or any(line.units for line in order.lines)


def _is_whole(bound: ChannelOrder, order: Order) -> None:
    assert bound.order is not None
    rows = bound.order.lines.values_list("product__sku", "ordered", "shipped", "returned")
    lines = {row[0]: row[1:] for row in rows if any(row[1:])}
    right = {
        line.sku: (line.units, max(line.shipped, line.left), line.back)
        for line in order.lines
        if line.units or line.back
    }
    assert lines == right, f"{bound}, (ordered, shipped, returned): {lines}, right: {right}"
    is_canceled = bound.order.status == SalesOrder.Status.CANCELED
    assert is_canceled == order.is_canceled, f"{bound}: canceled or not"


def no_sale_was_overwritten(world: World) -> None:
    """No number was raised at the store over a sale that we had not been told of."""
    overwrites = world.store.get("overwrites")
    assert overwrites["count"] == 0, _how_it_came(world, overwrites["events"][-1])


def _how_it_came(world: World, event: dict[str, Any]) -> str:
    """The event, the level's receipts and observations, and what the store was asked lately."""
    level = world.levels()[event["sku"], event["location"]]
    columns = ("created_at", "answered_at", "expected", "quantity", "status", "code", "batch_id")
    told = level.publications.order_by("-pk").values_list(*columns)[:6]
    seen = level.observations.order_by("-pk").values_list("read_at", "believed", "available")[:6]
    asked = [
        f"{each['at']} {each.get('operation')} {each['outcome']} {each.get('replays', '')}"
        for each in world.store.get("log")["requests"][-30:]
    ]
    lines = [str(event), *map(str, told), *map(str, seen), *asked]
    return "\n".join(lines)


def ledger_is_clean() -> None:
    """The two commands that an operator runs every night."""
    assert Movement.objects.exists()
    call_command("verify_ledger", verbosity=0)
    call_command("verify_orders", verbosity=0)


def left_to_sell(world: World) -> dict[tuple[str, str], int]:
    """What Shop must show by our own levels, when every warehouse feeds it."""
    left: dict[tuple[str, str], int] = {}
    for level in StockLevel.objects.select_related("product"):
        place = (level.product.sku, "Shop")
        left[place] = left.get(place, 0) + level.available
    assert left.keys() == {(sku, "Shop") for sku in world.products}
    return {place: max(0, units) for place, units in left.items()}
