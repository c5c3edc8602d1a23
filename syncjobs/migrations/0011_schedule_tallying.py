"""Beat also keeps the tally of the communicated table; found by name and kept like the rest."""

from django.db import migrations

from syncjobs.migrations._beat import keep

NAME = "Communicated table: tally"
TASK = "syncjobs.tasks.tally"
DESCRIPTION = (
    "Once a minute, brings up to date what the communicated table is found and sorted by. What it"
    " shows is always computed anew."
)


def create_schedule(apps, _schema_editor):
    keep(apps, NAME, TASK, DESCRIPTION)


class Migration(migrations.Migration):
    dependencies = [("syncjobs", "0010_schedule_uploads")]
    operations = [migrations.RunPython(create_schedule, migrations.RunPython.noop)]
