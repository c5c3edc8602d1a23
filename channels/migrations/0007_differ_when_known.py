"""A number that is not known does not differ from what it should be: it is due."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0006_index_refused'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='listinglevel',
            name='listing_level_differs',
        ),
        migrations.AddIndex(
            model_name='listinglevel',
            index=models.Index(condition=models.Q(('acknowledged__isnull', False), ('should__isnull', False), models.Q(('should', models.F('acknowledged')), _negated=True), models.Q(('is_once', True), ('is_update_asked', False), _negated=True)), fields=['id'], name='listing_level_differs'),
        ),
    ]
