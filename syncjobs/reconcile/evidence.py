"""What speaks for one cause or another: holds for the channel's own orders, orders that wait to be
placed, and what was last told. A handful of statements, however many levels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from channels import reasons
from channels.contract import Code, LevelRef, RemoteLevel
from channels.models import Channel, ChannelOrder, Feed
from channels.models.publication import Status
from channels.publishing import Place
from channels.rules import Decision
from syncjobs.models import Finding
from syncjobs.reconcile.subjects import Subject

MOST_PARKED = 1000
"""Parked orders looked through for a SKU, the newest first. Bounds memory."""
PASSING = frozenset({Code.STALE, Code.BATCH_REFUSED, Code.OUTCOME_UNKNOWN, Code.KEY_EXPIRED})
"""A line refused for one of these is told again by itself: that is no refusal of its number."""


class Hold(NamedTuple):
    """Units on the channel's own orders. held: counted here, not yet on a sent ASN. waiting: on an
    ASN that the channel was not told yet. released: archived or dispatched here, without an ASN.
    unsettled: of all these, what changed so lately that the channel may not show it yet, or that it
    may never show (an ASN that it refused)."""

    held: int = 0
    waiting: int = 0
    released: int = 0
    unsettled: int = 0

    @property
    def expected(self) -> int:
        """What the channel should show as committed."""
        return self.held + self.waiting

    def plus(self, other: Hold) -> Hold:
        return Hold(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the channel shows as committed at a level, beside what we hold for its orders.

    Where an order is held in another place than the channel sold it from, two levels differ and
    their sum does not: a surplus counts only as far as the whole listing has it.
    """

    there: int
    here: Hold
    total_there: int
    total_here: Hold

    @property
    def surplus(self) -> int:
        """Units on orders there that we do not hold; negative: units that we hold beyond."""
        mine = self.there - self.here.expected
        whole = self.total_there - self.total_here.expected
        if mine > 0 and whole > 0:
            return min(mine, whole)
        return max(mine, whole) if mine < 0 and whole < 0 else 0

    @property
    def untaken(self) -> int:
        """Units on orders there that we know nothing of."""
        mine = self.there - self.here.expected - self.here.released
        whole = self.total_there - self.total_here.expected - self.total_here.released
        return max(0, min(mine, whole))


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known about one level. `refusal`: why its last number was refused, "" when it was
    not. `parked`: orders that name the product and could not be placed here. `fewer_since`: since
    when it shows this number, and fewer than we knew of, in an open finding."""

    subject: Subject
    shown: RemoteLevel | None
    should: int | None
    commitment: Commitment | None = None
    refusal: str = ""
    is_on_its_way: bool = False
    parked: Sequence[str] = field(default_factory=tuple)
    fewer_since: datetime | None = None

    @property
    def available(self) -> int | None:
        return self.shown.available if self.shown else None


def gather(
    channel: Channel,
    subjects: Sequence[Subject],
    shown: Mapping[LevelRef, RemoteLevel],
    decisions: Mapping[Place, Decision],
    young_since: datetime,
) -> list[Case]:
    """A case for each level. What changed after `young_since` counts as unsettled."""
    commitments = _commitments(channel, subjects, shown, young_since)
    differing = [
        each
        for each in subjects
        if each.ref in shown and shown[each.ref].available != decisions[each.place].quantity
    ]
    told = _last_told([each.level_id for each in differing])
    parked = _parked(channel, {each.sku for each in differing})
    cases = []
    for subject in subjects:
        last = told.get(subject.level_id, _NOTHING_TOLD)
        is_refused = last.status == Status.REJECTED and last.version > subject.pushed_version
        cases.append(
            Case(
                subject,
                shown.get(subject.ref) if subject.is_linked else None,
                decisions[subject.place].quantity,
                commitments.get(subject.level_id),
                last.why if is_refused else "",
                last.status in {Status.QUEUED, Status.SENT},
                _not_counted(parked.get(subject.sku, ()), subject, last),
            )
        )
    return cases


def since(cases: Sequence[Case]) -> list[Case]:
    """The same cases, with the moment since when each shows its number in an open finding."""
    levels = [case.subject.level_id for case in cases]
    open_ones = Finding.objects.filter(level__in=levels, closed_at=None)
    rows = open_ones.values_list("level_id", "shown", "opened_at")
    found = {(level_id, number): opened_at for level_id, number, opened_at in rows}
    return [
        replace(case, fewer_since=found.get((case.subject.level_id, case.available)))
        for case in cases
    ]


_HOLDS = """
WITH part AS (
    SELECT line.product_id, line.warehouse_id, line.ordered - line.notified AS units,
        0 AS waiting, 0 AS told, ours.archived_at IS NULL AND ours.dispatched_at IS NULL AS is_held,
        greatest(bound.taken_at, ours.archived_at, ours.dispatched_at) > %(young)s AS is_young
    FROM orders_salesorderline line
    JOIN orders_salesorder ours ON ours.id = line.order_id
    JOIN channels_channelorder bound ON bound.order_id = ours.id
    WHERE bound.channel_id = %(channel)s AND line.product_id = ANY(%(products)s)
        AND line.notified < line.ordered AND ours.status <> 'canceled'
    UNION ALL
    SELECT line.product_id, line.warehouse_id, 0,
        CASE WHEN sent.status = 'waiting' THEN covered.quantity ELSE 0 END,
        CASE WHEN sent.status = 'failed' OR asn.sent_at > %(young)s
            THEN covered.quantity ELSE 0 END, true, false
    FROM channels_transmission sent
    JOIN channels_channelorder bound ON bound.id = sent.channel_order_id
    JOIN orders_asn asn ON asn.id = sent.asn_id
    JOIN orders_asnline covered ON covered.asn_id = asn.id
    JOIN orders_salesorderline line ON line.id = covered.order_line_id
    WHERE bound.channel_id = %(channel)s AND line.product_id = ANY(%(products)s)
        AND (sent.status <> 'sent' OR asn.sent_at > %(young)s)
)
SELECT product_id, warehouse_id,
    coalesce(sum(units) FILTER (WHERE is_held), 0), sum(waiting),
    coalesce(sum(units) FILTER (WHERE NOT is_held), 0),
    coalesce(sum(units) FILTER (WHERE is_young), 0) + sum(told)
