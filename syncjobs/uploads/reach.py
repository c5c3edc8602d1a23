"""How many listing levels the rows of a file touch, before anything is done."""

from __future__ import annotations

from django.db import connection

from syncjobs.models import Upload

_ROWS = """
WITH given AS MATERIALIZED (
    SELECT product_id, place_id, changes FROM syncjobs_uploadrow
    WHERE upload_id = %s AND effect IN ('new', 'changed')
)
"""

# What a switch or a new match means for the products' own listings.
_BY_PRODUCT = """
SELECT channel.name, count(*) FROM given
JOIN channels_listing listing ON listing.product_id = given.product_id AND listing.is_ticked
JOIN channels_channel channel ON channel.id = listing.channel_id
JOIN channels_listinglevel level ON level.listing_id = listing.id
WHERE EXISTS (
    SELECT FROM jsonb_array_elements(given.changes) AS change
    WHERE change ->> 0 IN ('is_active', 'is_excluded', channel.matching)
)
GROUP BY channel.name
"""

# A bundle's number follows its components' stock.
_BY_STOCK = """
SELECT channel.name, count(DISTINCT level.id)
FROM (
    SELECT product_id, place_id FROM given
    UNION ALL
    SELECT part.bundle_id, given.place_id FROM given
    JOIN inventory_bundlecomponent part ON part.component_id = given.product_id
) AS moved
JOIN channels_feed feed ON feed.warehouse_id = moved.place_id
JOIN channels_listing listing
    ON listing.product_id = moved.product_id AND listing.channel_id = feed.channel_id
    AND listing.is_ticked
JOIN channels_channel channel ON channel.id = listing.channel_id
JOIN channels_listinglevel level
    ON level.listing_id = listing.id AND level.location_id = feed.location_id
GROUP BY channel.name
"""

_BY_CHANNEL = """
SELECT channel.name, count(*) FROM given
JOIN channels_channel channel ON channel.id = given.place_id
JOIN (SELECT DISTINCT channel_id, location_id FROM channels_feed) AS place
    ON place.channel_id = channel.id
GROUP BY channel.name
"""

_REACH = {
    "products": _BY_PRODUCT,
    "barcodes": _BY_PRODUCT,
    "opening_stock": _BY_STOCK,
    "marketplace": _BY_CHANNEL,
}
"""By kind of file; one that is not named touches none."""


def told(upload: Upload) -> list[tuple[str, int]]:
    """Channels by name, with the number of listing levels that are looked at again; one query."""
    if upload.kind not in _REACH:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ROWS + _REACH[upload.kind] + " ORDER BY 1", [upload.pk])
        return [(name, levels) for name, levels in cursor.fetchall()]
