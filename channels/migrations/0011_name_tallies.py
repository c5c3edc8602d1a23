from django.db import migrations


class Migration(migrations.Migration):
    """What these are called; nothing changes in the database."""

    dependencies = [("channels", "0010_find_receipts")]

    operations = [
        migrations.AlterModelOptions(
            name="entry",
            options={
                "default_permissions": [],
                "managed": False,
                "ordering": ["sku", "channel_id", "location_id"],
                "verbose_name": "row of the communicated table",
                "verbose_name_plural": "rows of the communicated table",
            },
        ),
        migrations.AlterModelOptions(
            name="tally", options={"verbose_name": "tally", "verbose_name_plural": "tallies"}
        ),
    ]
