"""Drift: where a channel shows another number than it should, why, and what mends it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partners.rest.fields import Nothing, Option, Record, Text, Whole
from partners.rest.filters import Filters, FlagFilter, MomentFilter
from partners.rest.problems import Problem
from partners.rest.views import Readable
from syncjobs import reconcile
from syncjobs.api.filters import ChannelFilter, SkuFilter
from syncjobs.models import Finding


class FindingRecord(Record):
    """A listing level that shows another number at the channel than it should."""

    sku = Text(source="level.listing.product.sku", read_only=True)
    channel = Text(source="channel.name", read_only=True)
    location = Text(source="level.location.name", read_only=True, help_text="The channel's place.")
    location_id = serializers.IntegerField(source="level.location_id", read_only=True)
    shown = Whole(
        read_only=True,
        allow_null=True,
        help_text="What the channel shows; null when stock is not tracked there.",
    )
    believed = Whole(
        read_only=True, allow_null=True, help_text="What we knew of; null when nothing was known."
    )
    should = Whole(
        read_only=True, allow_null=True, help_text="The right number; null when there is none."
    )
    is_open = serializers.SerializerMethodField(help_text="Whether it still is so.")
    is_mendable = serializers.SerializerMethodField(
        help_text="Whether telling the right number again can help (mend)."
    )
    outcome = serializers.SerializerMethodField(help_text="How it ended; null while it is open.")

    class Meta:
        model = Finding
        fields = ["id", "sku", "channel", "channel_id", "location", "location_id", "cause", "shown"]
        fields += ["believed", "should", "committed_there", "committed_here", "message", "is_open"]
        fields += ["is_mendable", "opened_at", "seen_at", "closed_at", "outcome"]
        read_only_fields = fields

    def get_is_open(self, finding: Finding) -> bool:
        return finding.closed_at is None

    def get_is_mendable(self, finding: Finding) -> bool:
        return reconcile.is_mendable(finding)

    @extend_schema_field(Option(choices=Finding.Outcome.choices, allow_null=True))
    def get_outcome(self, finding: Finding) -> str | None:
        return finding.outcome or None


class FindingFilters(Filters):
    channel = ChannelFilter(label="Of this channel, by its name.")
    sku = SkuFilter("level__listing__product", label="Of this SKU; case does not matter.")
    cause = django_filters.ChoiceFilter(choices=Finding.Cause.choices, label="With this cause.")
    is_open = FlagFilter(method="only_open", label="true: still so; false: ended.")
    opened_after = MomentFilter("opened_at", "gt", label="First seen after this time.")

    class Meta:
        model = Finding
        fields: list[str] = []

    def only_open(self, rows: QuerySet[Finding], _name: str, value: object) -> QuerySet[Finding]:
        return rows.filter(closed_at__isnull=bool(value))


class Findings(Readable):
    """Where a channel shows another number than it should. Newest first."""

    scope = "findings"
    queryset = Finding.objects.select_related(
        "channel", "level__location", "level__listing__product"
    ).defer("channel__credentials")
    serializer_class = FindingRecord
    filterset_class = FindingFilters

    @extend_schema(request=Nothing, responses=FindingRecord)
    @action(detail=True, methods=["post"])
    def mend(self, request: Request, **_: Any) -> Response:
        """Mend it: believe what was read, and tell the channel the right number.

        It is closed at once; if the number does not arrive, the next comparison finds it again.
        """
        Nothing(data=request.data).is_valid(raise_exception=True)
        finding: Finding = self.get_object()
        if not reconcile.mend([finding.pk], self.actor):
            raise _not_mendable(finding)
        return self.told(finding)


def _not_mendable(finding: Finding) -> Problem:
    finding.refresh_from_db()
    if finding.closed_at is not None:
        return Problem(409, "already_closed", "It is not open any more: nothing is to be mended.")
    cause = finding.get_cause_display()
    return Problem(
        409,
        "not_mendable",
        f"{cause}: sending a number does not help, see its message. It ends by itself as soon as"
        " its cause is gone.",
    )