FROM part GROUP BY product_id, warehouse_id
"""


def _commitments(
    channel: Channel,
    subjects: Sequence[Subject],
    shown: Mapping[LevelRef, RemoteLevel],
    young_since: datetime,
) -> dict[int, Commitment]:
    """By level id; a level that shows no committed units is absent."""
    committed = {
        each: shown[each.ref].committed or 0
        for each in subjects
        if each.ref in shown and shown[each.ref].committed is not None
    }
    totals: dict[int, int] = defaultdict(int)
    for subject, units in committed.items():
        totals[subject.product_id] += units
    at_place, in_all = _holds(channel, sorted(totals), young_since)
    return {
        subject.level_id: Commitment(
            units,
            at_place[subject.place],
            totals[subject.product_id],
            in_all[subject.product_id],
        )
        for subject, units in committed.items()
    }


def _holds(
    channel: Channel, product_ids: list[int], young_since: datetime
) -> tuple[defaultdict[Place, Hold], defaultdict[int, Hold]]:
    """Holds at each place, and in all: a warehouse that feeds two places counts once there."""
    at_place: defaultdict[Place, Hold] = defaultdict(Hold)
    in_all: defaultdict[int, Hold] = defaultdict(Hold)
    if not product_ids:
        return at_place, in_all
    with connection.cursor() as cursor:
        cursor.execute(
            _HOLDS, {"channel": channel.pk, "products": product_ids, "young": young_since}
        )
        rows = cursor.fetchall()
    fed: dict[int, list[int]] = defaultdict(list)
    for warehouse, location in Feed.objects.filter(channel=channel).values_list(
        "warehouse_id", "location_id"
    ):
        fed[warehouse].append(location)
    for product, warehouse, *numbers in rows:
        hold = Hold(*map(int, numbers))
        in_all[product] = in_all[product].plus(hold)
        for location in fed[warehouse]:
            at_place[Place(product, location)] = at_place[Place(product, location)].plus(hold)
    return at_place, in_all


class Told(NamedTuple):
    """A level's last publication; `why` it was refused, in words."""

    status: str
    version: int
    why: str
    answered_at: datetime | None


_NOTHING_TOLD = Told("", 0, "", None)
_LAST_TOLD = """
SELECT last.*
FROM unnest(%s::bigint[]) AS wanted(level_id)
CROSS JOIN LATERAL (
    SELECT level_id, status, version, code, message, answered_at FROM channels_publication
    WHERE level_id = wanted.level_id ORDER BY id DESC LIMIT 1
) last
"""


def _last_told(level_ids: Sequence[int]) -> dict[int, Told]:
    if not level_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_TOLD, [list(level_ids)])
        return {
            level_id: Told(
                status, version, "" if code in PASSING else _words(code, message), answered_at
            )
            for level_id, status, version, code, message, answered_at in cursor.fetchall()
        }


def _words(code: str, message: str) -> str:
    label = reasons.label(code)
    return f"{label}: {message}" if message and message != label else label


class Parked(NamedTuple):
    """An order of the channel that could not be placed here."""

    heard_at: datetime
    text: str


def _parked(channel: Channel, skus: Collection[str]) -> dict[str, list[Parked]]:
    """By SKU: parked orders that name it, in a line or in the reason why they are parked."""
    if not skus:
        return {}
    orders = ChannelOrder.objects.filter(channel=channel, order=None).exclude(reason="")
    found: dict[str, list[Parked]] = defaultdict(list)
    for order in orders.prefetch_related("lines").order_by("-pk")[:MOST_PARKED]:
        lines = {line.sku for line in order.lines.all()}
        text = f"{order.number} ({reasons.label(order.reason).lower()})"
        for sku in _named(order.message, skus) | lines.intersection(skus):
            found[sku].append(Parked(order.heard_at, text))
    return found


def _not_counted(parked: Sequence[Parked], subject: Subject, last: Told) -> list[str]:
    """Those heard of since the number was last seen there or compared there: what was seen after an
    order has that order in it."""
    is_accepted = last.status in {Status.ACCEPTED, Status.OBSERVED}
    known = [at for at in (subject.read_at, last.answered_at if is_accepted else None) if at]
    return [each.text for each in parked if all(each.heard_at > at for at in known)]


def _named(message: str, skus: Iterable[str]) -> set[str]:
    """SKUs that stand in a text as whole words: MUG-1 is not in MUG-10."""
    return {
        sku
        for sku in skus
        if sku in message and re.search(rf"(?<![\w-]){re.escape(sku)}(?![\w-])", message)
    }
