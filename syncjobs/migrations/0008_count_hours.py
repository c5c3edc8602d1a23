import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0002_create_views"),
        ("syncjobs", "0007_index_logs"),
    ]
    operations = [
        migrations.CreateModel(
            name="Hour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins_at", models.DateTimeField(unique=True)),
                ("sent", models.PositiveIntegerField(help_text="Numbers told, answered within it and not rejected.")),
                ("rejected", models.PositiveIntegerField(help_text="Numbers told and rejected within it.")),
                ("median", models.FloatField(help_text="Seconds from commit to acknowledgement, of half of the changes told.", null=True)),
                ("slowest", models.FloatField(help_text="The same of 99 of 100.", null=True)),
            ],
            options={"ordering": ["-begins_at"]},
        ),
        migrations.CreateModel(
            name="HourMoved",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=10)),
                ("lines", models.PositiveIntegerField()),
                ("hour", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="moved", to="syncjobs.hour")),
            ],
        ),
        migrations.CreateModel(
            name="HourLogged",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("lines", models.PositiveIntegerField()),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="channels.channel")),
                ("hour", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="logged", to="syncjobs.hour")),
            ],
        ),
        migrations.AddConstraint(
            model_name="hourmoved",
            constraint=models.UniqueConstraint(fields=("hour", "reason"), name="one_count_per_hour_and_reason"),
        ),
        migrations.AddConstraint(
            model_name="hourlogged",
            constraint=models.UniqueConstraint(fields=("hour", "channel", "code"), name="one_count_per_hour_channel_and_code"),
        ),
        migrations.AddConstraint(
            model_name="hourlogged",
            constraint=models.CheckConstraint(condition=models.Q(("lines__gt", 0)), name="only_what_was_logged"),
        ),
        migrations.AlterField(
            model_name="processlog",
            name="code",
            field=models.CharField(max_length=40, verbose_name="reason"),
        ),
        migrations.AddIndex(
            model_name="processlog",
            index=models.Index(fields=["code", "-id"], name="log_by_code"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(condition=models.Q(("status", "paused")), fields=["channel"], name="run_paused"),
        ),
    ]
