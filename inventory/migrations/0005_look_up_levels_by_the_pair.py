"""A level is looked up by product and warehouse: neither needs an index of its own beside theirs."""

import django.db.models.deletion
from django.db import migrations, models


def to(model):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="levels",
        to=f"inventory.{model}",
    )


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_index_lists")]
    operations = [
        migrations.AlterField("stocklevel", "product", to("product")),
        migrations.AlterField("stocklevel", "warehouse", to("warehouse")),
    ]
