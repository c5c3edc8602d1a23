"""Filters of the lists of this floor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, QuerySet, Value
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from channels.models import Channel, Communicated, Location, Profile, SellingList
from channels.publishing import Place, decide
from inventory.models import Warehouse


class LocationFilter(DropdownFilter):
    """By the channel's place for stock."""

    title = "location"
    parameter_name = "location"

    def lookups(self, *_args: Any) -> list[tuple[int, str]]:
        places = Location.objects.order_by("channel__name", "name")
        rows = places.values_list("pk", "channel__name", "name")
        return [(pk, f"{name} ({channel})") for pk, channel, name in rows]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(location=self.value()) if _is_number(self.value()) else queryset


class WarehouseFilter(DropdownFilter):
    """By a warehouse that feeds the location."""

    title = "warehouse"
    parameter_name = "warehouse"

    def lookups(self, *_args: Any) -> Sequence[tuple[int, str]]:
        return list(Warehouse.objects.values_list("pk", "name"))

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not _is_number(self.value()):
            return queryset
        return queryset.filter(location__feeds__warehouse=self.value())


class DiffersFilter(DropdownFilter):
    """Whether the channel shows what it should. Asks the one place that decides numbers, so it can
    not disagree with the column beside it; that costs two queries over all rows left to ask."""

    title = "agreement"
    parameter_name = "differs"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [("yes", "Differs from what it should show"), ("no", "Shows what it should")]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(pk__in=list(_agreeing(queryset, is_wanted=self.value() == "no")))


def _agreeing(rows: QuerySet[Communicated], *, is_wanted: bool) -> Iterator[str]:
    """Ids of rows whose acknowledged number is (or is not) the number they should show."""
    facts = list(
        rows.order_by().values_list("pk", "product_id", "location_id", "acknowledged", named=False)
    )
    decisions = decide(Place(product, location) for _, product, location, _ in facts if location)
    for pk, product, location, acknowledged in facts:
        decision = decisions.get(Place(product, location or 0))
        should = decision.quantity if decision else None
        is_right = should in {None, acknowledged}  # nothing to tell is nothing to differ from
        if is_right == is_wanted:
            yield pk


class RuleFilter(DropdownFilter):
    """By global profile or selling list; both are looked up at once."""

    title = "rule"
    parameter_name = "rule"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        columns = ("kind", "pk", "name", "owner")
        profiles = Profile.objects.order_by().annotate(kind=Value("Profile"), owner=Value(""))
        lists = SellingList.objects.order_by().annotate(
            kind=Value("List"), owner=F("channel__name")
        )
        rows = profiles.values_list(*columns).union(lists.values_list(*columns), all=True)
        return [
            (f"{kind.lower()}-{pk}", f"{kind}: {name}" + (f" ({channel})" if channel else ""))
            for kind, pk, name, channel in rows.order_by("-kind", "name", "owner")
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kind, _, pk = str(self.value() or "").partition("-")
        if kind not in {"profile", "list"} or not pk.isdecimal():
            return queryset
        return queryset.filter(**{"profile" if kind == "profile" else "selling_list": pk})


class ActivityFilter(DropdownFilter):
    """By whether the channel offers it for sale, where the channel says so."""

    title = "activity at the channel"
    parameter_name = "activity"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [("active", "Active"), ("inactive", "Inactive")]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"active", "inactive"}:
            return queryset
        return queryset.filter(is_buyable=self.value() == "active")


class SellingListFilter(DropdownFilter):
    """Listings by the selling list that they are in, or those in none."""

    title = "selling list"
    parameter_name = "list"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        lists = SellingList.objects.order_by("name", "channel__name")
        rows = lists.values_list("pk", "name", "channel__name")
        named = [(str(pk), f"{name} ({channel})") for pk, name, channel in rows]
        return [("none", "In no list"), *named]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "none":
            return queryset.filter(selling_list=None)
        return queryset.filter(selling_list=self.value()) if _is_number(self.value()) else queryset


class QuantityFilter(DropdownFilter):
    """Listings by what became of their quantity at any location."""

    title = "quantity"
    parameter_name = "quantity"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [(state.value, state.label) for state in Communicated.State]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in Communicated.State.values:
            return queryset
        rows = Communicated.objects.filter(state=self.value()).order_by()
        return queryset.filter(pk__in=rows.values("listing"))


class MarketplaceFilter(DropdownFilter):
    """Products by the channel they are ticked for."""

    title = "marketplace"
    parameter_name = "marketplace"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        channels = Channel.objects.values_list("pk", "name")
        return [("none", "Nowhere"), *((str(pk), name) for pk, name in channels)]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "none":
            return queryset.exclude(listings__is_ticked=True)
        if not _is_number(self.value()):
            return queryset
        return queryset.filter(listings__channel=self.value(), listings__is_ticked=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal()
