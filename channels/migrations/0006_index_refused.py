"""What a channel refused to hear of an order, or does not offer for sale, is found at once."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0005_index_asked'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(condition=models.Q(('is_buyable', False)), fields=['id'], name='listing_level_inactive'),
        ),
        migrations.AddIndex(
            model_name='transmission',
            index=models.Index(condition=models.Q(('status', 'failed')), fields=['id'], name='transmission_refused'),
        ),
    ]
