"""The history of one object is asked for by its page, and by each answer that may come twice."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("admin", "0003_logentry_add_action_flag_choices")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS desk_history_of_object"
            " ON django_admin_log (content_type_id, object_id, id)",
            "DROP INDEX IF EXISTS desk_history_of_object",
        )
    ]
