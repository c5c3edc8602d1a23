"""What channels would be told if units that orders hold were free, or taken again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from django.utils.translation import gettext

from channels import mapping
from channels.models import Communicated
from channels.publishing import Place, decide
from channels.rules import Decision, Input, apply
from inventory import availability
from inventory.models import BundleComponent
from inventory.parts import parts_of
from orders.admin.banner import Freed, Telling

MOST = 2000
"""Numbers that are computed; of more, only that there are more is said."""

UNSENT = [
    Communicated.State.OFF,
    Communicated.State.EXCLUDED,
    Communicated.State.SKIPPED,
    Communicated.State.SOURCE,
]


class Change(NamedTuple):
    """A number that would change. None is a number nobody decides."""

    entry: Communicated
    before: int
    after: int


def tellings(freed: Freed) -> list[Telling]:
    """What each channel would be told; a handful of statements, however many units."""
    units = exploded(freed)
    entries = rows(units)
    by_channel: dict[str, list[int]] = defaultdict(list)
    for change in changes(entries[:MOST], units):
        if change.after != change.entry.acknowledged:  # the channel shows it already
            by_channel[change.entry.channel.name].append(change.after - change.before)
    told = [Telling(name, len(each), sum(each)) for name, each in sorted(by_channel.items())]
    if len(entries) > MOST:
        told.append(Telling("…", 0, 0, gettext("More listings than were looked at change, too.")))
    return told


def exploded(freed: Freed) -> Counter[tuple[int, int]]:
    """The same units, those of bundles as units of their components."""
    parts = parts_of({product for product, _ in freed})
    units: Counter[tuple[int, int]] = Counter()
    for (product, warehouse), number in freed.items():
        if product in parts:
            for part in parts[product]:
                units[part.component_id, warehouse] += number * part.quantity
        else:
            units[product, warehouse] += number
    return units


def rows(units: Freed) -> list[Communicated]:
    """What is told of these products, and of bundles made of them, where their warehouses feed."""
    products = {product for product, _ in units}
    bundles = BundleComponent.objects.filter(component__in=products).values("bundle_id")
    table = Communicated.objects.filter(
        location__feeds__warehouse__in={warehouse for _, warehouse in units},
        channel__is_active=True,
        channel__is_stock_synced=True,
        channel__is_updated_on_change=True,
    ).exclude(state__in=UNSENT)
    found = table.filter(product__in=products) | table.filter(product__in=bundles)
    return list(
        found.select_related("product", "channel", "location")
        .order_by("channel__name", "product__sku", "location_id")
        .distinct()[: MOST + 1]
    )


def changes(entries: Iterable[Communicated], units: Freed) -> list[Change]:
    """The numbers among these that would change."""
    entries = list(entries)
    places = {Place(each.product_id, each.location_id or 0) for each in entries}
    decisions = decide(places)
    sources = mapping.sources({place.location_id for place in places})
    free = _free(places, units)
    found = []
    for entry in entries:
        place = Place(entry.product_id, entry.location_id or 0)
        warehouses = [source.warehouse_id for source in sources.get(place.location_id, ())]
        gained = [free.get((place.product_id, warehouse), 0) for warehouse in warehouses]
        now = decisions[place]
        before, after = now.quantity, _after(now, gained)
        if before is not None and after is not None and before != after:
            found.append(Change(entry, before, after))
    return found


def _after(decision: Decision, gained: list[int]) -> int | None:
    if decision.rule.is_once:
        return decision.quantity
    inputs = [_with(each, more) for each, more in zip(decision.inputs, gained, strict=False)]
    return apply(decision.rule, inputs).quantity


def _with(given: Input, more: int) -> Input:
    return replace(given, committed=given.committed - more)


def _free(places: Iterable[Place], units: Freed) -> Mapping[tuple[int, int], int]:
    """Units more at hand by product and warehouse; of a bundle, as many as its parts then make."""
    bundles = parts_of({place.product_id for place in places})
    if not bundles:
        return units
    components = {part.component_id for parts in bundles.values() for part in parts}
    warehouses = {warehouse for _, warehouse in units}
    stock = availability.at(components, warehouses)
    free: dict[tuple[int, int], int] = dict(units)
    for bundle, parts in bundles.items():
        for warehouse in warehouses:
            levels = [
                (stock.get((part.component_id, warehouse), availability.UNKNOWN).available, part)
                for part in parts
            ]
            now = min(at_hand // part.quantity for at_hand, part in levels)
            then = min(
                (at_hand + units.get((part.component_id, warehouse), 0)) // part.quantity
                for at_hand, part in levels
            )
            free[bundle, warehouse] = then - now
    return free
