"""The entries that beat starts with are made once, and edits of them are kept."""

from __future__ import annotations

from importlib import import_module

import pytest
from celery import current_app
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from config.celery import app

pytestmark = pytest.mark.django_db

MIGRATION = import_module("syncjobs.migrations.0003_create_schedules")


@pytest.fixture
def entries() -> dict[str, PeriodicTask]:
    MIGRATION.create_schedules(apps, None)
    return {task.name: task for task in PeriodicTask.objects.all()}


def test_the_sweep_and_new_products_are_looked_at_every_15_minutes(
    entries: dict[str, PeriodicTask],
) -> None:
    for name in (
        "Sweep: send what is due",
        "New products: send those ticked on an earlier day",
    ):
        crontab = entries[name].crontab
        assert (crontab.minute, crontab.hour, entries[name].enabled) == ("*/15", "*", True)


def test_every_entry_names_a_task_that_there_is(entries: dict[str, PeriodicTask]) -> None:
    app.loader.import_default_modules()

    assert {name for _, _, name, _ in MIGRATION.ENTRIES} <= set(current_app.tasks)
    assert len(entries) >= len(MIGRATION.ENTRIES)


def test_an_edited_entry_is_kept_when_it_is_made_again(entries: dict[str, PeriodicTask]) -> None:
    entry = entries["Sweep: send what is due"]
    entry.enabled, entry.description = False, "Ours"
    entry.save()

    MIGRATION.create_schedules(apps, None)

    entry.refresh_from_db()
    assert (entry.enabled, entry.description) == (False, "Ours")
    assert PeriodicTask.objects.filter(name=entry.name).count() == 1


def test_the_row_that_celery_adds_for_itself_is_not_shown(
    admin_client: Client, entries: dict[str, PeriodicTask]
) -> None:
    entry = entries["Sweep: send what is due"]
    PeriodicTask.objects.create(
        name="celery.backend_cleanup", task="celery.backend_cleanup", crontab=entry.crontab
    )

    page = admin_client.get(reverse("admin:django_celery_beat_periodictask_changelist"))

    assert entry.name in page.text
    assert "backend_cleanup" not in page.text


def test_a_schedule_is_told_without_the_words_of_programs(
    admin_client: Client, entries: dict[str, PeriodicTask]
) -> None:
    entry = entries["Sweep: send what is due"]
    page = reverse("admin:django_celery_beat_periodictask_change", args=[entry.pk])
    timetable = reverse("admin:django_celery_beat_crontabschedule_change", args=[entry.crontab_id])

    html = admin_client.get(page).content.decode()
    clock = admin_client.get(timetable).content.decode()

    assert "By the clock" in html
    assert "Every 15 minutes" in html
    assert "Set to False" not in html
    assert "Every 15 minutes" in clock
    assert "Cron " not in clock
    assert entry.name in clock
