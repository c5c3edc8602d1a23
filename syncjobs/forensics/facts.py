"""Gathers what is stored about one case: a constant number of queries, a bounded number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, Min, Sum, When

from channels.models import Channel, ChannelOrder, Feed, ListingLevel, Observation, Publication
from inventory.models import Movement, State, StockLevel
from syncjobs.models import Oversell, Run

STEPS = 60
"""Movements looked back over."""
RECEIPTS = 12
"""Publications and observations before the case, and so many after it."""
AFTERMATH = timedelta(minutes=30)
"""What is told and read until so long after the case still says something about it."""
PRELUDE = timedelta(hours=1)
"""Runs that ended badly so long before it may have delayed a number."""

EFFECT = Case(When(state=State.ON_HAND, then=F("delta")), default=-F("delta"))
"""What a movement does to the units left to sell."""
SOLD_FROM = [State.ON_HAND, State.COMMITTED]


@dataclass(frozen=True, slots=True)
class Step:
    """A movement, and how many units were left to sell right after it, over all warehouses that
    the channel sells from."""

    movement: Movement
    left: int

    @property
    def before(self) -> int:
        is_physical = self.movement.state == State.ON_HAND
        return self.left + (-self.movement.delta if is_physical else self.movement.delta)

    @property
    def at(self) -> datetime:
        return self.movement.recorded_at


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a verdict and a timeline are made of.

    sale: the order's own movement. earlier: movements before it, newest first. bindings: orders of
    channels by our number. edited: numbers of orders whose movement came of a later edit.
    publications, observations: of the product on the channel, oldest first. channel: None when the
    order was placed here.
    """

    case: Oversell
    sale: Step
    earlier: Sequence[Step]
    bindings: dict[str, ChannelOrder]
    first: dict[str, int]
    levels: Sequence[ListingLevel]
    publications: Sequence[Publication]
    observations: Sequence[Observation]
    runs: Sequence[Run]

    @property
    def needed(self) -> int:
        return self.sale.movement.delta

    @property
    def binding(self) -> ChannelOrder | None:
        return self.bindings.get(self.sale.movement.document)

    @property
    def channel(self) -> Channel | None:
        return self.binding.channel if self.binding else None

    def sold_at(self, step: Step) -> datetime:
        """When the order of a movement was sold: at its channel, else when it was placed here. A
        movement that is not the order's first came of an edit."""
        binding = self.bindings.get(step.movement.document)
        if binding is None:
            return step.at
        if self.first.get(step.movement.document, step.movement.pk) < step.movement.pk:
            return min(binding.updated_at, step.at)
        return placed_at(binding) or step.at


def placed_at(binding: ChannelOrder) -> datetime | None:
    """When the channel sold it; an order placed here keeps that time, too."""
    return binding.placed_at or (binding.order.placed_at if binding.order else None)


def gather(case: Oversell) -> Facts | None:
    """Look everything up. None when the ledger has no movement that could have opened the case."""
    movement = _movement(case)
    if movement is None:
        return None
    binding = ChannelOrder.objects.select_related("channel").filter(order__number=movement.document)
    channel = next((each.channel for each in binding), None)
    locations, warehouses = _pool(case, channel)
    sale, *earlier = _steps(movement, warehouses)
    documents = {step.movement.document for step in [sale, *earlier]} - {""}
    levels = _levels(case, channel, locations)
    return Facts(
        case=case,
        sale=sale,
        earlier=earlier,
        bindings=_bindings(documents),
        first=_first(case, documents),
        levels=levels,
        publications=_publications(case, levels),
        observations=_observations(case, levels),
        runs=_runs(case, channel),
    )


def _movement(case: Oversell) -> Movement | None:
    """The movement that opened the case; its number stands in the timeline from the start."""
    named = [entry["pk"] for entry in case.timeline if entry["kind"] == "short"]
    found = Movement.objects.filter(product=case.product_id, warehouse=case.warehouse_id)
    return found.filter(pk__in=named).select_related("warehouse").first()


