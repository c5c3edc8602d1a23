"""Deliveries of events to a webhook, as their partner is told of them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from partners.events import PING, TOPICS, scope_of
from partners.models import ApiKey, Delivery, message_id
from partners.rest.fields import Moment, Record, Text
from partners.rest.filters import Filters, MomentFilter
from partners.rest.problems import Problem, pointer

MARK = message_id(0).removesuffix("0")


class DeliveryRecord(Record):
    event = Text(
        source="event_id", read_only=True, help_text="What the receiver gets as webhook-id and id."
    )
    topic = Text(source="event.topic", read_only=True)
    happened_at = Moment(source="event.happened_at", read_only=True)

    class Meta:
        model = Delivery
        fields = ["id", "event", "topic", "resource", "happened_at", "status", "attempts"]
        fields += ["next_at", "answered", "problem", "delivered_at"]
        read_only_fields = fields
        extra_kwargs = {
            "next_at": {"help_text": "Of one that waits: its next attempt is not before this."},
            "answered": {"help_text": "The receiver's status at the last attempt; null: none."},
            "problem": {"help_text": "What went wrong at the last attempt."},
        }

    def to_representation(self, instance: Any) -> Any:
        return {**super().to_representation(instance), "event": message_id(instance.event_id)}


class DeliveryFilters(Filters):
    status = django_filters.ChoiceFilter(choices=Delivery.Status.choices, label="In this state.")
    topic = django_filters.ChoiceFilter(
        "event__topic",
        choices=[*((each.value, label) for each, label in TOPICS.items()), (PING, "A trial")],
        label="Of this topic.",
    )
    resource = django_filters.CharFilter(label="About this, such as sales-order:17.")
    happened_after = MomentFilter("event__happened_at", "gt", label="Happened after this time.")
    happened_before = MomentFilter("event__happened_at", "lt", label="Happened before this time.")

    class Meta:
        model = Delivery
        fields: list[str] = []


def readable(rows: QuerySet[Delivery], key: ApiKey) -> QuerySet[Delivery]:
    """Of these, what the key may read of: another of its partner's may read of more."""
    topics = [topic for topic in TOPICS if scope_of(topic) in key.scopes]
    return rows.filter(event__topic__in=[*topics, PING])


def demand_event(rows: QuerySet[Delivery], text: str) -> int:
    """The id in "evt_17". Raises Problem 422 unless it is of an event of these deliveries."""
    number = text.removeprefix(MARK)
    is_name = text.startswith(MARK) and number.isascii() and number.isdecimal()
    if not (is_name and len(number) <= 18 and rows.filter(event=int(number)).exists()):
        detail = f"There is no event {text}: deliveries tell the events that there are."
        error = {"pointer": pointer("event"), "detail": detail, "code": "unknown_reference"}
        raise Problem(422, "unknown_reference", detail, [error])
    return int(number)
