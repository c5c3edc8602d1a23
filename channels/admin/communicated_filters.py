"""Filters of the communicated table: each goes by an index (channels.finding)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.validators import EMPTY_VALUES
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from channels import finding, mapping, narrowing
from channels.admin import communicated_moment
from channels.models import Communicated, Profile
from channels.narrowing import EVERY, Chosen
from desk.filters import RecordFilter


def _number(text: str) -> int:
    """0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def chosen_channel(request: Any) -> Chosen:
    """The channel that the list is narrowed to; looked up once."""
    if not hasattr(request, "chosen_channel"):
        number = _number(request.GET.get("channel__id__exact", ""))
        request.chosen_channel = narrowing.choose(number) if number else EVERY
    chosen: Chosen = request.chosen_channel
    return chosen


def chosen_places(request: Any) -> tuple[int, ...]:
    """The locations of all rows that the list is narrowed to and that have one; none where these
    are not known, or the rows are few anyway."""
    number = _number(request.GET.get("location__id__exact", ""))
    return (number,) if number else chosen_channel(request).places


class _Related(RecordFilter):
    """By a record that is looked up by typing. What is no number finds nothing."""

    name: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = self.name

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The chosen record is shown, and not looked up a second time to be checked."""
        for choice in super().choices(changelist):
            form = choice["form"]
            form.initial, form.data, form.is_bound = form.data, {}, False
            yield choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value in EMPTY_VALUES:
            return queryset
        return self.among(request, queryset, _number(str(value)))

    def among(self, _request: HttpRequest, rows: QuerySet[Any], number: int) -> QuerySet[Any]:
        """The rows of that record."""
        return rows.filter(**{self.field_path: number})


class ChannelFilter(_Related):
    """By channel."""

    name = _("channel")

    def among(self, request: HttpRequest, rows: QuerySet[Any], number: int) -> QuerySet[Any]:
        return finding.of_channel(rows, chosen_channel(request)) if number else rows.none()


class LocationFilter(_Related):
    """By the channel's place for stock."""

    name = _("location")

    def among(self, _request: HttpRequest, rows: QuerySet[Any], number: int) -> QuerySet[Any]:
        return finding.at_location(rows, number)


class SellingListFilter(_Related):
    """By selling list."""

    name = _("selling list")


class ProfileFilter(_Related):
    """By global profile: of the selling list, else of the channel."""

    name = _("global profile")

    def among(self, _request: HttpRequest, rows: QuerySet[Any], number: int) -> QuerySet[Any]:
        return finding.by_rule(rows, Profile(pk=number))


class WarehouseFilter(_Related):
    """By a warehouse that feeds the location, or fed it at the past moment asked for."""

    name = _("warehouse")

    def among(self, request: HttpRequest, rows: QuerySet[Any], number: int) -> QuerySet[Any]:
        moment = communicated_moment.asked(request)
        if moment is None:
            return finding.fed_by(rows, number)
        return rows.filter(location__in=mapping.fed_by_warehouse_then(number, moment))


class StateFilter(DropdownFilter):
    """By state, or by states that are looked at together."""

    title = _("state")
    parameter_name = "state__exact"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        groups = {"waiting": _("All that is pending"), "attention": _("All that needs attention")}
        return [*groups.items(), *Communicated.State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = str(self.value() or "")
        states = finding.GROUPS.get(value, ())
        if value in Communicated.State.values:
            states = (Communicated.State(value),)
        if not states:
            return queryset
        return finding.in_states(queryset, *states, chosen=chosen_channel(request))


class DiffersFilter(DropdownFilter):
    """Whether the channel shows what it should."""

    title = _("agreement")
    parameter_name = "differs"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [
            ("yes", gettext("Differs from what it should show")),
            ("no", gettext("Shows what it should")),
            ("left", gettext("Excluded, and shows more than there is")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "left":
            return finding.left_too_high(queryset, chosen=chosen_channel(request))
        if self.value() not in {"yes", "no"}:
            return queryset
        is_wanted = self.value() == "yes"
        return finding.differing(queryset, is_wanted=is_wanted, chosen=chosen_channel(request))


class ActivityFilter(DropdownFilter):
    """By whether the channel offers it for sale, where the channel says so."""

    title = _("activity at the channel")
    parameter_name = "activity"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [("active", gettext("Active")), ("inactive", gettext("Inactive"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"active", "inactive"}:
            return queryset
        is_wanted = self.value() == "active"
        return finding.active(queryset, is_wanted=is_wanted, chosen=chosen_channel(request))
