"""Each order by a quantity knows the location, so that a channel's rows are found along it without
a look at any other's: a tally bears its level's."""

import django.db.models.deletion
from django.db import migrations, models

BEFORE = """
CREATE VIEW channels_entry AS
SELECT listing.id || ':' || coalesce(level.location_id, 0) AS id,
    level.id AS level_id, listing.id AS listing_id, listing.product_id, listing.channel_id,
    level.location_id, listing.selling_list_id, place.mirror_id, upper(product.sku) AS sku,
    listing.is_ticked, listing.is_excluded, product.is_excluded AS is_product_excluded,
    product.is_active AS is_product_active, listing.state AS listing_state, listing.ticked_at,
    level.acknowledged, level.acknowledged_at, level.told_at, level.is_buyable,
    level.is_update_asked, level.is_once, level.stale_version, level.pushed_version,
    level.tallied_version, level.should, level.reason,
    tally.on_hand, tally.committed, tally.available, tally.should AS tallied_should
FROM channels_listing listing
JOIN inventory_product product ON product.id = listing.product_id
LEFT JOIN channels_listinglevel level ON level.listing_id = listing.id
LEFT JOIN channels_location place ON place.id = level.location_id
LEFT JOIN channels_tally tally ON tally.level_id = level.id
"""
AFTER = BEFORE.replace(
    "tally.should AS tallied_should",
    "tally.should AS tallied_should, tally.location_id AS tallied_location_id",
)
FILL = """
UPDATE channels_tally tally SET location_id = level.location_id
FROM channels_listinglevel level WHERE level.id = tally.level_id
"""
TALLIES = ("on_hand", "committed", "available", "should")
LEVELS = ("acknowledged", "acknowledged_at")


def location(**options):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="channels.location",
        **options,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0011_name_tallies'),
    ]

    operations = [
        *(migrations.RemoveIndex("tally", f"tally_by_{name}") for name in TALLIES),
        *(migrations.RemoveIndex("listinglevel", f"listing_level_{name}") for name in LEVELS),
        migrations.RunSQL("DROP VIEW channels_entry", BEFORE),
        migrations.AddField("tally", "location", location(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("tally", "location", location()),
        *(
            migrations.AddIndex(
                "tally",
                models.Index(fields=[name, "level", "location"], name=f"tally_by_{name}"),
            )
            for name in TALLIES
        ),
        *(
            migrations.AddIndex(
                "listinglevel",
                models.Index(fields=[name, "id", "location"], name=f"listing_level_{name}"),
            )
            for name in LEVELS
        ),
        migrations.RunSQL(AFTER, "DROP VIEW channels_entry"),
    ]
