"""Entries of beat that migrations make. Django takes no module that begins with _ for a migration."""

from django.utils import timezone


def keep(apps, name, task, description, minute="*"):
    """Beat starts the task in these minutes of every hour (a crontab's field, UTC). People edit
    entries in the admin: one is found by its name and left as it is."""
    CrontabSchedule = apps.get_model("django_celery_beat", "CrontabSchedule")
    PeriodicTask = apps.get_model("django_celery_beat", "PeriodicTask")
    PeriodicTasks = apps.get_model("django_celery_beat", "PeriodicTasks")
    every = dict.fromkeys(["hour", "day_of_week", "day_of_month", "month_of_year"], "*")
    timetable = {"minute": minute, **every, "timezone": "UTC"}
    # Another program may have left the same timetable twice: any of them serves.
    crontab = CrontabSchedule.objects.filter(**timetable).first()
    crontab = crontab or CrontabSchedule.objects.create(**timetable)
    PeriodicTask.objects.get_or_create(
        name=name, defaults={"task": task, "crontab": crontab, "description": description}
    )
    # Beat looks at this moment to learn that its entries changed.
    PeriodicTasks.objects.update_or_create(ident=1, defaults={"last_update": timezone.now()})
