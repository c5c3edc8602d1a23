import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0002_create_views"),
        ("syncjobs", "0011_schedule_tallying"),
    ]
    operations = [
        migrations.CreateModel(
            name="Backlog",
            fields=[
                ("channel", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="kept_backlog", serialize=False, to="channels.channel")),
                ("waiting", models.PositiveIntegerField(help_text="Levels that are due and may be sent.")),
                ("oldest_due_at", models.DateTimeField(null=True)),
                ("counted_at", models.DateTimeField()),
            ],
        ),
    ]
