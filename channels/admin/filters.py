"""Filters of the lists of this floor."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from channels import finding
from channels.admin.communicated_filters import chosen_channel
from channels.models import Batch, Channel, Communicated, Entry, SellingList
from channels.models.publication import OPEN
from channels.narrowing import among, at_channel
from desk.narrowing import asked, if_few, named_first, these


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


COMMON = {Communicated.State.LINKED, Communicated.State.OUT_OF_STOCK}
"""States of which no partial index knows."""


class QuantityFilter(DropdownFilter):
    """Listings by what became of their quantity at any location."""

    title = _("quantity")
    parameter_name = "quantity"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in Communicated.State]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in Communicated.State.values:
            return queryset
        return _in_state(request, queryset, Communicated.State(self.value()))


def _in_state(request: Any, listings: QuerySet[Any], state: Communicated.State) -> QuerySet[Any]:
    """Those with a row in this state. What partial indexes name first is looked into: where more
    than a list shows is in the state already, `are_many` of the request says so, for to count what
    is neither rare nor common takes longest."""
    chosen = chosen_channel(request)
    wanted, parts = finding.asked([state], chosen)
    every = Entry.objects.filter(wanted).order_by()
    rows, is_whole = every.filter(channel=chosen.channel_id) if chosen.channel_id else every, True
    if chosen.listings is not None:
        rows = among(rows, chosen.listings)
    elif parts is not None and state not in COMMON:
        # Some of them are in another state besides, and then count as that.
        named, is_whole = named_first(at_channel(parts, chosen.channel_id), times=1.8)
        rows = among(rows, named)
    # A listing may have several rows.
    found, is_all = named_first([rows.values_list("listing")], times=1.5)
    ids = if_few(found)
    request.are_many = ids is None
    if ids is None or not (is_whole and is_all):  # then one of them is met soon
        return listings.filter(Exists(every.filter(listing=OuterRef("pk"))))
    return listings.filter(pk__in=these(ids))


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


class StatusFilter(ChoicesDropdownFilter):
    """Receipts by status. What has no answer yet is looked for among the few messages that have
    none."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = super().queryset(request, queryset)
        if self.value() in OPEN:
            found = found.filter(batch__in=Batch.objects.filter(status__in=OPEN).order_by())
        return found


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal()
