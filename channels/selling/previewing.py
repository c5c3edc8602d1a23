"""What a change of rules would do to every number that is told, before anybody saves it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from channels import profiles, publishing, registry
from channels.contract import ChannelError
from channels.models import Channel, ListingLevel, Profile, ProfileVersion, SellingList
from channels.publishing import Place
from channels.rules import Decision, Rule
from channels.selling import reach
from channels.selling.drafts import validate

CHUNK = 1000
"""Levels decided at once. Bounds memory."""
SHOWN = 20

KINDS = ("ups", "downs", "zeros", "first", "cleared", "unchanged", "unknown", "left_alone")


@dataclass(frozen=True, slots=True)
class Change:
    """One number that would change. Units; `before` None: what the channel shows is not known;
    `after` None: its number would be taken away."""

    sku: str
    channel: str
    location: str
    before: int | None
    after: int | None

    @property
    def size(self) -> int:
        return abs((self.after or 0) - (self.before or 0))


@dataclass(slots=True)
class Preview:
    """Listing levels by what would become of them; together they are `total`.

    ups, downs: more or fewer than the channel shows now; zeros: nothing to buy any more; first: it
    is not known what the channel shows; cleared: the number is taken away; unknown: nothing can be
    told, for want of known stock; left_alone: told once already, until an update is asked for.
    risk: units offered beyond what is at hand, by rules that tell once. changes: the largest.
    zeros_at: the zeros by channel id.
    """

    total: int = 0
    ups: int = 0
    downs: int = 0
    zeros: int = 0
    first: int = 0
    cleared: int = 0
    unchanged: int = 0
    unknown: int = 0
    left_alone: int = 0
    risk: int = 0
    changes: Sequence[Change] = field(default_factory=list)
    zeros_at: Counter[int] = field(default_factory=Counter)

    def add(self, found: Sequence[tuple[str, int, Change]], limit: int) -> None:
        """Count these kinds and risks, and keep the largest changes of all so far."""
        self.total += len(found)
        for kind, number in Counter(kind for kind, _, _ in found).items():
            setattr(self, kind, getattr(self, kind) + number)
        self.risk += sum(risk for _, risk, _ in found)
        changes = [change for kind, _, change in found if kind in KINDS[:5]]
        self.changes = heapq.nlargest(limit, [*self.changes, *changes], key=lambda each: each.size)


class Told(NamedTuple):
    """A place of a channel, and what the channel shows there as far as we know."""

    level_id: int
    product_id: int
    location_id: int
    acknowledged: int | None
    sku: str
    channel: str
    kind: str
    location: str
    channel_id: int

    @property
    def place(self) -> Place:
        return Place(self.product_id, self.location_id)


_COLUMNS = (
    "pk",
    "listing__product_id",
    "location_id",
    "acknowledged",
    "listing__product__sku",
    "location__channel__name",
    "location__channel__kind",
    "location__name",
    "location__channel_id",
)


def preview(
    profile: Profile,
    draft: ProfileVersion | None = None,
    limit: int = SHOWN,
    *,
    is_asked: bool = False,
) -> Preview:
    """What saving the draft (None: leaving it as it is) would do to all listings of the profile.

    `is_asked`: and asking for an update of them all. `limit`: how many changes are listed. Costs a
    handful of queries per 1,000 levels. Raises ValidationError as saving it would.
    """
    rule = profiles.current(profile)
    if draft is not None:
        validate(draft)
        rule = profiles.rule_of(draft, profile, rule.version + 1)
    levels = reach.of_profile(profile) if profile.pk else ListingLevel.objects.none()
    return _preview([(levels, rule)], limit, is_asked=is_asked)


def preview_profile(
    target: SellingList | Channel,
    profile: Profile | None,
    limit: int = SHOWN,
    *,
    is_asked: bool = False,
) -> Preview:
    """What another profile (or the same, with an update asked for) would do to a selling list, or
    to the listings of a channel that are in none."""
    rule = profiles.current(profile)
    return _preview([(reach.of_target(target), rule)], limit, is_asked=is_asked)


def preview_move(
    selling_list: SellingList | None,
    listing_ids: Collection[int],
    limit: int = SHOWN,
    *,
    is_asked: bool = False,
) -> Preview:
    """What putting these listings into a selling list, or out of any, would do to them."""
    if selling_list is not None:
        rules = {selling_list.channel_id: profiles.current(selling_list.profile)}
    else:
        concerned = Channel.objects.filter(listings__in=listing_ids).distinct()
        channels = concerned.select_related("profile").order_by("pk")
        rules = {channel.pk: profiles.current(channel.profile) for channel in channels}
    ids = sorted(listing_ids)
    slices = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    levels = reach.ours()
    return _preview(
        (
            (levels.filter(listing__channel=channel, listing__in=part), rule)
            for channel, rule in rules.items()
            for part in slices
        ),
        limit,
        is_asked=is_asked,
    )


def _preview(
    parts: Iterable[tuple[QuerySet[ListingLevel], Rule]], limit: int, *, is_asked: bool
) -> Preview:
    preview = Preview()
    for levels, rule in parts:
        for rows in _chunks(reach.told(levels)):
            decisions = publishing.decide((row.place for row in rows), rule, is_asked=is_asked)
            judge(preview, rows, decisions, limit)
    return preview


def judge(
    preview: Preview,
    rows: Sequence[Told],
    decisions: Mapping[Place, Decision],
    limit: int = SHOWN,
) -> None:
    """Add to the preview what becomes of these places when each is told what was decided."""
    clearing = {kind for kind in {row.kind for row in rows} if _can_clear(kind)}
    found = []
    for row in rows:
        decision = decisions[row.place]
        kind = _kind(row, decision, can_clear=row.kind in clearing)
        found.append((kind, decision.risk, _change(row, decision)))
        if kind == "zeros":
            preview.zeros_at[row.channel_id] += 1
    preview.add(found, limit)


def _chunks(levels: QuerySet[ListingLevel]) -> Iterator[Sequence[Told]]:
    after = 0
    rows = levels.order_by("pk").values_list(*_COLUMNS)
    while part := [Told(*row) for row in rows.filter(pk__gt=after)[:CHUNK]]:
        yield part
        after = part[-1].level_id


def _can_clear(kind: str) -> bool:
    try:
        return registry.get(kind).can_clear
    except ChannelError:  # its plug-in is gone: nothing is told there
        return False


def _change(row: Told, decision: Decision) -> Change:
    return Change(row.sku, row.channel, row.location, row.acknowledged, decision.quantity)


def _kind(row: Told, decision: Decision, *, can_clear: bool) -> str:
    before, after = row.acknowledged, decision.quantity
    if decision.is_left_alone:
        return "left_alone"
    if after is None:
        return "cleared" if decision.is_cleared and can_clear else "unknown"
    if before is None:
        return "first"
    return _direction(before, after)


def _direction(before: int, after: int) -> str:
    if after == before:
        return "unchanged"
    if after == 0:
        return "zeros"
    return "ups" if after > before else "downs"
