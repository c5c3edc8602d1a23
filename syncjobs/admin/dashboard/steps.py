"""The first steps of an empty house, ticked off as they are done."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from channels.models import Channel, Location
from desk.cells import list_of
from inventory.models import Product, PurchaseOrder, Warehouse
from syncjobs.admin.dashboard.seen import Seen


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, why, and where (empty: somebody else does it)."""

    title: str
    why: str
    url: str
    is_done: bool


def steps(seen: Seen) -> list[Step]:
    """The steps of who may take the first of them; none when all are done."""
    if seen.may("channels.add_channel"):
        found = _of_channels(seen)
    elif seen.may("inventory.add_product", "inventory.add_warehouse"):
        found = _of_warehouse(seen)
    else:
        return []
    return [] if all(step.is_done for step in found) else found


def _of_channels(seen: Seen) -> list[Step]:
    return [
        Step(
            gettext("Connect a channel"),
            gettext("A shop or marketplace that is to show the right stock."),
            reverse("admin:channels_channel_add"),
            bool(seen.channels),
        ),
        Step(
            gettext("Choose which warehouses its locations show"),
            gettext("Until then no number is sent there: nothing can go wrong."),
            list_of(Location if seen.channels else Channel),
            bool(seen.number("fed")),
        ),
        Step(
            gettext("Tick it on your products"),
            gettext(
                "Under Marketplace on a product's page; the first number follows the next day,"
                " or at once by Sync to channel."
            ),
            list_of(Product),
            bool(seen.number("ticked")),
        ),
    ]


def _of_warehouse(seen: Seen) -> list[Step]:
    return [
        Step(
            gettext("Add a warehouse"),
            gettext("A place that holds stock."),
            reverse("admin:inventory_warehouse_add"),
            bool(seen.number("warehouses")),
        ),
        Step(
            gettext("Add your products"),
            gettext("One by one, or many at once from a file."),
            list_of(Product),
            bool(seen.number("products")),
        ),
        Step(
            gettext("Receive or count what is there"),
            gettext("Until then its stock is unknown, and unknown is never sent as 0."),
            list_of(PurchaseOrder if seen.number("warehouses") else Warehouse),
            bool(seen.number("known")),
        ),
    ]
