from django.db import migrations


class Migration(migrations.Migration):
    """Sending by hand has a permission of its own; the table itself can only be viewed."""

    dependencies = [("channels", "0002_create_views")]
    operations = [
        migrations.AlterModelOptions(
            name="communicated",
            options={
                "managed": False,
                "ordering": ["product__sku", "channel_id", "location_id"],
                "verbose_name": "communicated quantity",
                "verbose_name_plural": "Communicate inventory to external sources",
                "default_permissions": ["view"],
                "permissions": [
                    ("send_communicated", "Can confirm and send quantities to channels by hand")
                ],
            },
        ),
    ]
