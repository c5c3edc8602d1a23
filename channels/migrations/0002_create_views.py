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
    CASE
        WHEN NOT listing.is_ticked THEN 'off'
        WHEN listing.is_excluded OR product.is_excluded OR NOT product.is_active THEN 'excluded'
        WHEN listing.state <> 'linked' THEN listing.state
        WHEN level.id IS NULL THEN 'skipped'
        WHEN level.reason = 'stock_unknown' THEN 'skipped'
        WHEN level.reason NOT IN ('', 'stale', 'outcome_unknown', 'breaker', 'not_fed') THEN 'error'
        WHEN level.stale_version > level.pushed_version THEN 'pending'
        WHEN coalesce(level.acknowledged, 0) <= 0 THEN 'out_of_stock'
        ELSE 'linked'
    END AS state,
    CASE
        WHEN NOT listing.is_ticked THEN ''
        WHEN listing.is_excluded OR product.is_excluded THEN 'excluded'
        WHEN NOT product.is_active THEN 'product_inactive'
        WHEN listing.state <> 'linked' THEN listing.reason
        WHEN level.id IS NULL THEN 'location_missing'
        WHEN NOT channel.is_stock_synced THEN 'sync_disabled'
        ELSE level.reason
    END AS reason
FROM channels_listing listing
JOIN channels_channel channel ON channel.id = listing.channel_id
JOIN inventory_product product ON product.id = listing.product_id
LEFT JOIN channels_listinglevel level ON level.listing_id = listing.id
LEFT JOIN LATERAL (
    SELECT sum(held.on_hand) AS on_hand, sum(held.committed) AS committed,
        bool_or(held.is_known) AS is_known
    FROM channels_feed feed
    JOIN inventory_stocklevel held
        ON held.warehouse_id = feed.warehouse_id AND held.product_id = listing.product_id
    WHERE feed.location_id = level.location_id
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
