from django.db import migrations


class Migration(migrations.Migration):
    """What these are called; nothing changes in the database."""

    dependencies = [("syncjobs", "0015_find_order_numbers")]

    operations = [
        migrations.AlterModelOptions(
            name="hourmoved",
            options={
                "verbose_name": "movements of an hour",
                "verbose_name_plural": "movements by the hour",
            },
        ),
        migrations.AlterModelOptions(
            name="hourlogged",
            options={
                "verbose_name": "process logs of an hour",
                "verbose_name_plural": "process logs by the hour",
            },
        ),
    ]
