"""Reasons: what every reason code means, how often it came up, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from channels import reasons
from channels.contract import Code
from syncjobs.admin.windows import logged_since
from syncjobs.counting import bounded
from syncjobs.hours import Figures
from syncjobs.models import ProcessLog
from syncjobs.records import ERROR_CODES, INFO_CODES

DAY = 24
COLORS = {
    ProcessLog.Level.INFO: "info",
    ProcessLog.Level.WARNING: "warning",
    ProcessLog.Level.ERROR: "danger",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One reason as the pages show it. `number`: lines of the last 24 hours (None where mere
    information is not counted), `url`: those lines."""

    code: str
    label: str
    meaning: str
    advice: str
    level: str
    color: str
    number: int | None
    url: str
    page: str

    @property
    def text(self) -> str:
        return "" if self.number is None else bounded(self.number)


def page_of(code: str) -> str:
    """The page of one reason; "" for a plug-in's own, which says all there is to say."""
    if code not in reasons.REASONS:
        return ""
    return reverse("admin:syncjobs_processlog_reason", args=[code])


def every() -> list[Told]:
    """All reasons: the commonest of the last 24 hours first, then by what they are called."""
    figures = Figures.read()
    counts: dict[str, int] = {}
    for (_, code), lines in figures.logged(DAY).items():
        counts[code] = counts.get(code, 0) + lines
    found = [_told(code, figures, counts) for code in reasons.REASONS]
    return sorted(found, key=lambda each: (-(each.number or 0), each.label.casefold()))


def one(code: str) -> Told:
    """One reason. Raises Http404."""
    if code not in reasons.REASONS:
        raise Http404(code)
    return next(each for each in every() if each.code == code)


def _told(code: Code, figures: Figures, counts: dict[str, int]) -> Told:
    level = ProcessLog.Level.WARNING
    if code in INFO_CODES:
        level = ProcessLog.Level.INFO
    elif code in ERROR_CODES:
        level = ProcessLog.Level.ERROR
    begin, _ = figures.window(DAY)
    is_counted = level != ProcessLog.Level.INFO or code.value in counts
    return Told(
        code=code.value,
        label=reasons.label(code),
        meaning=reasons.meaning(code),
        advice=reasons.advice(code),
        level=str(level.label),
        color=COLORS[level],
        number=counts.get(code.value, 0) if is_counted else None,
        url=logged_since(begin, code.value),
        page=page_of(code.value),
    )
