"""Who listens, and what of it each may hear."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from partners import sight
from partners.events.topics import Topic, judges, scope_of
from partners.models import Delivery, Partner, Webhook


class Listener(NamedTuple):
    """A webhook, and what its partner sees: ids, None for all."""

    webhook_id: int
    partner_id: int
    warehouse_ids: Sequence[int] | None
    channel_ids: Sequence[int] | None

    def hears(self, warehouse_ids: Collection[int], channel_id: int | None) -> bool:
        """Whether it sees all of these."""
        is_near = self.warehouse_ids is None or set(warehouse_ids) <= set(self.warehouse_ids)
        return is_near and (
            channel_id is None or self.channel_ids is None or channel_id in self.channel_ids
        )

    @property
    def sees_all(self) -> bool:
        return self.warehouse_ids is None and self.channel_ids is None


# Locked, so that none vanishes before what is stored for it here is committed: that would undo what
# the caller does. The lock is in nobody's way but a deletion's.
_LISTENING = """
SELECT webhook.id, partner.id, partner.warehouse_ids, partner.channel_ids
FROM partners_webhook webhook JOIN partners_partner partner ON partner.id = webhook.partner_id
WHERE webhook.is_active AND partner.is_active AND %s = ANY(webhook.topics) AND EXISTS (
    SELECT FROM partners_apikey key
    WHERE key.partner_id = partner.id AND %s = ANY(key.scopes) AND key.revoked_at IS NULL
        AND (key.expires_at IS NULL OR key.expires_at > clock_timestamp())
)
ORDER BY webhook.id FOR KEY SHARE OF webhook
"""


def listeners(topic: Topic) -> list[Listener]:
    """The active webhooks that asked for a topic, of partners with a key that may read of it. One
    cheap statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTENING, [str(topic), scope_of(topic)])
        return [Listener(*row) for row in cursor.fetchall()]


def rows_in_sight(topic: Topic, row_ids: Collection[int], listener: Listener) -> set[int]:
    """Of the rows that news are about, those that the listener may see by its floor's rules."""
    model = dict(judges()).get(topic)
    if model is None or listener.sees_all:
        return set(row_ids)
    partner = Partner(
        pk=listener.partner_id,
        warehouse_ids=listener.warehouse_ids,
        channel_ids=listener.channel_ids,
    )
    rows: QuerySet[Any] = QuerySet(model).filter(pk__in=row_ids)
    return set(sight.seen(rows, partner).values_list("pk", flat=True))


@sight.rule(Webhook)
def own(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """Its own."""
    return rows.filter(partner=partner)


@sight.rule(Delivery)
def own_and_seen(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """To its own webhooks, of what it may see by what is so now."""
    rows = rows.filter(webhook__partner=partner)
    if partner.warehouse_ids is not None:
        rows = rows.filter(event__warehouse_ids__contained_by=partner.warehouse_ids)
    if partner.channel_ids is not None:
        seen = Q(event__channel_id=None) | Q(event__channel_id__in=partner.channel_ids)
        rows = rows.filter(seen)
    if partner.warehouse_ids is None and partner.channel_ids is None:
        return rows
    for topic, model in judges():
        about: QuerySet[Any] = QuerySet(model).order_by().filter(pk=OuterRef("event__row_id"))
        rows = rows.filter(~Q(event__topic=topic) | Exists(sight.seen(about, partner)))
    return rows
