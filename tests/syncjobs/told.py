"""Notices as a store sends them, and looking into them: what several tests of notices share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from channels import accounts
from channels.contract import Adapter, Concern
from channels.models import Channel, ListingLevel, Notice, Observation, Publication
from inventory.models import Product, Warehouse
from syncjobs import importing, reconcile
from syncjobs.models import Run
from tests.factories import stock
from tests.store import Store, list_at_once


def list_ten(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """Ten in the warehouse, which the location Shop shows rightly since an hour."""
    store.add(product.sku)
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    an_hour = timedelta(hours=1)
    Publication.objects.update(answered_at=F("answered_at") - an_hour)
    Observation.objects.update(read_at=F("read_at") - an_hour)
    ListingLevel.objects.update(read_at=F("read_at") - an_hour)
    assert store.available(product.sku) == 10
    return product


def take(channel: Channel, adapter: Adapter | None = None) -> Run:
    """Look into all that waits, as every run does at its start."""
    run = Run.objects.create(channel=channel, kind=Run.Kind.DUE, trigger=Run.Trigger.CHANGE)
    adapter = adapter or accounts.connect(channel)
    changed = importing.take_notices(run, channel, adapter)
    reconcile.look_at(run, channel, adapter, changed)
    return run


def level(product: Product) -> ListingLevel:
    return ListingLevel.objects.get(listing__product=product, location__name="Shop")


def note(channel: Channel, concern: Concern, **fields: Any) -> Notice:
    return Notice.objects.create(
        channel=channel,
        external_id=f"hook-{Notice.objects.count()}",
        topic=f"{concern}s/update",
        concern=concern,
        body="{}",
        raised_at=fields.pop("raised_at", timezone.now()),
        **fields,
    )


def note_level(product: Product, available: int | None, **fields: Any) -> Notice:
    """The store says what it shows of a product at the location Shop."""
    mine = level(product)
    place = {"item_id": mine.listing.item_id, "location_id": mine.location.external_id}
    return note(mine.location.channel, Concern.LEVEL, available=available, **place | fields)


def sell(store: Store, sku: str, units: int) -> str:
    """The order's id at the store."""
    order = store.post("orders", lines=[{"sku": sku, "quantity": units}])
    return str(order["order_id"])


def became(notice: Notice) -> str:
    """What came of it; fails when nobody looked into it."""
    notice.refresh_from_db()
    assert notice.taken_at is not None
    return notice.message
