"""Channels and their places for stock: read only, for connecting one takes its secrets."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels import reasons
from channels.api.profiled import Profiled, ProfileId, ProfileName
from channels.models import Channel, Feed, Location
from partners import sight
from partners.rest.fields import Option, Record, Text, Whole
from partners.rest.filters import Filters, FlagFilter
from partners.rest.pages import Pages
from partners.rest.views import Readable

STATES = {
    "ok": "Connected",
    "new": "Not tested yet",
    "off": "Switched off, or its stock sync is",
    "problem": "Something is wrong: see problem",
}


class ChannelRecord(Record):
    kind = Text(read_only=True, help_text="What it is connected to.")
    state = serializers.SerializerMethodField(help_text="Whether it can be told anything.")
    problem = Text(read_only=True, help_text="What is wrong, in words; empty when nothing is.")
    advice = serializers.SerializerMethodField(help_text="What to do about the problem.")
    profile = ProfileName(
        read_only=True,
        help_text="The global profile of its listings in no selling list; null: the product value,"
        " or a profile out of your sight.",
    )
    profile_id = ProfileId()

    class Meta:
        model = Channel
        fields = ["id", "name", "kind", "state", "problem", "problem_code", "advice", "checked_at"]
        fields += ["retry_at", "is_active", "is_stock_synced", "is_updated_on_change", "matching"]
        fields += ["time_zone", "new_products_at", "profile", "profile_id"]
        fields += ["is_cancellation_archived", "is_unmapped_zeroed", "drift_policy"]
        fields += ["breaker_share", "created_at"]
        read_only_fields = fields

    @extend_schema_field(Option(choices=list(STATES.items())))
    def get_state(self, channel: Channel) -> str:
        if channel.is_active and channel.problem_code:
            return "problem"
        if not (channel.is_active and channel.is_stock_synced):
            return "off"
        return "ok" if channel.checked_at else "new"

    def get_advice(self, channel: Channel) -> str:
        return reasons.advice(channel.problem_code) if channel.problem_code else ""


class LocationRecord(Record):
    external_id = Text(read_only=True, help_text="Its id at the channel.")
    warehouses = serializers.SerializerMethodField(
        help_text="Codes of the warehouses whose stock is added up and shown here now."
    )
    mirror = Text(
        source="mirror.code",
        read_only=True,
        allow_null=True,
        help_text="The other way round: the warehouse whose stock is what this place shows.",
    )
    is_default = serializers.SerializerMethodField(
        help_text="It shows the stock of every warehouse that no other place of the channel names."
    )
    channel_id = Whole(read_only=True)

    class Meta:
        model = Location
        fields = ["id", "name", "channel_id", "external_id", "is_active", "is_enabled"]
        fields += ["is_default", "warehouses", "mirror"]
        read_only_fields = fields

    def get_warehouses(self, place: Location) -> list[str]:
        return sorted(feed.warehouse.code for feed in place.feeds.all())

    def get_is_default(self, place: Location) -> bool:
        return place.channel.default_location_id == place.pk


class ChannelFilters(Filters):
    name = django_filters.CharFilter(label="Of this name.")
    kind = django_filters.CharFilter(label="Connected to this.")
    is_active = FlagFilter(label="Switched on, or not.")

    class Meta:
        model = Channel
        fields: list[str] = []


class Channels(Profiled, Readable):
    """Connected accounts: a store, a seller, a company."""

    scope = "channels"
    queryset = Channel.objects.select_related("profile").defer("credentials", "settings")
    serializer_class = ChannelRecord
    filterset_class = ChannelFilters
    ordering = "id"

    def _known_parameters(self) -> frozenset[str]:
        if self.action == "locations":
            return Pages.parameters
        return super()._known_parameters()

    @extend_schema(responses=LocationRecord(many=True), filters=False)
    @action(detail=True)
    def locations(self, request: Request, **_: Any) -> Response:
        """Places for stock: of one channel, those whose stock comes from what you may see."""
        page = self.paginate_queryset(self._places(self.get_object()))
        return self.get_paginated_response(LocationRecord(page, many=True).data)

    def _places(self, channel: Channel) -> QuerySet[Location]:
        feeds = Feed.objects.select_related("warehouse").order_by("warehouse_id")
        rows = Location.objects.filter(channel=channel).select_related("mirror", "channel")
        rows = rows.defer("channel__credentials", "channel__settings")
        return sight.seen(rows, self.partner).prefetch_related(Prefetch("feeds", feeds))
