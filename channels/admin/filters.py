"""Filters of the lists of this floor."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from channels import finding
from channels.models import Channel, Communicated, Entry, SellingList
from desk.narrowing import asked, few, these


class SellingListFilter(DropdownFilter):
    """Listings by the selling list that they are in, or those in none."""

    title = _("selling list")
    parameter_name = "list"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        lists = SellingList.objects.order_by("name", "channel__name")
        rows = lists.values_list("pk", "name", "channel__name")
        named = [(str(pk), f"{name} ({channel})") for pk, name, channel in rows]
        return [("none", gettext("In no list")), *named]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "none":
            return queryset.filter(selling_list=None)
        return queryset.filter(selling_list=self.value()) if _is_number(self.value()) else queryset


class QuantityFilter(DropdownFilter):
    """Listings by what became of their quantity at any location."""

    title = _("quantity")
    parameter_name = "quantity"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in Communicated.State]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in Communicated.State.values:
            return queryset
        rows = finding.in_states(Entry.objects.order_by(), Communicated.State(self.value()))
        found = few([rows.values_list("listing")])
        if found is None:  # then one of them is met soon
            return queryset.filter(Exists(rows.filter(listing=OuterRef("pk"))))
        return queryset.filter(pk__in=these(found))


_NOWHERE = """
SELECT id FROM inventory_product EXCEPT SELECT product_id FROM channels_listing WHERE is_ticked
"""


class MarketplaceFilter(DropdownFilter):
    """Products by the channel they are ticked for."""

    title = _("marketplace")
    parameter_name = "marketplace"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        channels = Channel.objects.values_list("pk", "name")
        return [("none", gettext("Nowhere")), *((str(pk), name) for pk, name in channels)]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "none":
            found = asked(_NOWHERE)
            if found is None:  # then one of them is met soon
                return queryset.exclude(listings__is_ticked=True)
            return queryset.filter(pk__in=these(found))
        if not _is_number(self.value()):
            return queryset
        return queryset.filter(listings__channel=self.value(), listings__is_ticked=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal()
