"""What beat starts out of the box; edited in the admin afterwards, so found by name and kept."""

from django.db import migrations

from syncjobs.migrations._beat import keep

ENTRIES = [
    (
        "Sweep: send what is due",
        "*/15",
        "syncjobs.tasks.sweep",
        "Sends whatever waits on any channel, also what a lost hint left behind.",
    ),
    (
        "New products: send those ticked on an earlier day",
        "*/15",
        "syncjobs.tasks.send_new_products",
        "Only looks whose hour has come: each channel has its own, 07:00 local unless changed.",
    ),
    (
        "Orders: take what changed at the channels",
        "*/5",
        "syncjobs.tasks.take_orders",
        "Asks every channel for orders that changed since the last look.",
    ),
    (
        "Comparison: read what the channels show",
        "*/15",
        "syncjobs.tasks.compare",
        "Reads each channel's numbers, compares them with ours, and keeps what differs with its"
        " cause.",
    ),
    (
        "Webhooks: create what is missing",
        "7",
        "syncjobs.tasks.subscribe",
        "Once an hour, asks every channel whether it still sends us its webhooks.",
    ),
    (
        "Retry: channels that have rested after an error",
        "*",
        "syncjobs.tasks.retry",
        "Goes on with a channel as soon as its rest after an error is over.",
    ),
]


def create_schedules(apps, _schema_editor):
    for name, minute, task, description in ENTRIES:
        keep(apps, name, task, description, minute)


class Migration(migrations.Migration):
    dependencies = [
        ("syncjobs", "0002_create_groups"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create_schedules, migrations.RunPython.noop)]
