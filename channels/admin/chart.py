"""What a place was told against what it should have shown, drawn over a span of time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk import moments
from desk.numbers import shown as written

Point = tuple[datetime.datetime, int]

ALL = "all"
LEAST, MOST = datetime.timedelta(seconds=1), datetime.timedelta(days=30)
"""Of a span chosen by what there is."""

SPANS = {
    "day": (datetime.timedelta(days=1), _("1 day")),
    "week": (datetime.timedelta(days=7), _("7 days")),
    "month": (datetime.timedelta(days=30), _("30 days")),
}
WIDTH, HEIGHT, EDGE = 640, 120, 6


@dataclass(frozen=True, slots=True)
class Chart:
    """Two lines as an SVG draws them, with their words. `spans`: (name, label, is chosen)."""

    should: str
    shown: str
    words: str
    highest: int
    began: str
    ended: str
    spans: Sequence[tuple[str, object, bool]]
    width: int = WIDTH
    height: int = HEIGHT


def draw(
    should: Sequence[Point], shown: Sequence[Point], end: datetime.datetime, span: str
) -> Chart:
    """Points by time, the earliest first; what was before the span goes on into it."""
    span = span if span in SPANS else ALL
    start = end - (SPANS[span][0] if span in SPANS else _known([*should, *shown], end))
    lines = [_within(should, start, end), _within(shown, start, end)]
    numbers = [number for line in lines for _, number in line]
    top = max([*numbers, 1])
    return Chart(
        should=_path(lines[0], start, end, top),
        shown=_path(lines[1], start, end, top),
        words=_words(lines[0], lines[1], start, SPANS[span][1] if span in SPANS else ""),
        highest=top,
        began=moments.minute(start),
        ended=moments.minute(end),
        spans=[
            (ALL, gettext("All there is"), span == ALL),
            *((name, label, name == span) for name, (_, label) in SPANS.items()),
        ],
    )


def _known(points: Sequence[Point], end: datetime.datetime) -> datetime.timedelta:
    """From the first of them, before which nothing was known, within bounds."""
    first = min((at for at, _ in points), default=end)
    return min(max(end - first, LEAST), MOST)


def _within(
    points: Sequence[Point], start: datetime.datetime, end: datetime.datetime
) -> list[Point]:
    points = sorted(points, key=lambda point: point[0])
    before = [point for point in points if point[0] < start]
    inside = [point for point in points if start <= point[0] <= end]
    return [*((start, number) for _, number in before[-1:]), *inside]


def _path(
    points: Sequence[Point], start: datetime.datetime, end: datetime.datetime, top: int
) -> str:
    """Steps: a number stays until the next one."""
    if not points:
        return ""
    seconds = (end - start).total_seconds()

    def across(at: datetime.datetime) -> float:
        return round((at - start).total_seconds() / seconds * WIDTH, 1)

    def down(number: int) -> float:
        return round(HEIGHT - EDGE - max(0, number) / top * (HEIGHT - 2 * EDGE), 1)

    parts = [f"M{across(points[0][0])} {down(points[0][1])}"]
    parts += [f"H{across(at)}V{down(number)}" for at, number in points[1:]]
    return "".join([*parts, f"H{WIDTH}"])


def _words(
    should: Sequence[Point], shown: Sequence[Point], start: datetime.datetime, span: object
) -> str:
    """The chart for whoever does not see it. `span`: "" where it is all there is."""
    if not span:
        return gettext("Since %(time)s it should have shown %(should)s, and showed %(shown)s.") % {
            "time": moments.minute(start),
            "should": _range(should),
            "shown": _range(shown),
        }
    if not should and not shown:
        return gettext("Nothing was told or read in the last %(span)s.") % {"span": span}
    return gettext(
        "In the last %(span)s it should have shown %(should)s, and showed %(shown)s."
    ) % {"span": span, "should": _range(should), "shown": _range(shown)}


def _range(points: Sequence[Point]) -> str:
    numbers = [number for _, number in points]
    if not numbers:
        return gettext("nothing that is known")
    if min(numbers) == max(numbers):
        return written(numbers[0])
    return gettext("between %(least)s and %(most)s") % {
        "least": written(min(numbers)),
        "most": written(max(numbers)),
    }
