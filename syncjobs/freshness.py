"""How far each channel is behind: what waits, since when, and how long a change takes to arrive.

Back-pressure shows here first: a channel whose budget is used up has an older oldest level, and a
longer way from the commit of a change to the channel's acknowledgement.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from channels import accounts
from channels.contract import ChannelError
from channels.models import Channel
from syncjobs import backlog, budgets

WINDOW = datetime.timedelta(hours=1)
NOTHING_WAITS = backlog.Waiting()


@dataclass(frozen=True, slots=True)
class Freshness:
    """One channel. `backlog`: levels that are due and may be sent, counted no further than lists
    show; `oldest_due_at` the first of those counted. `told`: numbers accepted within the last hour;
    `median` and `slowest` (99th percentile): seconds from commit to acknowledgement of those that
    told a change, None where there was none. `budget_used`: share of the account's budget of calls
    taken now, 0 to 1, None when unknown.
    """

    backlog: int = 0
    oldest_due_at: datetime.datetime | None = None
    told: int = 0
    median: float | None = None
    slowest: float | None = None
    budget_used: float | None = None


# Materialized, so that what is read is the last hour by the index on answers, never the history.
_SPEED = """
WITH recent AS MATERIALIZED (
    SELECT batch_id, extract(epoch FROM answered_at - due_since)::float AS seconds
    FROM channels_publication
    WHERE answered_at >= %s AND status IN ('accepted', 'observed')
)
SELECT batch.channel_id, count(*),
    percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY recent.seconds)
FROM recent JOIN channels_batch batch ON batch.id = recent.batch_id
WHERE batch.channel_id = ANY(%s)
GROUP BY batch.channel_id
"""


def of(channels: Collection[Channel]) -> dict[int, Freshness]:
    """By channel id; in two queries, and one question to Redis, whatever their number."""
    ids = [channel.pk for channel in channels]
    behind, speeds, taken = backlog.of(channels), _speeds(ids), _taken(channels)
    found = {}
    for channel in ids:
        waiting, oldest = behind.get(channel, NOTHING_WAITS)
        told, median, slowest = speeds.get(channel, (0, None, None))
        found[channel] = Freshness(waiting, oldest, told, median, slowest, taken.get(channel))
    return found


def _speeds(ids: list[int]) -> dict[int, tuple[int, float | None, float | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_SPEED, [timezone.now() - WINDOW, ids])
        rows = cursor.fetchall()
    return {channel: (told, *(seconds or (None, None))) for channel, told, seconds in rows}


def _taken(channels: Collection[Channel]) -> dict[int, float | None]:
    names = {}
    for channel in channels:
        try:
            names[channel.pk] = accounts.account(channel)
        except ChannelError:  # its kind is not installed now: nobody calls it either
            continue
    return dict(zip(names, budgets.used(list(names.values())), strict=True))
