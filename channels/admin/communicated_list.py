"""The communicated table's list: found by indexes, then told as it is, or was, this moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import InvalidPage
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from channels import communicated, finding, ordering, tallying
from channels.admin import communicated_moment
from channels.admin.communicated_filters import (
    ChannelFilter,
    LocationFilter,
    WarehouseFilter,
    chosen_places,
)
from channels.models import Entry, Profile, SellingList
from channels.ordering import Found
from desk.lists import ChangeList
from desk.paging import READ, BoundedPaginator

AT_ONCE = 2000
"""Levels tallied before a list that goes by the tally: a small shop's is always exact."""

THEN = (ChannelFilter, LocationFilter, WarehouseFilter)
"""Filters that make sense at a past moment."""

RULE = "rule"


COUNTED = 1000
"""Rows counted at once: as many more are looked ahead for as a person comes near their end."""


class FoundPages(BoundedPaginator):
    """Pages of rows of which the first were found already. number: rows there are, counted to one
    beyond the bound."""

    def __init__(self, rows: Sequence[Found], per_page: int, number: int, bound: int) -> None:
        super().__init__(rows, per_page)
        self._counted, self.bound = number, bound

    @cached_property
    def count(self) -> int:
        """Rows that pages are offered for."""
        return min(self._counted, self.bound)

    @cached_property
    def is_bounded(self) -> bool:
        """Whether there are more."""
        return self._counted > self.bound


class CommunicatedList(ChangeList):
    """Finds a page's rows in one statement, whatever the order, and tells their live numbers."""

    result_list: Any
    untallied = 0
    """Levels whose numbers are still to be computed for sorting and filtering."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.moment = communicated_moment.asked(request)
        super().__init__(request, *args, **kwargs)

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """What other controls than the filters say is left out."""
        wanted: dict[str, Any] = super().get_filters_params(params)
        wanted.pop(communicated_moment.PARAMETER, None)
        self.rule = "".join(wanted.pop(RULE, [""])[:1])
        return wanted

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str]:
        """None of the database: the order is kept for finding."""
        wanted = [*super().get_ordering(request, queryset), ""][0]
        name = wanted.lstrip("-").replace("product__sku", "sku")
        is_past = self.moment is not None
        if name not in ordering.QUANTITIES or is_past:
            name = "sku"
        is_turned = wanted.startswith("-") and (name == "sku") == ("sku" in wanted)
        self.order = f"-{name}" if is_turned else name
        return []

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        self.get_ordering(request, Entry.objects.none())
        if self._goes_by_tally():
            is_more = tallying.tally(AT_ONCE) >= AT_ONCE
            self.untallied = tallying.waiting(READ + 1) if is_more else 0
        self.root_queryset = Entry.objects.all()
        if self.moment is not None:
            self.root_queryset = Entry.objects.filter(ticked_at__lte=self.moment)
            return self._then(request, exclude_parameters)
        return self._of_rule(super().get_queryset(request, exclude_parameters))

    def _goes_by_tally(self) -> bool:
        is_sorted = self.order.lstrip("-") in ordering.TALLIED
        return self.moment is None and (is_sorted or "differs" in self.params)

    def _then(self, request: HttpRequest, exclude_parameters: Any) -> QuerySet[Any]:
        """By what can be known of then: where, and which product."""
        super().get_queryset(request, exclude_parameters)
        rows = self.root_queryset
        for spec in self.filter_specs:
            if isinstance(spec, THEN):
                rows = spec.queryset(request, rows)
        return finding.matching(rows, self.query)

    def _of_rule(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        kind, _, pk = self.rule.partition("-")
        if kind not in {"profile", "list"} or not pk.isdecimal():
            return rows
        return finding.by_rule(rows, (Profile if kind == "profile" else SellingList)(pk=int(pk)))

    def get_results(self, request: HttpRequest) -> None:
        last = min(max(1, self.page_num), READ // self.list_per_page) * self.list_per_page
        bound = min((last // COUNTED + 1) * COUNTED, READ)
        places = chosen_places(request)
        rows, number = ordering.page(self.queryset, self.order, last, bound, places)
        self.paginator = FoundPages(rows, self.list_per_page, number, bound)
        self.result_count = self.paginator.count
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = bool(rows) and self.moment is None
        self.can_show_all, self.multi_page = False, self.result_count > self.list_per_page
        try:
            page = self.paginator.page(self.page_num).object_list
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        self.result_list = shown(list(page), self.moment)


def shown(found: Sequence[Found], moment: datetime | None) -> list[Any]:
    """The rows of a page, each a Communicated with what is told of it (`shown`, a Row), now or as
    of then (`is_past`); in order."""
    keys = [each.key for each in found]
    table = communicated.select().defer("channel__credentials", "channel__settings")
    table = table.filter(pk__in=keys).order_by()
    if moment is None:
        entries = list(table)
        told = list(zip(entries, communicated.rows(entries), strict=True))
    else:
        told = communicated.entries_as_of(table, moment)
    by_key: dict[str, Any] = {}
    entry: Any
    for entry, row in told:
        entry.shown, entry.is_past = row, moment is not None
        by_key[entry.pk] = entry
    return [by_key[key] for key in keys if key in by_key]
