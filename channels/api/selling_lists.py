"""Selling lists: listings of one channel that go by one profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django_filters
from django.db import IntegrityError, transaction
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from channels import profiles, selling
from channels.api.affected import demand_no_hidden_place
from channels.api.profiled import Profiled, ProfileId, ProfileName
from channels.api.references import (
    channel_filter,
    find_channel,
    find_profile,
    profile_filter,
)
from channels.models import Channel, SellingList
from inventory.api.references import refusal
from partners.models import Partner
from partners.rest.fields import Nothing, Record, Text
from partners.rest.filters import Filters
from partners.rest.holding import held_or_404
from partners.rest.views import Editable, Values


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "New",
            {"channel": "Webshop", "name": "Outlet", "profile": "At most ten"},
            request_only=True,
        )
    ]
)
class SellingListRecord(Record):
    channel = Text(source="channel.name", max_length=120, help_text="By name; it stays.")
    name = Text(max_length=80, help_text="There is one of a name on a channel.")
    profile = ProfileName(
        max_length=80, help_text="A global profile, by name. Told as null when it is out of sight."
    )
    profile_id = ProfileId()

    class Meta:
        model = SellingList
        fields = ["id", "channel", "channel_id", "name", "profile", "profile_id", "created_at"]
        read_only_fields = ["id", "channel_id", "created_at"]
        validators: list[Any] = []


@extend_schema_serializer(
    examples=[OpenApiExample("Another profile", {"profile": "At most five"}, request_only=True)]
)
class SellingListChange(SellingListRecord):
    """What can be changed of one."""

    channel = Text(source="channel.name", read_only=True)


class SellingListFilters(Filters):
    channel = channel_filter()
    profile = profile_filter()
    name = django_filters.CharFilter(label="Of this name.")

    class Meta:
        model = SellingList
        fields: list[str] = []


class SellingLists(Profiled, Editable):
    """Selling lists. Which listings are in one is said at /listings, and asked there by
    `selling_list`."""

    scope = "selling-lists"
    queryset = SellingList.objects.select_related("channel", "profile").defer(
        "channel__credentials", "channel__settings"
    )
    serializer_class = SellingListRecord
    filterset_class = SellingListFilters
    ordering = "id"

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """A list stays at its channel."""
        return SellingListChange if self.action == "partial_update" else SellingListRecord

    def make(self, values: Values) -> SellingList:
        made = SellingList(
            channel=find_channel(values["channel"]["name"], self.partner),
            name=values["name"],
            profile=find_profile(values["profile"], self.partner),
        )
        with _name_taken(made):
            made.save()
        profiles.remember()
        return made

    @extend_schema(request=SellingListChange, responses=SellingListRecord)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change its name, or the profile that its listings go by: they are told at once."""
        return super().partial_update(request, *args, **kwargs)

    def change(self, row: SellingList, values: Values) -> None:
        """Another profile makes all of its numbers due."""
        if "name" in values:
            row.name = values["name"]
            with _name_taken(row):
                row.save(update_fields=["name"])
        if "profile" in values:
            _demand_all_places(row, self.partner)
            selling.set_profile(row, find_profile(values["profile"], self.partner))

    @extend_schema(request=Nothing, responses=SellingListRecord)
    @action(detail=True, methods=["post"], url_path="update-quantities")
    def update_quantities(self, request: Request, **_: Any) -> Response:
        """Tell the quantities of its listings again, those that are told once included."""
        Nothing(data=request.data).is_valid(raise_exception=True)
        row: SellingList = held_or_404(self, is_weak=True)
        _demand_all_places(row, self.partner)
        selling.update_quantities(row.channel, row)
        return self.told(row)


def _demand_all_places(row: SellingList, partner: Partner) -> None:
    demand_no_hidden_place(Channel.objects.filter(pk=row.channel_id), partner)


@contextmanager
def _name_taken(row: SellingList) -> Iterator[None]:
    """A race for a name is decided by the database."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        detail = f"{row.channel.name} has a selling list {row.name} already: choose another name."
        raise refusal([("name", detail)], "name_taken", 409) from error
