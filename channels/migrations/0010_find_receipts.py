"""Receipts by time and of what was refused, listings by why they are not linked: found at once."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0009_find_listings'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('reason', ''), _negated=True), fields=['reason', 'id'], name='listing_reason'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['created_at'], name='publication_by_time'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('status__in', ['rejected', 'expired'])), fields=['status', '-id'], name='publication_refused'),
        ),
    ]