def _pool(case: Oversell, channel: Channel | None) -> tuple[list[int], list[int]]:
    """The channel's locations that show this warehouse, and all warehouses that feed those."""
    feeds = list(
        Feed.objects.filter(channel=channel)
        .order_by("location_id", "warehouse_id")
        .values_list("location_id", "warehouse_id")
        if channel
        else []
    )
    locations = [place for place, warehouse in feeds if warehouse == case.warehouse_id]
    pool = {warehouse for place, warehouse in feeds if place in locations}
    return locations, sorted(pool | {case.warehouse_id})


def _steps(movement: Movement, warehouses: Sequence[int]) -> list[Step]:
    """The movement and those before it, newest first, with what was left after each."""
    levels = StockLevel.objects.filter(product=movement.product_id, warehouse__in=warehouses)
    now = levels.aggregate(units=Sum("available"))["units"] or 0
    pool = Movement.objects.filter(
        product=movement.product_id, warehouse__in=warehouses, state__in=SOLD_FROM
    )
    since = pool.filter(pk__gt=movement.pk).aggregate(units=Sum(EFFECT))["units"] or 0
    left = now - since
    steps = []
    for each in (
        pool.filter(pk__lte=movement.pk).select_related("warehouse").order_by("-pk")[: STEPS + 1]
    ):
        steps.append(Step(each, left))
        left = steps[-1].before
    return steps


def _bindings(documents: set[str]) -> dict[str, ChannelOrder]:
    bound = ChannelOrder.objects.filter(order__number__in=documents)
    return {
        each.order.number: each for each in bound.select_related("channel", "order") if each.order
    }


def _first(case: Oversell, documents: set[str]) -> dict[str, int]:
    """By order, the first movement that held any of the product."""
    held = Movement.objects.filter(
        document__in=documents, product=case.product_id, state=State.COMMITTED
    )
    return dict(held.order_by().values_list("document").annotate(first=Min("pk")))


def _levels(
    case: Oversell, channel: Channel | None, locations: Sequence[int]
) -> list[ListingLevel]:
    levels = ListingLevel.objects.filter(
        listing__product=case.product_id, listing__channel=channel, location__in=locations
    )
    return list(levels.select_related("listing", "location").order_by("pk")) if channel else []


def _publications(case: Oversell, levels: Sequence[ListingLevel]) -> list[Publication]:
    told = (
        Publication.objects.filter(level__in=levels)
        .select_related("batch", "level__location")
        .defer("batch__payload", "explanation")
    )
    before = told.filter(created_at__lte=case.opened_at).order_by("-pk")[:RECEIPTS]
    after = told.filter(
        created_at__gt=case.opened_at, created_at__lte=case.opened_at + AFTERMATH
    ).order_by("pk")[:RECEIPTS]
    return [*reversed(before), *after]


def _observations(case: Oversell, levels: Sequence[ListingLevel]) -> list[Observation]:
    seen = Observation.objects.filter(level__in=levels).select_related("level__location")
    before = seen.filter(read_at__lte=case.opened_at).order_by("-pk")[:RECEIPTS]
    after = seen.filter(
        read_at__gt=case.opened_at, read_at__lte=case.opened_at + AFTERMATH
    ).order_by("pk")[:RECEIPTS]
    return [*reversed(before), *after]


def _runs(case: Oversell, channel: Channel | None) -> list[Run]:
    """Runs on the channel that did not get to their end, shortly before."""
    bad = [Run.Status.FAILED, Run.Status.INTERRUPTED, Run.Status.PAUSED]
    runs = Run.objects.filter(channel=channel, status__in=bad)
    recent = runs.filter(created_at__gte=case.opened_at - PRELUDE, created_at__lte=case.opened_at)
    return list(recent.order_by("-pk")[:5]) if channel else []
