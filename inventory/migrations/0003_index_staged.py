from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_index_lists")]
    operations = [
        migrations.AddIndex(
            model_name="stocklevel",
            index=models.Index(condition=models.Q(("staged__gt", 0)), fields=["product"], name="level_staged"),
        ),
    ]
