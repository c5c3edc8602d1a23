"""The two views of this floor. `channels_feed` decides which warehouse feeds which location;
`channels_communicated` is the communicated-inventory table."""

from django.db import migrations

FEED = """
CREATE VIEW channels_feed AS
SELECT l.id || ':' || named.warehouse_id AS id, l.channel_id, l.id AS location_id, named.warehouse_id
FROM channels_location l
JOIN channels_location_warehouses named ON named.location_id = l.id
JOIN inventory_warehouse w ON w.id = named.warehouse_id AND w.is_active
WHERE l.is_active AND l.is_enabled
UNION
SELECT l.id || ':' || w.id, c.id, l.id, w.id
FROM channels_channel c
JOIN channels_location l ON l.id = c.default_location_id AND l.is_active AND l.is_enabled
CROSS JOIN inventory_warehouse w
WHERE w.is_active AND NOT EXISTS (
    SELECT FROM channels_location other
    JOIN channels_location_warehouses named ON named.location_id = other.id
    WHERE other.channel_id = c.id AND named.warehouse_id = w.id
) AND NOT EXISTS (
    SELECT FROM channels_location source
    WHERE source.channel_id = c.id AND source.mirror_id = w.id
)
"""

COMMUNICATED = """
CREATE VIEW channels_communicated AS
SELECT listing.id || ':' || coalesce(level.location_id, 0) AS id,
    level.id AS level_id, listing.id AS listing_id, listing.product_id, listing.channel_id,
    level.location_id,
    coalesce(stock.on_hand, 0)::bigint AS on_hand,
    coalesce(stock.committed, 0)::bigint AS committed,
    coalesce(stock.on_hand - stock.committed, 0)::bigint AS available,
    greatest(coalesce(stock.committed - stock.on_hand, 0), 0)::bigint AS backordered,
    coalesce(stock.is_known, false) AS is_known,
    level.acknowledged, level.acknowledged_at,
    coalesce(level.stale_version > level.pushed_version, false) AS is_due,
    level.told_at, level.is_buyable, list.id AS selling_list_id,
    coalesce(list.profile_id, channel.profile_id) AS profile_id,
    CASE
        WHEN NOT listing.is_ticked THEN 'off'
        WHEN listing.is_excluded OR product.is_excluded OR NOT product.is_active THEN 'excluded'
        WHEN listing.state <> 'linked' THEN listing.state
        WHEN source.is_one THEN 'source'
        WHEN level.id IS NULL THEN 'skipped'
        WHEN level.reason = 'stock_unknown' THEN 'skipped'
        WHEN level.reason NOT IN ('', 'stale', 'outcome_unknown', 'breaker', 'not_fed') THEN 'error'
        WHEN level.stale_version > level.pushed_version AND level.is_update_asked
            AND level.acknowledged_at IS NOT NULL THEN 'pending_update'
        WHEN level.stale_version > level.pushed_version THEN 'pending'
        WHEN level.told_at IS NOT NULL THEN 'unconfirmed'
        WHEN coalesce(level.acknowledged, 0) <= 0 THEN 'out_of_stock'
        ELSE 'linked'
    END AS state,
    CASE
        WHEN NOT listing.is_ticked THEN ''
        WHEN listing.is_excluded OR product.is_excluded THEN 'excluded'
        WHEN NOT product.is_active THEN 'product_inactive'
        WHEN listing.state <> 'linked' THEN listing.reason
        WHEN source.is_one THEN ''
        WHEN level.id IS NULL THEN 'location_missing'
        WHEN NOT channel.is_stock_synced THEN 'sync_disabled'
        ELSE level.reason
    END AS reason
FROM channels_listing listing
JOIN channels_channel channel ON channel.id = listing.channel_id
JOIN inventory_product product ON product.id = listing.product_id
LEFT JOIN channels_sellinglist list ON list.id = listing.selling_list_id
LEFT JOIN channels_listinglevel level ON level.listing_id = listing.id
LEFT JOIN channels_location place ON place.id = level.location_id
CROSS JOIN LATERAL (
    SELECT place.mirror_id IS NOT NULL OR (level.id IS NULL AND EXISTS (
        SELECT FROM channels_location source
        WHERE source.channel_id = listing.channel_id AND source.mirror_id IS NOT NULL
    )) AS is_one
) source
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM inventory_bundlecomponent WHERE bundle_id = listing.product_id
    ) AS is_one
) bundle
LEFT JOIN LATERAL (
    SELECT sum(makes.on_hand) AS on_hand, sum(makes.on_hand - makes.available) AS committed,
        bool_or(makes.is_known) AS is_known
    FROM (
        SELECT held.on_hand, held.available, held.is_known
        FROM channels_feed feed
        JOIN inventory_stocklevel held
            ON held.warehouse_id = feed.warehouse_id AND held.product_id = listing.product_id
        WHERE feed.location_id = level.location_id AND NOT bundle.is_one
        UNION ALL
        SELECT min(floor(coalesce(held.on_hand, 0)::numeric / part.quantity))::int,
            min(floor(coalesce(held.available, 0)::numeric / part.quantity))::int,
            bool_and(coalesce(held.is_known, false))
        FROM channels_feed feed
        JOIN inventory_bundlecomponent part ON part.bundle_id = listing.product_id
        LEFT JOIN inventory_stocklevel held
            ON held.warehouse_id = feed.warehouse_id AND held.product_id = part.component_id
        WHERE feed.location_id = level.location_id AND bundle.is_one
        GROUP BY feed.warehouse_id
    ) makes
) stock ON true
"""


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0001_create_channels"),
        ("inventory", "0001_create_inventory"),
    ]
    operations = [
        migrations.RunSQL(FEED, "DROP VIEW channels_feed"),
        migrations.RunSQL(COMMUNICATED, "DROP VIEW channels_communicated"),
    ]
