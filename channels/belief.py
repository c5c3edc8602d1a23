"""What we believe a channel shows, after its own orders changed it.

The channel takes units off its own number when it sells, so our belief moves in the transaction
that imports the order, and nothing is told back. Where it can not be known whether a number was
read before or after the sale, the number becomes unknown: it is read before it is told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from channels import due, registry
from channels.models import Channel, ListingLevel

# Within five minutes the channel's clock and ours can not tell which came first; the channel's
# times come in whole seconds besides. A number read later than that shows the sale already. Where a
# channel shows later what it accepted, a number of ours may also have been applied over the sale.
_SELL = """
WITH sold AS (
    SELECT product_id, location_id, sum(units) AS units
    FROM unnest(%(products)s::bigint[], %(locations)s::text[], %(units)s::int[])
        AS line(product_id, location_id, units)
    GROUP BY product_id, location_id
), touched AS MATERIALIZED (
    SELECT level.id, level.acknowledged AS believed,
        CASE WHEN level.read_at > %(placed_at)s - interval '5 minutes' THEN NULL
            WHEN %(shows_later)s AND (level.told_at IS NOT NULL
                OR level.acknowledged_at > %(placed_at)s - interval '5 minutes') THEN NULL
            ELSE level.acknowledged - sold.units END AS acknowledged
    FROM sold
    JOIN channels_location location
        ON location.external_id = sold.location_id AND location.channel_id = %(channel)s
    JOIN channels_listing listing
        ON listing.product_id = sold.product_id AND listing.channel_id = location.channel_id
    JOIN channels_listinglevel level
        ON level.listing_id = listing.id AND level.location_id = location.id
    WHERE level.acknowledged IS NOT NULL
        AND (level.read_at IS NULL OR level.read_at < %(placed_at)s + interval '5 minutes'
            OR (%(shows_later)s AND level.told_at IS NOT NULL))
    ORDER BY level.id FOR NO KEY UPDATE OF level
), moved AS (
    UPDATE channels_listinglevel level
    SET acknowledged = touched.acknowledged, acknowledged_at = clock_timestamp()
    FROM touched WHERE level.id = touched.id
)
INSERT INTO channels_observation (level_id, available, believed, is_read, read_at)
SELECT id, acknowledged, believed, false, clock_timestamp() FROM touched
"""

_DOUBT = """
WITH doubted AS MATERIALIZED (
    SELECT level.id, level.acknowledged AS believed FROM channels_listinglevel level
    JOIN channels_listing listing ON listing.id = level.listing_id
    WHERE listing.channel_id = %(channel)s AND listing.product_id = ANY(%(products)s)
        AND level.acknowledged IS NOT NULL
        AND (%(changed_at)s::timestamptz IS NULL OR level.read_at IS NULL
            OR level.read_at < %(changed_at)s::timestamptz + interval '5 minutes')
    ORDER BY level.id FOR NO KEY UPDATE OF level
), forgotten AS (
    UPDATE channels_listinglevel level SET acknowledged = NULL, read_at = NULL
    FROM doubted WHERE level.id = doubted.id
)
INSERT INTO channels_observation (level_id, available, believed, is_read, read_at)
SELECT id, NULL, believed, false, clock_timestamp() FROM doubted
RETURNING level_id
"""


class Sale(NamedTuple):
    """Units the channel took off its number at one of its locations, "" when it does not say."""

    product_id: int
    location_id: str
    units: int


def sell(channel: Channel, sales: Sequence[Sale], placed_at: datetime) -> None:
    """The channel sold these units at that moment and took them off its own numbers: those of the
    locations it names and no others. Where it names none and has several, we can not know."""
    only = _only_location(channel)
    known = [sale for sale in sales if sale.location_id or only]
    with connection.cursor() as cursor:
        cursor.execute(
            _SELL,
            {
                "products": [sale.product_id for sale in known],
                "locations": [sale.location_id or only for sale in known],
                "units": [sale.units for sale in known],
                "channel": channel.pk,
                "placed_at": placed_at,
                "shows_later": _shows_later(channel),
            },
        )
    doubt(channel, [sale.product_id for sale in sales if not (sale.location_id or only)])


def _shows_later(channel: Channel) -> bool:
    kinds = dict(registry.choices())
    return channel.kind in kinds and registry.get(channel.kind).is_eventual


def _only_location(channel: Channel) -> str:
    """The channel's location, when it has just one; else ""."""
    active = channel.locations.filter(is_active=True).values_list("external_id", flat=True)[:2]
    return active[0] if len(active) == 1 else ""


def doubt(channel: Channel, product_ids: Iterable[int], changed_at: datetime | None = None) -> None:
    """The channel changed its numbers of these products in a way we can not derive: restocked after
    a cancellation or not, sold at another location than we took them from, edited. A number that
    was read well after `changed_at`, when that is known, shows the change already."""
    products = sorted(set(product_ids))
    if not products:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _DOUBT, {"channel": channel.pk, "products": products, "changed_at": changed_at}
        )
        level_ids = [row[0] for row in cursor.fetchall()]
    if level_ids:
        due.by_level(level_ids)


def forget(listing_ids: Iterable[int], *, is_new: bool = False) -> None:
    """These listings lead to another item now, or nobody looked for a while: what was believed, or
    is unconfirmed, says nothing. `is_new`: a number told once is told to the new item, too."""
    with transaction.atomic():
        levels = ListingLevel.objects.filter(listing__in=list(listing_ids)).order_by("pk")
        locked = levels.select_for_update(of=["self"], no_key=True)
        level_ids = list(locked.values_list("pk", flat=True))
        changes: dict[str, object] = {"is_update_asked": True} if is_new else {}
        ListingLevel.objects.filter(pk__in=level_ids).update(
            acknowledged=None, read_at=None, told=None, told_at=None, **changes
        )
