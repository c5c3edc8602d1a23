"""Indexes for what lists are searched, filtered and sorted by, at a million products.

pg_trgm comes with PostgreSQL, and may be installed by the database's owner.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


# Parts of a SKU, a name or a barcode, whatever their case: what a search box is asked for.
PARTS = """
CREATE INDEX product_by_parts ON inventory_product USING gin
    (upper(sku) gin_trgm_ops, upper(name) gin_trgm_ops, upper(barcode) gin_trgm_ops)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0001_create_inventory'),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddField(
            model_name='stocklevel',
            name='is_short',
            field=models.GeneratedField(db_persist=True, expression=models.Q(('on_hand__lte', models.F('committed'))), output_field=models.BooleanField()),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(condition=models.Q(('reason__in', ['opening', 'put_away', 'stage', 'expect', 'adjust', 'count', 'transfer', 'produce', 'consume', 'return', 'mirror', 'forget'])), fields=['reason', '-id'], name='movement_by_reason'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(condition=models.Q(('state__in', ['incoming', 'staged'])), fields=['state', '-id'], name='movement_by_state'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['sku'], name='product_by_sku'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['name'], name='product_by_name'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('is_active', False)), fields=['sku'], name='product_inactive_by_sku'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('is_excluded', True)), fields=['sku'], name='product_excluded_by_sku'),
        ),
        migrations.RunSQL(PARTS, "DROP INDEX product_by_parts"),
        migrations.AddIndex(
            model_name='stocklevel',
            index=models.Index(condition=models.Q(('is_short', True)), fields=['product'], name='level_short'),
        ),
        migrations.AddIndex(
            model_name='stocklevel',
            index=models.Index(condition=models.Q(('is_known', False)), fields=['product'], name='level_unknown'),
        ),
    ]
