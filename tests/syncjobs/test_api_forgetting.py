"""Answers kept for partners' repeated requests are forgotten once they count no more."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from celery import current_app
from django.apps import apps
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from pytest_django import DjangoAssertNumQueries

from config.celery import app
from inventory.models import Product
from partners.models import Answer
from partners.rest import repeats
from syncjobs import tasks
from tests.api import Api

pytestmark = pytest.mark.django_db

MIGRATION = import_module("syncjobs.migrations.0004_schedule_forgetting")


def post(api: Api, key: str, sku: str) -> int:
    answer = api.post("/products", {"sku": sku, "name": sku}, Idempotency_Key=key)
    return int(answer.status_code)


def age(hours: float, *keys: str) -> None:
    """Let these answers be so old."""
    then = timezone.now() - timedelta(hours=hours)
    Answer.objects.filter(key__in=keys).update(created_at=then)


def test_the_task_forgets_what_counts_no_more_and_keeps_the_rest(api: Api) -> None:
    for number in range(3):
        assert post(api, f"key-{number}", f"NEW-{number}") == 201
    age(25.1, "key-0")
    age(23.9, "key-1")

    tasks.forget_answers()

    assert set(Answer.objects.values_list("key", flat=True)) == {"key-1", "key-2"}
    assert post(api, "key-1", "NEW-1") == 201  # still the answer of the first time
    assert Product.objects.filter(sku="NEW-1").count() == 1


def test_an_answer_that_just_stopped_counting_is_left_to_whoever_may_be_reading_it(
    api: Api,
) -> None:
    post(api, "key", "NEW")
    age(24.5, "key")
    assert repeats.forget_old() == 0


def test_old_answers_go_a_bounded_number_at_a_time(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kept = [
        Answer(partner=api.key.partner, key=f"key-{number}", fingerprint="x") for number in range(7)
    ]
    Answer.objects.bulk_create(kept)
    age(30, *[each.key for each in kept])

    with django_assert_num_queries(3):
        assert repeats.forget_old(at_once=3) == 7
    assert not Answer.objects.exists()


def test_beat_does_it_every_hour_and_edits_of_the_entry_are_kept() -> None:
    MIGRATION.create_schedule(apps, None)
    entry = PeriodicTask.objects.get(name=MIGRATION.NAME)
    assert (entry.crontab.minute, entry.crontab.hour, entry.enabled) == ("37", "*", True)
    app.loader.import_default_modules()
    assert entry.task in current_app.tasks

    PeriodicTask.objects.filter(pk=entry.pk).update(enabled=False)
    MIGRATION.create_schedule(apps, None)

    assert not PeriodicTask.objects.get(name=MIGRATION.NAME).enabled
