"""Stores what happened, for those who listen, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction

from partners.events.listening import Listener, listeners, rows_in_sight
from partners.events.topics import Topic
from partners.models import Delivery, Event

PART = 1000
"""Rows that are stored at once."""

Wake = Callable[[Sequence[int]], object]
_wake: Wake | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that happened. resource: what it is about, such as "listing-level:12": news of one
    are told in their order. data: JSON. warehouse_ids, channel_id: who hears of it sees all of
    these. row_id: of the row that events.judge_by asks about."""

    resource: str
    data: Mapping[str, Any]
    warehouse_ids: Collection[int] = field(default_factory=tuple)
    channel_id: int | None = None
    row_id: int | None = None


def wake_by(wake: Wake) -> None:
    """After each commit that left something to tell, `wake` gets the webhooks' ids. It must neither
    raise nor take long. Called once, at start."""
    global _wake  # noqa: PLW0603 - one process, one way to wake
    _wake = wake


def record(topic: Topic, tell: Callable[[], Iterable[News]]) -> int:
    """Store news for those who listen and may see them; returns how many deliveries were made.

    `tell` is asked only if somebody listens. Call it inside the transaction that makes it so, after
    the rows that it is about are locked: their order is the order of telling.
    """
    listening = listeners(topic)
    if not listening:
        return 0
    news = list(tell())
    heard = _heard(topic, news, listening)
    if not heard:
        return 0
    events = Event.objects.bulk_create(
        [_event(topic, news[position]) for position in sorted(heard)], batch_size=PART
    )
    deliveries = [
        Delivery(webhook_id=webhook_id, event=event, resource=event.resource)
        for position, event in zip(sorted(heard), events, strict=True)
        for webhook_id in heard[position]
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=PART)
    wake_later({each.webhook_id for each in deliveries})
    return len(deliveries)


def wake_later(webhook_ids: Collection[int]) -> None:
    """Have these webhooks told what waits for them, once the transaction is committed."""
    if _wake is not None and webhook_ids:
        transaction.on_commit(partial(_wake, sorted(webhook_ids)))


def _heard(
    topic: Topic, news: Sequence[News], listening: Sequence[Listener]
) -> dict[int, list[int]]:
    """Webhook ids by the position of the news that they are to be told."""
    heard: dict[int, list[int]] = defaultdict(list)
    row_ids = {each.row_id for each in news if each.row_id is not None}
    for listener in listening:
        seen = rows_in_sight(topic, row_ids, listener)
        for position, each in enumerate(news):
            is_seen = each.row_id is None or each.row_id in seen
            if is_seen and listener.hears(each.warehouse_ids, each.channel_id):
                heard[position].append(listener.webhook_id)
    return heard


def _event(topic: Topic, news: News) -> Event:
    return Event(
        topic=topic,
        resource=news.resource,
        data=news.data,
        warehouse_ids=sorted(set(news.warehouse_ids)),
        channel_id=news.channel_id,
        row_id=news.row_id,
    )
