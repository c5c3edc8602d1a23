"""What waits for which webhook, and what of it is due: of each resource, the first that waits, and
those after it once their time is not before its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from partners import sight
from partners.events import PING, Topic, scope_of
from partners.models import ApiKey, Delivery, Webhook

AT_ONCE = 20
"""Deliveries between two looks at the webhook, its partner's sight and its keys."""
WITHDRAWN = (
    "Its webhook asks for this no more, or its partner may not see it, or has no key that may."
)

# Ordered by time, so that what rests is not walked over; and one whose time is before that of an
# earlier one of its resource waits for it, or the order would be lost.
_DUE = """
SELECT later.id FROM partners_delivery later
WHERE later.webhook_id = %s AND later.status = 'waiting' AND later.next_at <= %s AND NOT EXISTS (
    SELECT FROM partners_delivery earlier
    WHERE earlier.webhook_id = later.webhook_id AND earlier.resource = later.resource
        AND earlier.status = 'waiting' AND earlier.id < later.id
        AND earlier.next_at > later.next_at
)
ORDER BY later.next_at, later.id LIMIT %s
"""


def due(now: datetime, webhook_ids: Collection[int] | None = None) -> list[int]:
    """Of all webhooks, or of these, the ids of those that have something to be told now."""
    waiting = Delivery.objects.order_by().filter(
        webhook=OuterRef("pk"), status=Delivery.Status.WAITING, next_at__lte=now
    )
    rested = Q(retry_at=None) | Q(retry_at__lte=now)
    found = Webhook.objects.filter(rested, is_active=True, partner__is_active=True)
    if webhook_ids is not None:
        found = found.filter(pk__in=webhook_ids)
    return list(found.filter(Exists(waiting)).order_by("pk").values_list("pk", flat=True))


def is_due(webhook_id: int, now: datetime) -> bool:
    """Whether there is something to tell this one now; not, where all that is due waits for what
    rests."""
    return bool(due(now, [webhook_id]) and _due(webhook_id, now))


def take(webhook: Webhook, now: datetime) -> Sequence[Delivery]:
    """The next deliveries, oldest first, those of one resource in their order; what may not be told
    any more is taken back."""
    while ids := _due(webhook.pk, now):
        rows = Delivery.objects.filter(pk__in=ids).select_related("event").order_by("pk")
        every = list(rows)
        seen = _in_sight(webhook, every)
        told = [each for each in every if each.pk in seen]
        withdrawn = {each.pk for each in every} - seen
        Delivery.objects.filter(pk__in=withdrawn, status=Delivery.Status.WAITING).update(
            status=Delivery.Status.GIVEN_UP, problem=WITHDRAWN
        )
        if told:
            return told
    return []


def _due(webhook_id: int, now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [webhook_id, now, AT_ONCE])
        return [row[0] for row in cursor.fetchall()]


def _in_sight(webhook: Webhook, every: Sequence[Delivery]) -> set[int]:
    """By what is so now: rights may have been taken since it happened, and who may read only what
    the webhook asks for now may have led it elsewhere."""
    readable = readable_scopes(webhook)
    asked = [topic for topic in Topic if topic in webhook.topics]
    told = {PING, *(topic for topic in asked if scope_of(topic) in readable)}
    ids = [each.pk for each in every if each.event.topic in told]
    seen = sight.seen(Delivery.objects.filter(pk__in=ids), webhook.partner)
    return set(seen.values_list("pk", flat=True))


def readable_scopes(webhook: Webhook) -> set[str]:
    """What the usable keys of its partner may do, all together."""
    keys = ApiKey.objects.select_related("partner").filter(partner=webhook.partner_id)
    return {scope for key in keys if key.is_usable for scope in key.scopes}
