from django.db import migrations, models


class Migration(migrations.Migration):
    """Lines of the log keep the number of the order they are about; those before it say it in
    their message."""

    dependencies = [("syncjobs", "0013_index_empty_runs")]

    operations = [
        migrations.AddField(
            model_name="processlog",
            name="order_number",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=255, verbose_name="order"
            ),
        ),
    ]
