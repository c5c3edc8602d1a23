"""Pages of lists that may hold millions of rows: nothing is counted further than people read."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

READ = 10_000
"""Rows that a list shows at most; what is further away is found by a filter or a search."""


class BoundedPaginator(Paginator):
    """Counts to one row beyond READ and no further, whatever the list holds."""

    object_list: Any

    @cached_property
    def count(self) -> int:
        """Rows that the list shows."""
        return min(self._counted, READ)

    @cached_property
    def is_bounded(self) -> bool:
        """Whether there are more rows than the list shows."""
        return self._counted > READ

    @cached_property
    def _counted(self) -> int:
        return int(self.object_list.order_by()[: READ + 1].count())
