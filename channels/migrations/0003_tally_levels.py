"""What the communicated table is found and sorted by: a tally of each level, and a view of plain
columns that indexes serve."""

import channels.models.keys
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


ENTRY = """
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


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0002_create_views'),
        ('inventory', '0001_create_inventory'),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', channels.models.keys.PlaceKey(max_length=60, primary_key=True, serialize=False)),
                ('sku', models.CharField(max_length=64)),
                ('is_ticked', models.BooleanField()),
                ('is_excluded', models.BooleanField()),
                ('is_product_excluded', models.BooleanField()),
                ('is_product_active', models.BooleanField()),
                ('listing_state', models.CharField(max_length=8)),
                ('ticked_at', models.DateTimeField()),
                ('acknowledged', models.IntegerField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
                ('is_buyable', models.BooleanField(null=True)),
                ('is_update_asked', models.BooleanField(null=True)),
                ('is_once', models.BooleanField(null=True)),
                ('stale_version', models.BigIntegerField(null=True)),
                ('pushed_version', models.BigIntegerField(null=True)),
                ('tallied_version', models.BigIntegerField(null=True)),
                ('should', models.IntegerField(null=True)),
                ('reason', models.CharField(max_length=40, null=True)),
                ('on_hand', models.BigIntegerField(null=True)),
                ('committed', models.BigIntegerField(null=True)),
                ('available', models.BigIntegerField(null=True)),
                ('tallied_should', models.IntegerField(null=True)),
            ],
            options={
                'db_table': 'channels_entry',
                'ordering': ['sku', 'channel_id', 'location_id'],
                'managed': False,
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('level', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='tally', serialize=False, to='channels.listinglevel')),
                ('on_hand', models.BigIntegerField(verbose_name='quantity in stock')),
                ('committed', models.BigIntegerField(verbose_name='quantity on orders')),
                ('available', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('on_hand'), '-', models.F('committed')), output_field=models.BigIntegerField())),
                ('should', models.IntegerField(null=True, verbose_name='should send')),
                ('is_known', models.BooleanField(verbose_name='counted')),
            ],
        ),
        migrations.AddField(
            model_name='listinglevel',
            name='is_once',
            field=models.BooleanField(db_default=False, default=False, help_text='Its profile tells a number once only.'),
        ),
        migrations.AddField(
            model_name='listinglevel',
            name='should',
            field=models.IntegerField(blank=True, help_text='What it should show, by the last tally; empty: none.', null=True),
        ),
        migrations.AddField(
            model_name='listinglevel',
            name='tallied_version',
            field=models.BigIntegerField(db_default=-1, default=-1, help_text='The stale_version that the last tally read.'),
        ),
        migrations.AlterField(
            model_name='listinglevel',
            name='listing',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='levels', to='channels.listing'),
        ),
        migrations.AlterField(
            model_name='listinglevel',
            name='location',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='levels', to='channels.location'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('is_ticked', False)), fields=['id'], name='listing_off'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('is_excluded', True)), fields=['id'], name='listing_excluded'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('state', 'new')), fields=['id'], name='listing_new'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('state', 'skipped')), fields=['id'], name='listing_skipped'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('state', 'error')), fields=['id'], name='listing_in_error'),
        ),
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(fields=['acknowledged', 'id'], name='listing_level_acknowledged'),
        ),
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(fields=['acknowledged_at', 'id'], name='listing_level_acknowledged_at'),
        ),
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(condition=models.Q(('stale_version__gt', models.F('tallied_version')), models.Q(('is_once', True), ('is_update_asked', False), models.Q(('should', models.F('acknowledged')), _negated=True), models.Q(('should__isnull', False), ('acknowledged__isnull', False), _connector='OR')), _connector='OR'), fields=['id'], name='listing_level_untallied'),
        ),
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(condition=models.Q(('should__isnull', False), models.Q(('should', models.F('acknowledged')), _negated=True), models.Q(('is_once', True), ('is_update_asked', False), _negated=True)), fields=['id'], name='listing_level_differs'),
        ),
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(condition=models.Q(('reason', 'stock_unknown')), fields=['id'], name='listing_level_unknown'),
        ),
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(condition=models.Q(('reason__in', ['', 'stale', 'outcome_unknown', 'breaker', 'not_fed', 'stock_unknown']), _negated=True), fields=['id'], name='listing_level_refused'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['on_hand', 'level'], name='tally_by_on_hand'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['committed', 'level'], name='tally_by_committed'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['available', 'level'], name='tally_by_available'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['should', 'level'], name='tally_by_should'),
        ),
        migrations.RunSQL(ENTRY, "DROP VIEW channels_entry"),
    ]
