"""What follows from an attempt: done, again later, or the webhook is switched off.

While the receiver was asked, people may have deleted or enabled the webhook, or asked for a replay:
what they did stands, and the attempt counts for nothing.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from partners.models import Delivery, Webhook

PATIENCE = timedelta(days=3)
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(hours=6)
WEBHOOK_REST = timedelta(seconds=30)
LONGEST_WEBHOOK_REST = timedelta(hours=1)
GONE = 410
NEVER_TAKEN = "Given up after {days} days of attempts."

logger = logging.getLogger(__name__)


class OvertakenError(Exception):
    """Webhook or delivery are not as they were read: nothing is noted, look at them anew."""


@transaction.atomic
def delivered(webhook: Webhook, delivery: Delivery, status: int, now: datetime) -> None:
    """It was taken. Raises OvertakenError."""
    if webhook.failing_since or webhook.failures or webhook.retry_at:
        _note(webhook, {}, failing_since=None, failures=0, retry_at=None)
    _note_attempt(
        delivery,
        status=Delivery.Status.DELIVERED,
        attempts=F("attempts") + 1,
        tried_at=delivery.tried_at or now,
        answered=status,
        problem="",
        delivered_at=now,
    )


@transaction.atomic
def failed(
    webhook: Webhook, delivery: Delivery, status: int | None, problem: str, now: datetime
) -> None:
    """It was not taken. Changes `webhook` to what it is from now on. Raises OvertakenError."""
    since, tried_at = webhook.failing_since or now, delivery.tried_at or now
    attempts = delivery.attempts + 1
    # The webhook's row first: so does managing.replay.
    _note(webhook, _read(webhook), failing_since=since, failures=webhook.failures + 1)
    _note_attempt(delivery, attempts=attempts, tried_at=tried_at, answered=status, problem=problem)
    if status == GONE:
        switch_off(webhook, "The receiver answered 410 Gone: it wants no more.", now)
    elif now - since >= PATIENCE:
        days = PATIENCE.days
        switch_off(webhook, f"Nothing was taken for {days} days. The last time: {problem}", now)
    elif now - tried_at >= PATIENCE:
        Delivery.objects.filter(pk=delivery.pk).update(
            status=Delivery.Status.GIVEN_UP,
            problem=f"{NEVER_TAKEN.format(days=PATIENCE.days)} The last time: {problem}",
        )
    else:
        pause = _pause(FIRST_REST, 3, attempts - 1, LONGEST_REST)
        _postpone(delivery, min(now + pause, tried_at + PATIENCE))


def rest(webhook: Webhook, now: datetime) -> None:
    """Nothing at all is taken: try again later, so that the others are not kept waiting. Raises
    OvertakenError."""
    since = webhook.failing_since or now
    pause = _pause(WEBHOOK_REST, 2, webhook.failures // 5 - 1, LONGEST_WEBHOOK_REST)
    _note(webhook, _read(webhook), retry_at=min(now + pause, since + PATIENCE))


def switch_off(webhook: Webhook, reason: str, now: datetime) -> None:
    """Nothing more is sent there until it is enabled; what waits is kept. Raises OvertakenError."""
    off = {"is_active": False, "disabled_at": now, "disabled_reason": reason}
    _note(webhook, _read(webhook), **off)
    logger.warning("Webhook %d of %s is disabled: %s", webhook.pk, webhook.partner, reason)


def _read(webhook: Webhook) -> dict[str, Any]:
    """What is no more so after somebody switched it off or enabled it."""
    return {name: getattr(webhook, name) for name in ("is_active", "failing_since", "failures")}


def _note(webhook: Webhook, read: Mapping[str, Any], **values: Any) -> None:
    """If it is still there, and as it was read."""
    if not Webhook.objects.filter(pk=webhook.pk, **read).update(**values):
        raise OvertakenError
    for name, value in values.items():
        setattr(webhook, name, value)


def _note_attempt(delivery: Delivery, **values: Any) -> None:
    """If nobody deleted it, or had it told anew, since it was read."""
    read = {"pk": delivery.pk, "replays": delivery.replays}
    if not Delivery.objects.filter(**read).update(**values):
        raise OvertakenError


def _postpone(delivery: Delivery, until: datetime) -> None:
    """With those after it, so that nobody walks over them until then. `until` is not before any
    earlier one's time: it was the first."""
    Delivery.objects.filter(
        webhook=delivery.webhook_id,
        resource=delivery.resource,
        status=Delivery.Status.WAITING,
        pk__gte=delivery.pk,
        next_at__lt=until,
    ).update(next_at=until)


def _pause(first: timedelta, factor: int, times: int, longest: timedelta) -> timedelta:
    """Longer each time, and never the same for all."""
    growth: int = factor ** min(max(times, 0), 20)
    return min(first * growth, longest) * (0.75 + secrets.randbelow(501) / 1000)
