"""An order of a channel is found by its number or its id there, whatever their case."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0007_differ_when_known'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='channelorder',
            index=models.Index(django.db.models.functions.text.Upper('number'), name='channel_order_by_number'),
        ),
        migrations.AddIndex(
            model_name='channelorder',
            index=models.Index(django.db.models.functions.text.Upper('external_id'), name='channel_order_by_id'),
        ),
    ]
