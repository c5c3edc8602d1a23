"""What comparisons with a store are tested with."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.utils import timezone

from channels import accounts
from channels.contract import Adapter, Code, LevelRef, RemoteLevel
from channels.models import (
    Channel,
    ChannelOrder,
    ListingLevel,
)
from inventory.models import Product, StockLevel, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs import reconcile
from syncjobs.models import Finding, Run
from tests.factories import stock
from tests.store import Store, list_at_once, sync

HOUR = datetime.timedelta(hours=1)


def list_ten(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """Ten in stock, which the store shows; read there long ago."""
    store.add(product.sku)
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    age()
    return product


def report_only(channel: Channel) -> Channel:
    """The same channel, which mends nothing by itself."""
    Channel.objects.update(drift_policy=Channel.DriftPolicy.REPORT)
    channel.refresh_from_db()
    return channel


def compare(channel: Channel, adapter: Adapter | None = None) -> Run:
    """One comparison, as the runner does it under the channel's lease."""
    channel.refresh_from_db()
    run = Run.objects.create(
        channel=channel, kind=Run.Kind.COMPARE, trigger=Run.Trigger.SCHEDULE, status="running"
    )
    reconcile.compare(run, channel, adapter or accounts.connect(channel))
    run.refresh_from_db()
    return run


def edit(store: Store, product: Product, location: str = "Shop", **fields: Any) -> None:
    store.post("levels", levels=[{"sku": product.sku, "location": location} | fields])


def sell(store: Store, product: Product, units: int, **fields: Any) -> int:
    lines = [{"sku": product.sku, "quantity": units} | fields]
    return int(store.post("orders", lines=lines)["number"])


def age() -> None:
    """Let an hour pass for all that was promised or told so far."""
    ChannelOrder.objects.update(taken_at=timezone.now() - HOUR)
    SalesOrder.objects.filter(archived_at__isnull=False).update(archived_at=timezone.now() - HOUR)
    ListingLevel.objects.update(stale_at=timezone.now() - HOUR)
    ListingLevel.objects.exclude(read_at=None).update(read_at=timezone.now() - HOUR)


def held(channel: Channel, store: Store, product: Product, units: int) -> int:
    """An order of the store that was taken in an hour ago; its number there."""
    number = sell(store, product, units)
    sync(channel, Run.Kind.ORDERS)
    age()
    return number


def held_here_alone(channel: Channel, product: Product, warehouse: Warehouse, units: int) -> None:
    """An order of the store that it does not show any more."""
    order = intake.place(Draft(number="#9", lines=[DraftLine(product.pk, warehouse.pk, units)]))
    now = timezone.now()
    ChannelOrder.objects.create(
        channel=channel, external_id="9", number="#9", order=order, updated_at=now
    )
    sync(channel)


def park(channel: Channel, message: str, **fields: Any) -> None:
    """An order that left there and could not be booked here."""
    ChannelOrder.objects.create(
        channel=channel,
        external_id="77",
        number="#77",
        reason=Code.SHIPPED_THERE,
        message=message,
        updated_at=timezone.now(),
        **fields,
    )


def held_units(warehouse: Warehouse) -> int:
    return StockLevel.objects.get(warehouse=warehouse).committed


def numbers(finding: Finding) -> tuple[int | None, int | None, int | None]:
    return finding.shown, finding.believed, finding.should


class Interrupted:
    """Does something just after the levels were read."""

    def __init__(
        self, adapter: Adapter, monkeypatch: pytest.MonkeyPatch, *then: Callable[[], object]
    ) -> None:
        self.reads, self._todo, self._read = 0, list(then), adapter.read_levels
        monkeypatch.setattr(adapter, "read_levels", self)

    def __call__(self, refs: Sequence[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        shown = self._read(refs)
        self.reads += 1
        if self._todo:
            self._todo.pop(0)()
        return shown
