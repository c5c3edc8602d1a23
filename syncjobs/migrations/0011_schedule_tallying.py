"""Beat also keeps the tally of the communicated table; found by name and kept like the rest."""

from django.db import migrations
from django.utils import timezone

NAME = "Communicated table: tally"
TASK = "syncjobs.tasks.tally"
DESCRIPTION = (
    "Once a minute, brings up to date what the communicated table is found and sorted by. What it"
    " shows is always computed anew."
)
TIMETABLE = {
    "minute": "*",
    "hour": "*",
    "day_of_week": "*",
    "day_of_month": "*",
    "month_of_year": "*",
    "timezone": "UTC",
}


def create_schedule(apps, _schema_editor):
    CrontabSchedule = apps.get_model("django_celery_beat", "CrontabSchedule")
    PeriodicTask = apps.get_model("django_celery_beat", "PeriodicTask")
    PeriodicTasks = apps.get_model("django_celery_beat", "PeriodicTasks")
    # Another program may have left the same timetable twice: any of them serves.
    crontab = CrontabSchedule.objects.filter(**TIMETABLE).first()
    crontab = crontab or CrontabSchedule.objects.create(**TIMETABLE)
    PeriodicTask.objects.get_or_create(
        name=NAME, defaults={"task": TASK, "crontab": crontab, "description": DESCRIPTION}
    )
    # Beat looks at this moment to learn that its entries changed.
    PeriodicTasks.objects.update_or_create(ident=1, defaults={"last_update": timezone.now()})


class Migration(migrations.Migration):
    dependencies = [("syncjobs", "0010_schedule_uploads")]
    operations = [migrations.RunPython(create_schedule, migrations.RunPython.noop)]
