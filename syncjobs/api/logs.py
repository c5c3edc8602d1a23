"""Process logs: what happened to which SKU on which channel, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import django_filters
from rest_framework import serializers

from channels import reasons
from channels.contract import Code
from partners.rest.fields import Record, Text
from partners.rest.filters import Filters, IdFilter, MomentFilter
from partners.rest.views import Readable
from syncjobs import sight
from syncjobs.api.filters import ChannelFilter, SkuFilter
from syncjobs.models import ProcessLog


class Worded(Text):
    """What a catalogue says about the reason code."""

    def __init__(
        self, catalogue: Callable[[str], str], source: str = "code", **kwargs: Any
    ) -> None:
        super().__init__(source=source, read_only=True, **kwargs)
        self.catalogue = catalogue

    def to_representation(self, value: Any) -> str:
        return self.catalogue(value)


class ProcessLogRecord(Record):
    """A line about one SKU on one channel, or about the channel. Nothing here is an alarm."""

    channel = Text(source="channel.name", read_only=True)
    run_id = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The sync run that it is of."
    )
    product_id = serializers.IntegerField(read_only=True, allow_null=True)
    sku = Text(read_only=True, help_text="Empty when it is about no product.")
    code = Text(read_only=True, help_text="The reason, for programs.")
    label = Worded(  # type: ignore[assignment]  # no label of the serializer's own
        reasons.label, help_text="The reason in a few words."
    )
    advice = Worded(reasons.advice, help_text="What to do about it; empty when nothing is known.")
    message = Text(
        read_only=True,
        allow_null=True,
        help_text="What the channel said, or details. Null when it may tell of places out of your"
        " sight.",
    )

    class Meta:
        model = ProcessLog
        fields = ["id", "channel", "channel_id", "run_id", "product_id", "sku", "level", "code"]
        fields += ["label", "advice", "message", "created_at"]
        read_only_fields = fields

    def to_representation(self, instance: ProcessLog) -> dict[str, Any]:
        told = super().to_representation(instance)
        if "message" in told:
            told["message"] = self._message(instance)
        return told

    def _message(self, line: ProcessLog) -> str | None:
        """Lines have no place of their own, so their words are told to those who see them all."""
        if line.channel_id in self.context["view"].hidden:
            return None
        return public(line.code, line.message)


def public(code: str, words: str) -> str:
    """The words about a reason, but for those of our own faults: they are for us."""
    return reasons.label(code) if code == Code.INTERNAL else words


class ProcessLogFilters(Filters):
    channel = ChannelFilter(label="Of this channel, by its name.")
    sku = SkuFilter("product", label="About this SKU; case does not matter.")
    code = django_filters.CharFilter(label="With this reason code.")
    level = django_filters.ChoiceFilter(choices=ProcessLog.Level.choices, label="Of this level.")
    run = IdFilter(label="Of the sync run with this id.")
    created_after = MomentFilter("created_at", "gt", label="Written after this time.")
    created_before = MomentFilter("created_at", "lt", label="Written before this time.")

    class Meta:
        model = ProcessLog
        fields: list[str] = []


class ProcessLogs(Readable):
    """What happened to which SKU on which channel, and what to do about it. Newest first. Lines do
    not say of which place they are: of a channel of which you do not see every place, only those
    about no product are there."""

    scope = "process-logs"
    queryset = ProcessLog.objects.select_related("channel").defer("channel__credentials")
    serializer_class = ProcessLogRecord
    filterset_class = ProcessLogFilters
    ordering = ("-created_at", "-id")

    @cached_property
    def hidden(self) -> frozenset[int]:
        """Channels of which the caller does not see every place."""
        return sight.partly_hidden(self.partner)
