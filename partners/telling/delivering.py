"""The run: tells one webhook what is due, one event after the other.

An event is noted as delivered after the receiver took it, never before: killed in between, it is
sent again under the same id.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from partners.models import Delivery, Event, Webhook, message_id
from partners.telling import lease, outcome, queueing, sending, signing
from partners.telling.addresses import parse

SECONDS = 30.0
"""A run ends after this: whoever started it starts another."""
PATIENCE = 5
"""After so many failures in a row, each of another resource, the webhook rests."""

Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


def tell(webhook_id: int, clock: Clock = timezone.now) -> bool:
    """Tell a webhook what is due. Returns whether more is: then call it again. Does nothing while
    another process is at it, which looks again when it ends."""
    with lease.hold(webhook_id) as is_held:
        if not is_held:
            return False
        _Run(webhook_id, clock).go()
    # After the lock is given back: whoever came while it was held did nothing.
    return queueing.is_due(webhook_id, clock())


def body_of(event: Event) -> bytes:
    """The JSON that is sent."""
    happened_at = event.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    told = {"id": message_id(event.pk), "topic": event.topic, "happened_at": happened_at}
    return json.dumps({**told, "data": event.data}, separators=(",", ":")).encode()


class _Run:
    def __init__(self, webhook_id: int, clock: Clock) -> None:
        self.webhook_id, self.clock = webhook_id, clock
        self.ends_at = time.monotonic() + SECONDS
        self.failed_in_a_row = 0

    def go(self) -> None:
        while self._is_time_left() and queueing.due(self.clock(), [self.webhook_id]):
            # Read anew: it may have been changed, switched off or deleted meanwhile.
            webhook = Webhook.objects.select_related("partner").filter(pk=self.webhook_id).first()
            try:
                if webhook is None or not self._go_on(webhook):
                    return
            except outcome.OvertakenError:
                self.failed_in_a_row = 0

    def _go_on(self, webhook: Webhook) -> bool:
        """Tell a few; whether there may be more to tell now."""
        stuck: set[str] = set()
        deliveries = queueing.take(webhook, self.clock())
        for delivery in deliveries:
            if not self._is_time_left():
                return False
            if delivery.resource in stuck:
                continue
            if not self._attempt(webhook, delivery):
                stuck.add(delivery.resource)
            if not webhook.is_active or self._rests(webhook):
                return False
        return bool(deliveries)

    def _attempt(self, webhook: Webhook, delivery: Delivery) -> bool:
        status, problem = _send(webhook, delivery.event, self.clock())
        if not problem and status is not None:
            outcome.delivered(webhook, delivery, status, self.clock())
            self.failed_in_a_row = 0
            return True
        self.failed_in_a_row += 1
        # Not where to: an address may hold a secret.
        logger.info("Webhook %d did not take %d: %s", webhook.pk, delivery.event_id, problem)
        outcome.failed(webhook, delivery, status, problem, self.clock())
        return False

    def _rests(self, webhook: Webhook) -> bool:
        if self.failed_in_a_row < PATIENCE:
            return False
        outcome.rest(webhook, self.clock())
        return True

    def _is_time_left(self) -> bool:
        return time.monotonic() < self.ends_at


def _send(webhook: Webhook, event: Event, now: datetime) -> tuple[int | None, str]:
    """The answer's status, and what was wrong: "" when it was taken."""
    body = body_of(event)
    headers = signing.headers(webhook.secret, message_id(event.pk), now, body)
    try:
        status = sending.post(parse(webhook.url), body, headers)
    except ValidationError as error:  # allowed once, and not any more
        return None, " ".join(error.messages)
    except sending.UndeliveredError as error:
        return None, str(error)
    if 200 <= status < 300:
        return status, ""
    is_redirect = 300 <= status < 400
    why = f"The receiver answered {status}"
    return status, f"{why}: redirects are not followed." if is_redirect else f"{why}."
