"""Partners that listen, and a clock that may be moved."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from partners import telling
from partners.events import TOPICS, News, Topic, record
from partners.models import Delivery, Webhook
from tests.api import ALL, make_api
from tests.partners.receiver import Receiver

WAITING, DELIVERED = Delivery.Status.WAITING, Delivery.Status.DELIVERED


class Clock:
    """Says when it is: now, or so much later as was let pass."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return timezone.now() + self.ahead

    def let_pass(self, **time: float) -> None:
        self.ahead += timedelta(**time)

    def come_to(self, moment: datetime) -> None:
        """Let pass what is missing until then."""
        self.ahead += max(moment - self(), timedelta())


def listen(
    receiver: Receiver,
    topics: Collection[str] = tuple(TOPICS),
    allowed: Collection[str] = ALL,
    **sight: Any,
) -> Webhook:
    """A webhook of a partner; `sight` as in make_api, with its name."""
    partner = make_api(allowed=allowed, **sight).key.partner
    return telling.open_webhook(partner, receiver.url, topics)[0]


def happen(resource: str = "thing:1", number: int = 1, **news: Any) -> None:
    """Something is recorded that everybody may hear of."""
    told = News(resource=resource, data={"resource": resource}, **news)
    for _ in range(number):
        record(Topic.COMMUNICATED, lambda: [told])


def statuses(webhook: Webhook) -> list[str]:
    """Of its deliveries, in the order of their events."""
    return list(webhook.deliveries.order_by("pk").values_list("status", flat=True))
