"""Filters that lists of every floor share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unfold.contrib.filters.admin import AutocompleteSelectFilter


class RecordFilter(AutocompleteSelectFilter):
    """By a record that is looked up by typing, among however many."""

    lookup_val: Any

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What to type into. An address that names no record leaves it empty."""
        given = str(self.lookup_val or "")
        if not (given.isascii() and given.isdecimal()):
            self.lookup_val = None
        found: Iterator[Any] = super().choices(changelist)
        return found
