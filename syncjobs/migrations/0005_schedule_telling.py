"""Beat also finds what waits for partners' webhooks; found by name and kept like the rest."""

from django.db import migrations

from syncjobs.migrations._beat import keep

NAME = "Partner API: tell webhooks"
TASK = "syncjobs.tasks.tell_all"
DESCRIPTION = (
    "Once a minute, finds what waits for partners' webhooks, also what a lost hint left behind, and"
    " forgets what was told more than 30 days ago."
)


def create_schedule(apps, _schema_editor):
    keep(apps, NAME, TASK, DESCRIPTION)


class Migration(migrations.Migration):
    dependencies = [("syncjobs", "0004_schedule_forgetting")]
    operations = [migrations.RunPython(create_schedule, migrations.RunPython.noop)]
