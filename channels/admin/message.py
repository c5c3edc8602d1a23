"""A number told to a channel: what was said of this one listing, in words and in the channel's own
terms, out of a message that speaks of many."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from channels import reasons
from channels.admin.stored import ERRORS
from channels.models import Publication
from channels.models.publication import Status
from desk import moments, numbers


@dataclass(frozen=True, slots=True)
class Message:
    """The stored message, indented for a person. `part`: what it says of this listing, "" where
    that can not be told apart; `lines`: of how many it speaks."""

    whole: str
    part: str
    lines: int

    @property
    def is_its_own(self) -> bool:
        """Whether it speaks of nothing else."""
        return self.part == self.whole


def message_of(told: Publication) -> Message:
    """One statement. Give level with listing and location, and batch, selected."""
    said = json.loads(told.batch.payload)
    listing, place = told.level.listing, told.level.location.external_id
    found = part_of(said, {listing.item_id, listing.external_id} - {""}, place, told.position)
    last = told.batch.publications.order_by("-position").values_list("position", flat=True).first()
    part = "" if found is None else _readable(found)
    return Message(_readable(said), part, 1 + (last or 0))


def part_of(message: Any, item: Collection[str], place: str, position: int | None = None) -> Any:
    """The innermost part of a message that names an item of the channel, by any of its ids; where
    several do, the one that also names the place. `position`: its line in the message, from 0,
    where that is known: a part that stands elsewhere was said of another item that has the same id
    now. None where no part is certainly the one."""
    found = [
        part
        for part, at in _naming(message, item)
        if position is None or position == (0 if at is None else at)
    ]
    if len(found) > 1:
        found = [each for each in found if _names(each, {place}, _PLACE)]
    return found[0] if len(found) == 1 else None


_ITEM, _PLACE = ("id", "sku"), ("id", "code")
"""How the names of fields end that hold an item's id, and a place's."""


def _naming(
    node: Any, ids: Collection[str], at: int | None = None
) -> Iterator[tuple[dict[str, Any], int | None]]:
    """Each part that names an item, with its line in the list that it stands in."""
    if isinstance(node, list):
        for number, each in enumerate(node):
            yield from _naming(each, ids, number)
    elif isinstance(node, dict):
        for each in node.values():
            yield from _naming(each, ids, at)
        if _names(node, ids, _ITEM):
            yield node, at


def _names(part: dict[str, Any], ids: Collection[str], fields: tuple[str, ...]) -> bool:
    """An id is text: what is written as a number counts something."""
    return any(
        isinstance(value, str) and value in ids and name.lower().endswith(fields)
        for name, value in part.items()
    )


def _readable(said: Any) -> str:
    """Its bytes in the database stay as sent."""
    return json.dumps(said, indent=2, ensure_ascii=False)


def asked(told: Publication) -> str:
    """What the channel was told, as a sentence."""
    values = {
        "channel": told.batch.channel,
        "place": told.level.location.name,
        "sku": told.level.listing.product.sku,
    }
    if told.quantity is None:
        text = gettext("%(channel)s was told to show no number for %(sku)s at %(place)s any more.")
        return text % values
    values |= {"number": numbers.shown(told.quantity)}
    if told.expected is None or told.delta is None:
        text = gettext(
            "%(channel)s was told to show %(number)s of %(sku)s at %(place)s, whatever it showed"
            " before."
        )
        return text % values
    if not told.delta:
        text = gettext("%(channel)s was told again to show %(number)s of %(sku)s at %(place)s.")
        return text % values
    text = gettext(
        "%(channel)s was told to show %(number)s of %(sku)s at %(place)s instead of %(before)s"
        " (%(change)s)."
    )
    before, change = numbers.shown(told.expected), numbers.change(told.delta)
    return text % {**values, "before": before, "change": change}


def answered(told: Publication) -> str:
    """What became of it, as a sentence."""
    if told.answered_at is None:
        return gettext("No answer came yet.")
    at = moments.exact(told.answered_at)
    if told.status == Status.ACCEPTED:
        return gettext("It took the number at %(time)s.") % {"time": at}
    if told.status == Status.OBSERVED:
        seen = moments.exact(told.observed_at) if told.observed_at else at
        text = gettext("It took the number at %(time)s, and was seen to show it at %(seen)s.")
        return text % {"time": at, "seen": seen}
    label = reasons.label(told.code) if told.code else told.get_status_display()
    values = {"time": at, "why": label.rstrip(".")}
    if told.status == Status.REJECTED:
        return gettext("It refused at %(time)s: %(why)s.") % values
    return gettext("It was given up at %(time)s: %(why)s.") % values


def answer_of(told: Publication) -> str:
    """What the channel said itself; "" when nothing, or when all is said by the outcome."""
    return ERRORS.said(told.message)
