"""Marks listing levels as due: the work row is the outbox (DESIGN section 5).

Whoever changes what a listing level should show calls one of these inside its own transaction. No
mark is ever lost, because it commits with its cause; what may be lost is only the hint.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection, transaction

from channels import mapping
from channels.models import Channel, Listing, ListingLevel
from channels.signals import levels_due
from inventory.signals import stock_changed
from partners import prepared

# Rows are locked in primary-key order before the update, as every bulk update of shared rows is.
_MARK = """
WITH source AS MATERIALIZED (
    SELECT id, bool_or(falls) AS falls FROM ({source}) AS wanted(id, falls) GROUP BY id
), due AS MATERIALIZED (
    SELECT level.id, source.falls FROM channels_listinglevel level
    JOIN source ON source.id = level.id
    ORDER BY level.id FOR NO KEY UPDATE OF level
), marked AS (
    UPDATE channels_listinglevel level
    SET stale_version = stale_version + 1, failures = 0, retry_at = NULL,
        is_update_asked = is_update_asked OR {is_asked},
        is_falling = is_falling OR due.falls,
        reason = CASE WHEN reason = ANY({obsolete}) THEN '' ELSE reason END,
        stale_at = CASE WHEN stale_version > pushed_version THEN stale_at ELSE clock_timestamp() END
    FROM due WHERE level.id = due.id
    RETURNING level.location_id
)
SELECT DISTINCT location.channel_id
FROM marked JOIN channels_location location ON location.id = marked.location_id
"""

# Why a level of this listing was passed over. What changed may have mended it, and then it is no
# error that the level waits: the next run says anew what still holds.
_OBSOLETE = "'{excluded,product_inactive,not_matched,ambiguous_match}'"

# A bundle changes with its components. A channel that zeroes its unmapped locations does so when
# the product's stock changes; a location that is a mirror's source is nobody's to zero.
_BY_STOCK = """
    WITH moved AS MATERIALIZED (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bool[])
            AS line(product_id, warehouse_id, falls)
    ), changed AS MATERIALIZED (
        SELECT * FROM moved
        UNION ALL
        SELECT part.bundle_id, moved.warehouse_id, moved.falls
        FROM moved JOIN inventory_bundlecomponent part ON part.component_id = moved.product_id
    )
    SELECT level.id, changed.falls
    FROM changed
    JOIN channels_feed feed ON feed.warehouse_id = changed.warehouse_id
    JOIN channels_listing listing
        ON listing.product_id = changed.product_id AND listing.channel_id = feed.channel_id
    JOIN channels_listinglevel level
        ON level.listing_id = listing.id AND level.location_id = feed.location_id
    UNION ALL
    SELECT level.id, false FROM channels_channel channel
    JOIN channels_listing listing ON listing.channel_id = channel.id
        AND listing.product_id IN (SELECT product_id FROM changed)
    JOIN channels_listinglevel level ON level.listing_id = listing.id
    JOIN channels_location place ON place.id = level.location_id AND place.mirror_id IS NULL
    WHERE channel.is_unmapped_zeroed AND level.acknowledged IS DISTINCT FROM 0
        AND NOT EXISTS (SELECT FROM channels_feed WHERE location_id = level.location_id)
"""

_BY_ID = "SELECT unnest(%s::bigint[]), false"

_BY_CHANNEL = """
    SELECT level.id, false FROM channels_listinglevel level
    JOIN channels_location location ON location.id = level.location_id
    WHERE location.channel_id = %s AND location.mirror_id IS NULL
        AND EXISTS (
            SELECT FROM channels_feedperiod WHERE location_id = location.id AND NOT is_released
        )
"""

# A level at a location that nothing feeds is made only to be zeroed, and that only when stock
# changes: it does not begin as due.
_CREATE_LEVELS = """
INSERT INTO channels_listinglevel (listing_id, location_id, stale_version, pushed_version, stale_at,
    is_falling, is_update_asked, reason, failures)
SELECT listing.id, location.id, location.version, 0, clock_timestamp(), false, true, '', 0
FROM channels_listing listing
JOIN (
    SELECT DISTINCT channel_id, location_id AS id, 1 AS version FROM channels_feed
    UNION ALL
    SELECT place.channel_id, place.id, 0 FROM channels_location place
    JOIN channels_channel channel ON channel.id = place.channel_id AND channel.is_unmapped_zeroed
    WHERE place.is_active AND place.mirror_id IS NULL
        AND NOT EXISTS (SELECT FROM channels_feed WHERE location_id = place.id)
) location ON location.channel_id = listing.channel_id
WHERE listing.channel_id = %s AND (%s::bigint[] IS NULL OR listing.product_id = ANY(%s::bigint[]))
ORDER BY listing.id, location.id
ON CONFLICT (listing_id, location_id) DO NOTHING
"""


def by_stock(levels: Sequence[tuple[int, int]], fallen: Collection[tuple[int, int]] = ()) -> None:
    """The stock of these (product id, warehouse id) pairs changed; of the fallen ones there is less
    to sell than before, so they are told first. One statement: two would lock in two orders."""
    falls = set(fallen)
    products, warehouses = [each[0] for each in levels], [each[1] for each in levels]
    _mark(_BY_STOCK, products, warehouses, [each in falls for each in levels])


def by_listing(listings: Collection[Listing] | Collection[int]) -> None:
    """Something about these listings changed: ticked, excluded, matched, or sync was asked for."""
    ids = [listing.pk if isinstance(listing, Listing) else listing for listing in listings]
    levels = list(ListingLevel.objects.filter(listing__in=ids).values_list("pk", flat=True))
    _mark(_BY_ID, levels, is_switched=True)


def by_level(level_ids: Collection[int]) -> None:
    """These levels must be told again, whatever the reason."""
    _mark(_BY_ID, list(level_ids))


def by_update(level_ids: Collection[int]) -> None:
    """Somebody asked for the quantities of these levels to be updated: also one that its profile
    tells once only, and had told."""
    _mark(_BY_ID, list(level_ids), is_asked=True)


def by_channel(channel: Channel) -> None:
    """The channel's mapping, rule or switches changed: every level may show another number.

    Creates the levels of newly fed locations.
    """
    with transaction.atomic():
        create_levels(channel)
        _mark(_BY_CHANNEL, channel.pk)


def create_levels(channel: Channel, product_ids: Collection[int] | None = None) -> None:
    """Give every listing of the channel, or those of these products, a level at every location that
    is fed (new ones are due), and at the others where the channel zeroes them. Keeps the mapping of
    this moment, too."""
    mapping.remember()
    chosen = None if product_ids is None else sorted(product_ids)
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_LEVELS, [channel.pk, chosen, chosen])


def _mark(
    source: str,
    *parameters: int | list[int] | list[bool],
    is_asked: bool = False,
    is_switched: bool = False,
) -> None:
    rows = max(len(each) if isinstance(each, list) else 1 for each in parameters)
    with prepared.cursor(rows) as cursor:
        statement = _MARK.format(
            source=source,
            is_asked="true" if is_asked else "false",
            obsolete=_OBSOLETE if is_switched else "'{}'",
        )
        cursor.execute(statement, parameters)
        channel_ids = sorted(row[0] for row in cursor.fetchall())
    if channel_ids:
        levels_due.send(sender=None, channel_ids=channel_ids)


def _on_stock_changed(
    levels: Sequence[tuple[int, int]], fallen: Sequence[tuple[int, int]], **_: object
) -> None:
    by_stock(levels, fallen)


def connect() -> None:
    """Listen to the ledger; called once, when the app is ready."""
    stock_changed.connect(_on_stock_changed, dispatch_uid="channels.due")
