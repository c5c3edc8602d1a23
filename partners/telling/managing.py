"""What partners and people do with webhooks. All of it is safe to repeat."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from partners.events import PING, Topic
from partners.events.recording import wake_later
from partners.models import Delivery, Event, Partner, Webhook
from partners.telling import signing
from partners.telling.addresses import parse

SUSPENDED = gettext_noop("Switched off by hand.")
MOST = 20
"""Webhooks of one partner."""


class TooManyWebhooksError(ValidationError):
    """The partner has as many as it may have."""


def open_webhook(partner: Partner, url: str, topics: Collection[str]) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown once. Raises ValidationError with the field,
    TooManyWebhooksError."""
    webhook = Webhook(partner=partner, secret=signing.new())
    _set(webhook, url, topics)
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        if partner.webhooks.count() >= MOST:
            raise TooManyWebhooksError(f"There are {MOST} webhooks already: delete one first.")
        webhook.save()
    return webhook, webhook.secret["current"]


def change(webhook: Webhook, url: str, topics: Collection[str]) -> None:
    """Another address, other topics, from the next attempt on. Raises ValidationError."""
    _set(webhook, url, topics)
    webhook.save(update_fields=["url", "topics"])


@transaction.atomic
def rotate_secret(webhook: Webhook) -> str:
    """A new secret, shown once; for a day the one before it signs, too."""
    held = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    webhook.secret = signing.rotated(held.secret, timezone.now())
    webhook.save(update_fields=["secret"])
    return webhook.secret["current"]


def disable(webhook: Webhook, reason: str = SUSPENDED) -> None:
    """Nothing more is recorded for it or sent to it; what waits is kept."""
    webhook.is_active, webhook.disabled_reason = False, reason
    webhook.disabled_at = timezone.now()
    webhook.save(update_fields=["is_active", "disabled_at", "disabled_reason"])


@transaction.atomic
def enable(webhook: Webhook) -> None:
    """From now on it is told again, what waits first, as if nothing had failed."""
    webhook.is_active, webhook.disabled_at, webhook.disabled_reason = True, None, ""
    webhook.failing_since, webhook.failures, webhook.retry_at = None, 0, None
    names = ["is_active", "disabled_at", "disabled_reason", "failing_since", "failures", "retry_at"]
    webhook.save(update_fields=names)
    replay(webhook.deliveries.filter(status=Delivery.Status.WAITING))


@transaction.atomic
def replay(deliveries: QuerySet[Delivery]) -> int:
    """Send these again, delivered or not, in their order and before what is newer; returns how many
    there are. Those of a webhook that is switched off wait until it is enabled."""
    webhooks = Webhook.objects.filter(pk__in=deliveries.values("webhook"))
    # Their rows first: a teller that postpones several deliveries does so, too.
    ids = list(webhooks.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    chosen = Delivery.objects.filter(pk__in=deliveries.values("pk"), webhook__in=ids)
    number = chosen.update(
        status=Delivery.Status.WAITING,
        attempts=0,
        replays=F("replays") + 1,
        tried_at=None,
        next_at=timezone.now(),
        problem="",
        delivered_at=None,
    )
    wake_later(ids)
    return number


@transaction.atomic
def ping(webhook: Webhook, now: datetime | None = None) -> Delivery:
    """Send it a trial, signed like the rest."""
    resource = f"webhook:{webhook.pk}"
    event = Event.objects.create(
        topic=PING,
        resource=resource,
        data={"webhook_id": webhook.pk},
        happened_at=now or timezone.now(),
    )
    delivery = Delivery.objects.create(webhook=webhook, event=event, resource=resource)
    wake_later([webhook.pk])
    return delivery


@transaction.atomic
def remove(webhook: Webhook) -> None:
    """Delete it with what waits for it. Waits for transactions that are storing news for it."""
    Webhook.objects.select_for_update().get(pk=webhook.pk)
    webhook.delete()


def _set(webhook: Webhook, url: str, topics: Iterable[str]) -> None:
    parse(url)
    chosen = sorted(set(topics))
    known = set(Topic)
    if unknown := [each for each in chosen if each not in known]:
        names = ", ".join(sorted(known))
        raise ValidationError({"topics": f"There is no topic {unknown[0]}: {names}."})
    if not chosen:
        raise ValidationError({"topics": "Name at least one topic."})
    webhook.url, webhook.topics = url, chosen
