"""Beat also finds what waits for partners' webhooks; found by name and kept like the rest."""

from django.db import migrations
from django.utils import timezone

NAME = "Partner API: tell webhooks"
TASK = "syncjobs.tasks.tell_all"
DESCRIPTION = (
    "Once a minute, finds what waits for partners' webhooks, also what a lost hint left behind, and"
    " forgets what was told more than 30 days ago."
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
    dependencies = [("syncjobs", "0004_schedule_forgetting")]
    operations = [migrations.RunPython(create_schedule, migrations.RunPython.noop)]
