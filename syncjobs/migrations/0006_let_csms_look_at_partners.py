"""CSMs look at partners, their keys and webhooks; administrators alone change them.

These models are newer than the groups, so nobody can have decided otherwise on purpose. A group
that was renamed or deleted is left alone.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUP = "CSM"
LOOK_AT = ["partner", "apikey", "webhook", "event", "delivery"]


def create_missing_permissions(apps):
    """Django creates permissions after the last migration only, which is too late for groups."""
    config = apps.get_app_config("partners")
    before = getattr(config, "models_module", None)
    config.models_module = before or True  # a historical app looks as if it had no models
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = before


def let_look(apps, _schema_editor):
    create_missing_permissions(apps)
    group = apps.get_model("auth", "Group").objects.filter(name=GROUP).first()
    if group is not None:
        permissions = apps.get_model("auth", "Permission").objects.filter(
            content_type__app_label="partners", codename__in=[f"view_{name}" for name in LOOK_AT]
        )
        group.permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("syncjobs", "0005_schedule_telling"),
        ("partners", "0001_create_partners"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(let_look, migrations.RunPython.noop)]
