"""What somebody asked to be told again is found at once."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0004_index_lists'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(condition=models.Q(('stale_version__gt', models.F('pushed_version')), ('acknowledged_at__isnull', False), ('is_update_asked', True)), fields=['id'], name='listing_level_asked'),
        ),
    ]
