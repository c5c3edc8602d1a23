"""What channels tell us by themselves: stored as it came, looked into afterwards under the lease.

A notice is only a reason to look. One about a level that says what we know already, because we told
that number or imported the sale that made it, is an echo, and nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from channels import registry, rotation
from channels.contract import Adapter, ChannelError, Code, Connection
from channels.contract import Notice as Told
from channels.models import Channel, Notice
from channels.signals import levels_due

KEPT = timedelta(days=30)
"""How long notices that were looked into are kept; a vendor repeats one for some hours at most."""
FORGOTTEN_AT_ONCE = 20_000
LONGEST_ID = 120
SMALLEST, LARGEST = -(2**31), 2**31 - 1

_STORE = """
INSERT INTO channels_notice (channel_id, external_id, topic, concern, order_id, item_id,
    location_id, available, body, raised_at, received_at, message)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), '')
ON CONFLICT (channel_id, external_id) DO NOTHING RETURNING id
"""


class Verdict(StrEnum):
    """What a notice about a level of ours means."""

    ECHO = "echo"  # we told or saw that number, or looked after it was raised
    UNKNOWN = "unknown"  # what the channel shows is to be read anyway
    OPEN = "open"  # a number of ours is on its way there: judged when that is answered
    CHANGED = "changed"  # somebody else changed it, or sold: it is to be read and compared


# The channel's clock and ours may differ by five minutes. Of receipts and observations only the
# newest can matter, which keeps a level that was told for years as quick as a new one.
_JUDGE = """
WITH told AS MATERIALIZED (
    SELECT notice.id AS notice_id, level.id AS level_id, notice.channel_id, notice.available,
        coalesce(notice.raised_at, notice.received_at) AS raised_at
    FROM channels_notice notice
    JOIN channels_location location ON location.channel_id = notice.channel_id
        AND location.external_id = notice.location_id
    JOIN channels_listing listing ON listing.channel_id = notice.channel_id
        AND listing.item_id = notice.item_id AND listing.is_ticked
    JOIN channels_listinglevel level
        ON level.listing_id = listing.id AND level.location_id = location.id
    WHERE notice.id = ANY(%s) AND notice.item_id <> ''
), locked AS MATERIALIZED (
    SELECT level.id, level.acknowledged, level.read_at FROM channels_listinglevel level
    WHERE level.id IN (SELECT level_id FROM told)
    ORDER BY level.id FOR NO KEY UPDATE
), judged AS MATERIALIZED (
    SELECT told.notice_id, told.level_id, CASE
        WHEN EXISTS (
            SELECT FROM channels_publication publication
            JOIN channels_batch batch ON batch.id = publication.batch_id
            WHERE publication.level_id = told.level_id AND batch.channel_id = told.channel_id
                AND batch.status IN ('queued', 'sent')
        ) THEN 'open'
        WHEN locked.acknowledged IS NULL THEN 'unknown'
        WHEN locked.acknowledged = told.available
            OR locked.read_at > told.raised_at + interval '5 minutes' THEN 'echo'
        WHEN EXISTS (
            SELECT FROM (
                SELECT quantity, status, answered_at FROM channels_publication publication
                WHERE publication.level_id = told.level_id ORDER BY id DESC LIMIT 100
            ) recent
            WHERE recent.quantity = told.available AND recent.status IN ('accepted', 'observed')
                AND recent.answered_at >= told.raised_at - interval '5 minutes'
        ) THEN 'echo'
        WHEN EXISTS (
            SELECT FROM (
                SELECT available, read_at FROM channels_observation observation
                WHERE observation.level_id = told.level_id ORDER BY id DESC LIMIT 100
            ) recent
            WHERE recent.available = told.available
                AND recent.read_at >= told.raised_at - interval '5 minutes'
        ) THEN 'echo'
        ELSE 'changed' END AS verdict
    FROM told JOIN locked ON locked.id = told.level_id
)
SELECT notice_id, level_id, verdict FROM judged
"""

_FORGET = """
DELETE FROM channels_notice WHERE id IN (
    SELECT id FROM channels_notice WHERE channel_id = %s AND taken_at < %s ORDER BY id LIMIT %s
)
"""


def address(channel: Channel) -> str:
    """Where the channel is to send its notices; "" when nobody can reach us from outside."""
    public = settings.PUBLIC_URL.rstrip("/")
    return f"{public}{reverse('hook', args=[channel.hook_key])}" if public else ""


def hears(channel: Channel) -> bool:
    """Whether channels of this kind tell us anything by themselves."""
    is_installed = channel.kind in dict(registry.choices())
    return is_installed and registry.get(channel.kind).has_notices


def receive(channel: Channel, headers: Mapping[str, str], body: bytes) -> bool:
    """Prove and store what came to a channel that `hears`; False when it was stored before. Calls
    nobody. Raises ChannelError: FORGED, BAD_REQUEST for what makes no sense, or another code when
    the channel is not set up.
    """
    told = _open(channel, headers, body)
    text = _storable(body.decode("utf-8", "replace"))
    ref = (told.ref.item_id, told.ref.location_id) if told.ref else ("", "")
    _demand_sense(told, ref)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _STORE,
                [
                    channel.pk,
                    told.external_id,
                    _storable(told.topic)[:80],
                    told.concern,
                    told.order_id,
                    *ref,
                    told.available,
                    text,
                    _credible(told),
                ],
            )
            is_new = cursor.fetchone() is not None
        if is_new:
            levels_due.send(sender=None, channel_ids=[channel.pk])
    return is_new


def _open(channel: Channel, headers: Mapping[str, str], body: bytes) -> Told:
    credentials = rotation.honoured(channel.credentials, timezone.now())
    adapter = registry.get(channel.kind)(Connection(channel.settings | credentials))
    try:
        return adapter.open_notice(headers, body)
    except (ValueError, RecursionError) as error:
        message = f"It can not be read: {type(error).__name__}."
        raise ChannelError(Code.BAD_REQUEST, message, permanent=True) from error


def _credible(told: Told) -> datetime | None:
    """When it was raised, unless that is no time at which a channel can have told us anything: the
    moment is not signed, and only helps to recognise an echo."""
    now = timezone.now()
    is_credible = told.raised_at is not None and abs(now - told.raised_at) < KEPT
    return told.raised_at if is_credible else None


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL, and UTF-8 has no halves of characters."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _demand_sense(told: Told, ref: tuple[str, str]) -> None:
    """Refuse what no column can hold: stored, it would never be found again."""
    names = (told.external_id, told.order_id, *ref)
    is_named = bool(told.external_id) and not any(
        "\0" in name or len(name) > LONGEST_ID for name in names
    )
    if not is_named or not SMALLEST <= (told.available or 0) <= LARGEST:
        raise ChannelError(Code.BAD_REQUEST, "It bears no usable id or number.", permanent=True)


def newest_waiting(channel: Channel) -> int:
    """The id of the newest that nobody looked into yet; 0 when there is none."""
    newest = Notice.objects.filter(channel=channel, taken_at=None).order_by("-pk")
    return newest.values_list("pk", flat=True).first() or 0


def waiting(channel: Channel, after: int, limit: int) -> list[Notice]:
    """What nobody looked into yet, in the order it came, with an id above `after`."""
    found = Notice.objects.filter(channel=channel, taken_at=None, pk__gt=after)
    return list(found.defer("body").order_by("pk")[:limit])


def note_taken(outcomes: Mapping[int, str]) -> None:
    """These were looked into: what came of each, by id. Their bodies, which tell of the channel's
    customers, have served then."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE channels_notice notice
            SET taken_at = clock_timestamp(), message = news.message, body = ''
            FROM unnest(%s::bigint[], %s::text[]) AS news(id, message) WHERE notice.id = news.id
            """,
            [list(outcomes), [_storable(message) for message in outcomes.values()]],
        )


def judge(notice_ids: Collection[int]) -> list[tuple[int, int, Verdict]]:
    """What these notices about levels mean: (notice id, level id, verdict). One about a level that
    is not ours is absent. Changes nothing: a level that somebody else changed is to be compared."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_JUDGE, [sorted(notice_ids)])
        return [(notice, level, Verdict(verdict)) for notice, level, verdict in cursor.fetchall()]


def subscribe(channel: Channel, adapter: Adapter, address: str) -> list[str]:
    """Have the channel send its notices here; the topics that were missing. Nothing happens without
    an address, for a kind that sends none, or while it is switched off. Raises ChannelError."""
    if not (address and adapter.has_notices and channel.is_active):
        return []
    for parameter in adapter.parameters:
        if parameter.is_signing and not channel.credentials.get(parameter.name):
            message = f"{parameter.label} is not entered, and without it no webhook can be proven"
            raise ChannelError(Code.CONFIGURATION, message, permanent=True)
    topics = adapter.subscribe(address)
    Channel.objects.filter(pk=channel.pk).update(hooks_checked_at=timezone.now())
    return topics


def forget_old(channel: Channel) -> int:
    """Delete what was looked into long ago, and previous secrets whose time is over; how many
    notices went. Bounded: what is left goes the next time."""
    with transaction.atomic():
        current = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        credentials = rotation.honoured(current.credentials, timezone.now())
        if credentials != current.credentials:
            current.credentials = credentials
            current.save(update_fields=["credentials"])
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [channel.pk, timezone.now() - KEPT, FORGOTTEN_AT_ONCE])
        return int(cursor.rowcount)
