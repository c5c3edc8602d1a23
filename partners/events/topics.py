"""The topics that a webhook may ask for, and who may hear of each."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Model


class Topic(StrEnum):
    """What happened."""

    COMMUNICATED = "communicated-inventory.changed"
    ORDER_PLACED = "sales-order.placed"
    ASN_SENT = "asn.sent"
    FINDING_OPENED = "finding.opened"


TOPICS = {
    Topic.COMMUNICATED: "A channel took another number of ours than it showed before",
    Topic.ORDER_PLACED: "A sales order was placed",
    Topic.ASN_SENT: "An ASN was sent",
    Topic.FINDING_OPENED: "A channel was found to show another number than it should",
}
"""With what each means."""

PING = "ping"
"""Asked for by nobody, sent as a trial."""

_SCOPES = {
    Topic.COMMUNICATED: "communicated-inventory:read",
    Topic.ORDER_PLACED: "sales-orders:read",
    Topic.ASN_SENT: "asns:read",
    Topic.FINDING_OPENED: "findings:read",
}
_models: dict[Topic, type[Model]] = {}


def scope_of(topic: str) -> str:
    """The scope that reads what a topic tells of. Raises ValueError for a topic there is not."""
    return _SCOPES[Topic(topic)]


def judge_by(topic: Topic, model: type[Model]) -> None:
    """Who hears of this must be allowed to see the row of this model that it is about: a floor says
    so where warehouses and channel do not tell everything. Called once, at start."""
    _models[topic] = model


def judges() -> list[tuple[Topic, type[Model]]]:
    """What `judge_by` was told."""
    return list(_models.items())
