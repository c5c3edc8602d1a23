"""Beat also finds uploaded files that wait; warehouse managers and CSMs look at files. Which kinds
of files somebody may bring in follows from what they may change anyway.

A schedule is found by name and kept as it is; a group that was renamed or deleted is left alone.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from syncjobs.migrations._beat import keep

NAME = "Files: check and apply"
TASK = "syncjobs.tasks.work_on_files"
DESCRIPTION = (
    "Once a minute, finds uploaded files that wait to be checked or applied, also what a lost hint"
    " left behind, and forgets what files did more than 90 days ago."
)
GROUPS = ["Warehouse manager", "CSM"]


def create_schedule(apps, _schema_editor):
    keep(apps, NAME, TASK, DESCRIPTION)


def create_missing_permissions(apps):
    """Django creates permissions after the last migration only, which is too late for groups."""
    config = apps.get_app_config("syncjobs")
    before = getattr(config, "models_module", None)
    config.models_module = before or True  # a historical app looks as if it had no models
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = before


def let_look(apps, _schema_editor):
    create_missing_permissions(apps)
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="syncjobs", codename="view_upload"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("syncjobs", "0009_create_uploads"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [
        migrations.RunPython(create_schedule, migrations.RunPython.noop),
        migrations.RunPython(let_look, migrations.RunPython.noop),
    ]
