"""Charts of the first page, drawn as SVG: each bar leads to the list of what it counts."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from channels.models import Publication
from desk import moments, numbers
from desk.cells import NOTHING
from inventory.models import Movement
from inventory.models.stock import Reason
from syncjobs.admin.dashboard.seen import DAY, Seen
from syncjobs.admin.progress import lasted
from syncjobs.admin.windows import TOLD, answered_in, rejected_in, sent_in, since
from syncjobs.hours import HOUR, Told

HEIGHT = 100
STEP = 10
GAP = 1
LEAST = 2.0
"""Height of a bar of almost nothing: it must be seen to be pressed."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the chart's own units; `kind` is how it is coloured."""

    x: float
    y: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Spot:
    """What lies over an hour of the chart to be pointed at and pressed: what it says, and the list
    behind it (empty: nothing to list)."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One hour in words: what stands under each head, and the list behind it (empty: none)."""

    name: str
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. `figure` is its sum with the list of it; `legend`: colours with their names."""

    name: str
    title: str
    alternative: str
    figure: str
    url: str
    heads: Sequence[str]
    legend: Sequence[tuple[str, str]]
    bars: Sequence[Bar]
    spots: Sequence[Spot]
    rows: Sequence[Row]
    axis: Sequence[str]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """Lines of the ledger with one reason. `percent`: of the commonest."""

    label: str
    figure: str
    percent: int
    url: str


def clock(moment: datetime.datetime) -> str:
    """An hour as the charts name it."""
    return moments.hour(moment)


def told(hours: Sequence[Told]) -> Chart:
    """Numbers told in each of the last 24 hours: sent, and rejected on top."""
    most = max((hour.sent + hour.rejected for hour in hours), default=0) or 1
    sent, rejected = sum(hour.sent for hour in hours), sum(hour.rejected for hour in hours)
    summary = gettext("%(sent)s sent and %(rejected)s rejected in the last 24 hours, by hour")
    begin = hours[0].begins_at
    return Chart(
        name="told",
        title=gettext("Quantities told, last 24 hours"),
        alternative=summary % {"sent": exact(sent), "rejected": exact(rejected)},
        figure=exact(sent + rejected),
        url=since(Publication, "answered_at", begin),
        heads=[gettext("Hour"), gettext("Sent"), gettext("Rejected")],
        legend=[("accent", gettext("Sent")), ("bad", gettext("Rejected"))],
        bars=[bar for at, hour in enumerate(hours) for bar in _stack(at, hour, most)],
        spots=[_told_spot(hour) for hour in hours],
        rows=[_told_row(hour) for hour in hours],
        axis=_axis(hours),
        is_empty=not sent + rejected,
    )


def exact(number: int) -> str:
    """A number in groups of thousands: sums are known exactly."""
    return numbers.shown(number)


def _stack(at: int, hour: Told, most: int) -> list[Bar]:
    """Rejected ones stand on those sent; neither is too small to be seen."""
    above = max(LEAST, HEIGHT * hour.rejected / most) if hour.rejected else 0.0
    high = max(LEAST, HEIGHT * hour.sent / most) if hour.sent else 0.0
    high = min(high, HEIGHT - above)
    left = at * STEP + GAP
    if not hour.sent + hour.rejected:
        return [Bar(left, HEIGHT - 1, 1, "empty")]
    return [
        Bar(left, HEIGHT - high, high, "accent"),
        Bar(left, HEIGHT - high - above, above, "bad"),
    ]


def _told_spot(hour: Told) -> Spot:
    words = {"hour": clock(hour.begins_at)}
    if not hour.sent + hour.rejected:
        return Spot(gettext("%(hour)s: none") % words, "")
    words |= {"sent": exact(hour.sent), "rejected": exact(hour.rejected)}
    text = (
        gettext("%(hour)s: %(sent)s sent, %(rejected)s rejected")
        if hour.rejected
        else gettext("%(hour)s: %(sent)s sent")
    )
    return Spot(text % words, answered_in(hour.begins_at))


def _told_row(hour: Told) -> Row:
    cells = [
        (exact(hour.sent), sent_in(hour.begins_at) if hour.sent else ""),
        (exact(hour.rejected), rejected_in(hour.begins_at) if hour.rejected else ""),
    ]
    return Row(clock(hour.begins_at), cells)


def _axis(hours: Sequence[Told]) -> list[str]:
    middle = len(hours) // 2
    return [clock(hours[0].begins_at), clock(hours[middle].begins_at), gettext("now")]


def seconds(value: float | None) -> str:
    """How long something took."""
    return NOTHING if value is None else lasted(value)


def speed(hours: Sequence[Told]) -> Chart:
    """How long changes took to be acknowledged, in each of the last 24 hours: half of them within
    the darker bar, 99 of 100 within the lighter one."""
    known = [hour for hour in hours if hour.slowest is not None]
    most = max((hour.slowest or 0.0 for hour in known), default=0.0) or 1.0
    last = known[-1] if known else None
    summary = (
        gettext("Half within %(median)s, 99 of 100 within %(slowest)s at %(hour)s")
        % {
            "median": seconds(last.median),
            "slowest": seconds(last.slowest),
            "hour": clock(last.begins_at),
        }
        if last
        else gettext("No change was acknowledged in the last 24 hours")
    )
    return Chart(
        name="speed",
        title=gettext("From commit to acknowledged, last 24 hours"),
        alternative=summary,
        figure=seconds(last.median) if last else "",
        url=_timed(last) if last else "",
        heads=[gettext("Hour"), gettext("Half within"), gettext("99 of 100 within")],
        legend=[("accent", gettext("Half within")), ("soft", gettext("99 of 100 within"))],
        bars=[bar for at, hour in enumerate(hours) for bar in _speed_bars(at, hour, most)],
        spots=[_speed_spot(hour) for hour in hours],
        rows=[_speed_row(hour) for hour in hours],
        axis=_axis(hours),
        is_empty=not known,
    )


def _timed(hour: Told) -> str:
    """The changes that an hour's speed is reckoned from."""
    begin = hour.begins_at
    filters = {"status__in": TOLD, "due_since__isnull": False}
    return since(Publication, "answered_at", begin, begin + HOUR, **filters)


