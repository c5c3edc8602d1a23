"""A quantity rule as partners write it down, and the draft that it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from channels import selling
from channels.api.references import find_warehouses
from channels.models import ProfileVersion
from channels.rules import LARGEST, ONCE, Mode, Unknown
from channels.selling.drafts import said
from inventory.api.references import refusal
from partners.models import Partner
from partners.rest.fields import Body, Flag, Option, Several, Text, Units, Whole

MODES = [(mode.value, mode.label) for mode in Mode]
NUMBERED = frozenset({Mode.CUSTOM, Mode.NOT_MORE_THAN})
FROM_STOCK = ("buffer", "percentage", "minimum", "unknown")
"""What matters only where the number is made of stock; so do warehouses."""


class RuleBody(Body):
    """What a profile says, or is to say. Single stock and custom quantity are told once and then
    left alone, whatever happens to the stock, until an update is asked for."""

    mode = Option(choices=MODES, required=False, help_text="What the number is made of.")
    quantity = Units(
        max_value=LARGEST,
        required=False,
        allow_null=True,
        help_text="Of a custom quantity, or of “not more than”; null for the others.",
    )
    buffer = Units(max_value=LARGEST, required=False, help_text="Units kept back.")
    percentage = Whole(
        min_value=1,
        max_value=100,
        required=False,
        help_text="Of the quantity at hand, rounded down to whole units.",
    )
    minimum = Units(max_value=LARGEST, required=False, help_text="Fewer than these are shown as 0.")
    unknown = Option(
        choices=[(each.value, each.label) for each in Unknown],
        required=False,
        help_text="What is told of stock that was never counted.",
    )
    warehouses = Several(
        child=Text(max_length=32),
        max_length=1000,
        required=False,
        help_text="Codes. Only their stock counts, of those that feed the location; none: all.",
    )


class PreviewBody(RuleBody):
    """What would be changed; {} for nothing. is_update_asked: as if the quantities of all its
    listings were asked to be updated, too."""

    is_update_asked = Flag(required=False, default=False)


def draft(
    values: Mapping[str, Any], partner: Partner, last: ProfileVersion | None = None
) -> ProfileVersion:
    """What a profile is to say: as the last version, but for these values of a RuleBody. What the
    mode has no use for is as it is by default. Raises a Problem with the fields."""
    given = {name: values[name] for name in _NAMES if name in values}
    if "warehouses" in values:
        given["warehouse_ids"] = find_warehouses(values["warehouses"], partner)
    wanted = ProfileVersion(**(said(last) if last else {}) | given)
    useless = dict(_useless(Mode(wanted.mode)))
    mistaken = [
        (_ASKED.get(name, name), f"{Mode(wanted.mode).label}: {why}")
        for name, why in useless.items()
        if name in given and given[name] != getattr(_PLAIN, name)
    ]
    if mistaken:
        raise refusal(mistaken, "no_use")
    for name in useless:
        setattr(wanted, name, getattr(_PLAIN, name))
    _demand_meant(wanted)
    return wanted


def told(version: ProfileVersion, codes: Mapping[int, str]) -> dict[str, Any]:
    """What a version says, as a RuleBody tells it. codes: of warehouses, by id."""
    words = said(version)
    known = [codes[pk] for pk in words["warehouse_ids"] if pk in codes]
    return words | {"warehouses": sorted(known)}


_NAMES = ("mode", "quantity", *FROM_STOCK)
_ASKED = {"warehouse_ids": "warehouses"}
_PLAIN = ProfileVersion()


def _useless(mode: Mode) -> Iterator[tuple[str, str]]:
    """Columns that a mode has no use for, and what to do."""
    if mode not in NUMBERED:
        yield "quantity", "it has no number of its own; leave this out, or give null."
    if mode in ONCE:
        for name in (*FROM_STOCK, "warehouse_ids"):
            yield name, "it is told whatever the stock; leave this out."


def _demand_meant(wanted: ProfileVersion) -> None:
    try:
        selling.validate(wanted)
    except ValidationError as error:
        found = error.message_dict.items()
        errors = [(_ASKED.get(name, name), text) for name, texts in found for text in texts]
        raise refusal(errors, "contradiction") from error
