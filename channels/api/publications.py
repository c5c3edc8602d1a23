"""Publications: the receipts of what channels were told."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from channels import reasons
from channels.api import explaining
from channels.api.explaining import ExplanationTold
from channels.api.profiled import Profiled
from channels.api.references import channel_filter
from channels.models import ListingLevel, Publication
from channels.models.publication import Status
from partners.rest.fields import Moment, Record, Text, Whole
from partners.rest.filters import Filters, IdFilter, MomentFilter
from partners.rest.views import Readable


class PublicationRecord(Record):
    communicated_inventory_id = Whole(source="level_id", read_only=True)
    sku = Text(source="level.listing.product.sku", read_only=True)
    channel = Text(source="batch.channel.name", read_only=True)
    location = Text(source="level.location.name", read_only=True)
    key = serializers.UUIDField(
        source="batch.key",
        read_only=True,
        help_text="Of the message that it went out with; one message tells many numbers.",
    )
    cause = Text(source="batch.cause", read_only=True, help_text="What it was sent for.")
    delta = serializers.SerializerMethodField(
        help_text="The change asked for; null when what it showed was not known."
    )
    why_not = serializers.SerializerMethodField(help_text="What its code means, in a few words.")
    due_since = Moment(
        read_only=True,
        allow_null=True,
        help_text="When what it tells was changed; null for a sync by hand.",
    )

    class Meta:
        model = Publication
        fields = ["id", "communicated_inventory_id", "sku", "channel", "location", "quantity"]
        fields += ["expected", "delta", "acknowledged", "status", "code", "why_not", "message"]
        fields += ["key", "position", "cause", "due_since", "created_at", "answered_at"]
        fields += ["observed_at"]
        read_only_fields = fields

    def get_delta(self, receipt: Publication) -> int | None:
        return receipt.delta

    def get_why_not(self, receipt: Publication) -> str:
        return reasons.label(receipt.code) if receipt.code else ""


class PublicationDetail(PublicationRecord):
    """With everything that made the number. The message itself tells other numbers as well, and so
    is not told."""

    explanation = serializers.SerializerMethodField()

    class Meta(PublicationRecord.Meta):
        fields = [*PublicationRecord.Meta.fields, "explanation"]
        read_only_fields = fields

    @extend_schema_field(ExplanationTold)
    def get_explanation(self, receipt: Publication) -> Any:
        told = explaining.stored(receipt.explanation)
        return ExplanationTold(explaining.seen(told, self.context["view"])).data


class PublicationFilters(Filters):
    communicated_inventory_id = IdFilter("level_id", label="Told this place of this product.")
    channel = channel_filter("batch__channel")
    sku = django_filters.CharFilter(method="of_product", label="Of this SKU, whatever its case.")
    status = django_filters.ChoiceFilter(choices=Status.choices, label="In this state.")
    answered_after = MomentFilter("answered_at", "gt", label="Answered after this time.")
    answered_before = MomentFilter("answered_at", "lt", label="Answered before this time.")

    class Meta:
        model = Publication
        fields: list[str] = []

    def of_product(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Its places are few, and receipts are found by place."""
        levels = ListingLevel.objects.filter(listing__product__sku__iexact=value).order_by()
        return rows.filter(level__in=list(levels.values_list("pk", flat=True)))


class Publications(Profiled, Readable):
    """Receipts of numbers told to channels: which, why, and what was answered. Newest first."""

    scope = "publications"
    queryset = Publication.objects.select_related(
        "batch__channel", "level__location", "level__listing__product"
    ).defer("batch__payload", "batch__channel__credentials", "batch__channel__settings")
    serializer_class = PublicationRecord
    filterset_class = PublicationFilters

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return PublicationRecord if self.action == "list" else PublicationDetail

    @extend_schema(responses=PublicationDetail)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One receipt, with everything that made its number."""
        return super().retrieve(request, *args, **kwargs)
