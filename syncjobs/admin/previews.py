"""What a run by hand would do, before it is asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from channels import reasons
from channels.contract import Code
from channels.models import Channel, Communicated
from channels.publishing import Place, decide
from inventory.models import Product
from syncjobs import breaker

UNSENT = {
    Communicated.State.OFF,
    Communicated.State.EXCLUDED,
    Communicated.State.SKIPPED,
    Communicated.State.ERROR,
}
TOP = 8


@dataclass(frozen=True, slots=True)
class Change:
    """A number that would change at the channel."""

    sku: str
    location: str
    before: int | None
    after: int


@dataclass(slots=True)
class Preview:
    """One channel's part: how many levels would go up, down, to zero, stay, or be skipped."""

    channel: Channel
    product_ids: set[int] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def top(self) -> Sequence[Change]:
        """The largest changes."""
        return sorted(self.changes, key=lambda each: -abs(each.after - (each.before or 0)))[:TOP]

    @property
    def verdict(self) -> str:
        """Why the run would pause and ask; empty when it would not. Two statements."""
        return breaker.verdict(self.channel, self.counts["zeros"])

    @property
    def reasons(self) -> Sequence[tuple[str, int]]:
        """Why the skipped ones are skipped, the commonest first."""
        return self.skipped.most_common()


def of_rows(rows: QuerySet[Communicated]) -> list[Preview]:
    """What sending these rows would tell each channel; three queries."""
    chosen = list(rows.select_related("product", "channel", "location"))
    decisions = decide(Place(row.product_id, row.location_id) for row in chosen if row.location_id)
    previews: dict[int, Preview] = {}
    for row in chosen:
        preview = previews.setdefault(row.channel_id, Preview(row.channel))
        decision = decisions.get(Place(row.product_id, row.location_id or 0))
        _judge(preview, row, decision.quantity if decision else None)
    return sorted(previews.values(), key=lambda preview: preview.channel.name)


def _judge(preview: Preview, row: Communicated, should: int | None) -> None:
    if row.state != Communicated.State.OFF:
        preview.product_ids.add(row.product_id)  # a run says in its log why it skips one
    if row.state in UNSENT:
        preview.skipped[_why(row.state, row.reason)] += 1
        return
    if should is None:
        unfed = Code.STOCK_UNKNOWN if row.location_id else Code.LOCATION_MISSING
        preview.skipped[reasons.label(unfed)] += 1
        return
    if should == row.acknowledged:
        preview.counts["unchanged"] += 1
        return
    place = row.location.name if row.location else ""
    preview.changes.append(Change(row.product.sku, place, row.acknowledged, should))
    preview.counts[_direction(row.acknowledged, should)] += 1


def _direction(before: int | None, after: int) -> str:
    if after == 0:
        return "zeros"
    return "ups" if before is None or after > before else "downs"


def _why(state: str, reason: str) -> str:
    return reasons.label(reason) if reason else str(Communicated.State(state).label)


@dataclass(frozen=True, slots=True)
class Offer:
    """A channel that chosen products can be synced to. Counts are products' listing levels."""

    channel: Channel
    ready: int
    waiting: int
    unlisted: int
    skipped: Sequence[tuple[str, int]]
    problem: str

    @property
    def is_possible(self) -> bool:
        return not self.problem


def of_products(products: QuerySet[Product]) -> list[Offer]:
    """For every channel, what syncing these products there would do; three queries."""
    total = products.count()
    ids = products.order_by().values("pk")
    table = Communicated.objects.filter(product__in=ids).order_by()
    counts: Mapping[int, list[tuple[str, str, int]]] = _grouped(
        table.values_list("channel_id", "state", "reason").annotate(rows=Count("pk"))
    )
    listed = dict(
        table.exclude(state=Communicated.State.OFF)
        .values_list("channel_id")
        .annotate(products=Count("product_id", distinct=True))
    )
    return [
        _offer(channel, counts[channel.pk], total, listed.get(channel.pk, 0))
        for channel in Channel.objects.all()
    ]


def _grouped(rows: Iterable[tuple[int, str, str, int]]) -> dict[int, list[tuple[str, str, int]]]:
    groups: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for channel_id, state, reason, number in rows:
        groups[channel_id].append((state, reason, number))
    return groups


def _offer(
    channel: Channel, rows: Sequence[tuple[str, str, int]], total: int, listed: int
) -> Offer:
    skipped: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for state, reason, number in rows:
        if state in UNSENT:
            skipped[_why(state, reason)] += number
        else:
            numbers["new" if state == Communicated.State.NEW else "ready"] += number
    return Offer(
        channel=channel,
        ready=numbers["ready"],
        waiting=numbers["new"],
        unlisted=total - listed,
        skipped=skipped.most_common(),
        problem=_problem(channel, listed),
    )


def _problem(channel: Channel, listed: int) -> str:
    if not channel.is_active:
        return gettext("The channel is switched off.")
    if not channel.is_stock_synced:
        return gettext("Stock sync is off for this channel.")
    return "" if listed else gettext("None of these products is ticked for it.")
