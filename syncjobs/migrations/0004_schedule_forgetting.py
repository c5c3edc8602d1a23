"""Beat also forgets what partners were answered long ago; found by name and kept like the rest."""

from django.db import migrations

from syncjobs.migrations._beat import keep

NAME = "Partner API: forget old answers"
TASK = "syncjobs.tasks.forget_answers"
DESCRIPTION = (
    "Once an hour, deletes kept answers to partners' requests that are older than a day: their"
    " Idempotency-Keys count as new by then."
)


def create_schedule(apps, _schema_editor):
    keep(apps, NAME, TASK, DESCRIPTION, minute="37")


class Migration(migrations.Migration):
    dependencies = [("syncjobs", "0003_create_schedules")]
    operations = [migrations.RunPython(create_schedule, migrations.RunPython.noop)]
