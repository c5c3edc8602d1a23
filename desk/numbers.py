"""Numbers as people read them, on the pages of every floor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format

_HOLE = re.compile(r"(%\(\w+\))d")


def shown(number: float | Decimal, places: int | None = None) -> str:
    """Grouped by thousands and with the decimal mark of the reader's language: 1,234,567 or
    1.234.567. places: decimals, the last one rounded half up; else as many as it has."""
    if places is not None:
        number = Decimal(str(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return str(number_format(number, places, force_grouping=True))


def change(number: int) -> str:
    """A difference, with its sign also where it is more: +1,234."""
    return f"+{shown(number)}" if number >= 0 else shown(number)


def said(text: str, values: Mapping[str, object]) -> str:
    """A sentence with `%(units)d` and `%(name)s` in it, its numbers written as everywhere."""
    written = {
        name: shown(value) if isinstance(value, int) else value for name, value in values.items()
    }
    return _HOLE.sub(r"\1s", text) % written