def _speed_bars(at: int, hour: Told, most: float) -> list[Bar]:
    left = at * STEP + GAP
    if hour.median is None or hour.slowest is None:
        return [Bar(left, HEIGHT - 1, 1, "empty")]
    slow = max(LEAST, HEIGHT * hour.slowest / most)
    half = max(LEAST, HEIGHT * hour.median / most)
    return [Bar(left, HEIGHT - slow, slow, "soft"), Bar(left, HEIGHT - half, half, "accent")]


def _speed_spot(hour: Told) -> Spot:
    words = {"hour": clock(hour.begins_at)}
    if hour.median is None:
        return Spot(gettext("%(hour)s: none") % words, "")
    words |= {"median": seconds(hour.median), "slowest": seconds(hour.slowest)}
    text = gettext("%(hour)s: half within %(median)s, 99 of 100 within %(slowest)s")
    return Spot(text % words, _timed(hour))


def _speed_row(hour: Told) -> Row:
    url = _timed(hour) if hour.median is not None else ""
    return Row(clock(hour.begins_at), [(seconds(hour.median), url), (seconds(hour.slowest), url)])


def moved(seen: Seen) -> list[Moved]:
    """Lines of the ledger by reason, the commonest first; one query."""
    counts = seen.figures.moved(seen.hours)
    begin, _ = seen.figures.window(seen.hours)
    most = max(counts.values(), default=0) or 1
    labels = dict(Reason.choices)
    return [
        Moved(
            str(labels.get(reason, reason)),
            exact(lines),
            max(1, round(100 * lines / most)),
            since(Movement, "recorded_at", begin, reason__exact=reason),
        )
        for reason, lines in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def charts(seen: Seen) -> list[Chart]:
    """Those by the hour; one query."""
    hours = seen.figures.told(DAY)
    makers: list[Callable[[Sequence[Told]], Chart]] = [told, speed]
    return [make(hours) for make in makers]
