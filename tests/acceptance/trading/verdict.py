"""What must be true when everything has come to rest, each difference as a line that names it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command

from channels import communicated
from channels.models import Batch, Channel, ChannelOrder, ListingLevel, Publication
from channels.models.publication import Status
from inventory.models import Movement
from orders.models import SalesOrder
from syncjobs.models import Finding, Run
from tests.store import Store

OPEN = (Status.QUEUED, Status.SENT)
SHOWN = 20
"""Rows of one kind that are named; the others are counted."""


def differences(channel: Channel, store: Store, since: datetime, sales_here: int) -> list[str]:
    """Everything that is not as it must be; empty when all is right.

    since: when the store became well; a poll and a comparison must have ended since.
    """
    checks = (
        _some(orders(store, sales_here)),
        _some(levels(store)),
        _some(receipts()),
        _some(findings()),
        _some(overwrites(store)),
        throttled(store),
        unended(channel, since),
    )
    return [line for found in checks for line in found]


def _some(lines: Iterator[str]) -> list[str]:
    found = list(lines)
    more = [f"... and {len(found) - SHOWN} more like it"] if len(found) > SHOWN else []
    return found[:SHOWN] + more


def orders(store: Store, sales_here: int) -> Iterator[str]:
    """Every order of the store is here exactly once, with its units."""
    there = {each["order_id"]: each for each in store.get("orders")["orders"]}
    bound = ChannelOrder.objects.select_related("order").prefetch_related("order__lines__product")
    here = {each.external_id: each for each in bound}
    for key, order in there.items():
        if key in here:
            yield from _order(order, here[key])
        elif order["cancelled_at"] is None:
            yield f"order {order['name']}: lost"
    for key in here.keys() - there.keys():
        yield f"order {here[key]}: not known at the store"
    placed = SalesOrder.objects.count()
    right = sum(each.order_id is not None for each in here.values()) + sales_here
    if placed != right:
        yield f"{placed} orders are here instead of {right}"


def _order(there: dict[str, Any], here: ChannelOrder) -> Iterator[str]:
    is_over = there["cancelled_at"] is not None
    if is_over and here.order is None and not here.reason:
        return  # canceled before we first looked at it: nothing of it was to be taken
    if here.order is None or here.reason:
        yield f"order {there['name']}: parked: {here.reason} {here.message}"
    elif is_over != (here.order.status == SalesOrder.Status.CANCELED):
        yield f"order {there['name']}: canceled there: {is_over}; here: {here.order.status}"
    elif not is_over:
        yield from _lines(there, here.order)


def _lines(there: dict[str, Any], order: SalesOrder) -> Iterator[str]:
    """Units that are not withdrawn; one that had left here when it was can not be unsent."""
    ours: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for line in order.lines.all():
        ours[line.product.sku] += line.ordered - line.returned
        gone[line.product.sku] += line.shipped - line.returned
    theirs = Counter({line["sku"]: line["current_quantity"] for line in there["lines"]})
    for sku in sorted(ours.keys() | theirs.keys()):
        if ours[sku] != max(theirs[sku], gone[sku]):
            yield (
                f"order {there['name']}: {sku}: {theirs[sku]} there, {ours[sku]} here,"
                f" of them {gone[sku]} shipped"
            )


def levels(store: Store) -> Iterator[str]:
    """Each level shows there what it should, we believe so, and nothing waits."""
    shown = {level["sku"]: level["available"] for level in store.get("state")["levels"]}
    for row in communicated.rows(communicated.select()):
        if not shown.get(row.sku) == row.should == row.acknowledged:
            yield (
                f"{row.sku}: shows {shown.get(row.sku)}, should {row.should}, acknowledged"
                f" {row.acknowledged} ({row.state} {row.reason})"
            )
    due = ListingLevel.objects.select_related("listing__product")
    for level in due:
        if level.is_due:
            yield f"{level.listing.product.sku}: due since {level.stale_at:%T}"


def receipts() -> Iterator[str]:
    """No publication is without an end."""
    for each in Publication.objects.filter(status__in=OPEN).select_related("batch"):
        yield f"receipt {each.pk}: {each.status} ({each.batch.status}) without an end"
    for batch in Batch.objects.filter(answered_at=None):
        yield f"batch {batch.pk}: {batch.status}, never answered"


def findings() -> Iterator[str]:
    for each in Finding.objects.filter(closed_at=None).select_related("level__listing__product"):
        yield f"{each.level.listing.product.sku}: open finding: {each} {each.message}"


def overwrites(store: Store) -> Iterator[str]:
    """No number was raised over a sale that the store had not told us of."""
    for each in store.get("overwrites")["events"]:
        yield f"{each['sku']}: raised {each['from']} to {each['to']} over {each['order_name']}"


def throttled(store: Store) -> list[str]:
    """The store never had to slow us down, but where it was told to pretend."""
    counters = store.get("counters")["counters"]
    number = counters["throttled"] - counters.get("fault.throttled", 0)
    return [f"{number} calls beyond the store's budget"] if number else []


def unended(channel: Channel, since: datetime) -> list[str]:
    """A comparison and a poll that began on the well store have ended, and none goes on."""
    runs = Run.objects.filter(channel=channel)
    ended = runs.filter(status=Run.Status.FINISHED, started_at__gte=since)
    missing = {Run.Kind.ORDERS, Run.Kind.COMPARE} - set(ended.values_list("kind", flat=True))
    lines = [f"no run of kind {kind} has ended since" for kind in sorted(missing)]
    return lines + [f"{run} waits for a person" for run in runs.filter(status=Run.Status.PAUSED)]


def books() -> list[str]:
    """What the two commands say that an operator runs every night."""
    found = [] if Movement.objects.exists() else ["the ledger is empty"]
    for command in ("verify_ledger", "verify_orders"):
        out = StringIO()
        try:
            call_command(command, stdout=out)
        except (CommandError, SystemExit) as error:
            found += [f"{command}: {line}" for line in [*out.getvalue().splitlines(), str(error)]]
    return found
