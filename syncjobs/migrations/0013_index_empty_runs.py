from django.db import migrations, models
from django.db.models import Q

EMPTY = Q(
    kind="due",
    status="finished",
    requested_by="",
    sent=0,
    unchanged=0,
    skipped=0,
    failed=0,
    held=0,
)


class Migration(migrations.Migration):
    dependencies = [("syncjobs", "0012_keep_backlogs")]
    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["id"], condition=EMPTY, name="run_empty"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["-id"], condition=~EMPTY, name="run_not_empty"),
        ),
    ]
