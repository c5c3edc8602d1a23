"""Pages of lists that may hold millions of rows: nothing is counted further than people read."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.formats import number_format
from django.utils.translation import gettext

READ = 10_000
"""Rows that a list shows at most; what is further away is found by a filter or a search."""


def bounded(number: int) -> str:
    """12,345 as “10,000+”, for no list shows more."""
    told = number_format(min(number, READ), force_grouping=True)
    return gettext("%(number)s+") % {"number": told} if number > READ else told


class BoundedPaginator(Paginator):
    """Counts to one row beyond READ and no further, whatever the list holds."""

    object_list: Any
    template_name = "admin/stockcast/pagination.html"

    @cached_property
    def count(self) -> int:
        """Rows that the list shows."""
        return min(self._counted, READ)

    @cached_property
    def is_bounded(self) -> bool:
        """Whether there are more rows than the list shows."""
        return self._counted > READ

    def know_more(self) -> None:
        """There are more rows than the list shows, that is known: they are not counted."""
        self._counted = READ + 1

    @property
    def told(self) -> str:
        """How many rows there are, as far as they were counted: “10,000+” when there are more."""
        return bounded(self._counted)

    @cached_property
    def _counted(self) -> int:
        # Of a row that is counted, nothing but that it is there has to be worked out.
        return int(self.object_list.order_by().values("pk")[: READ + 1].count())


class FoundFirst(BoundedPaginator):
    """Looks for a page's rows in their own table alone, wherever the order allows that, and joins
    to only those of the page what is shown of others: a million joined rows are not sorted. Costs
    one short statement more."""

    def page(self, number: Any) -> Any:
        """The page of that number, its rows in the list's order."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        ids = self.object_list.values_list("pk", flat=True)
        ids = ids[start : min(start + self.per_page, self.count)]
        rows = self.object_list.filter(pk__in=list(ids))
        return Page(rows, number, self)
