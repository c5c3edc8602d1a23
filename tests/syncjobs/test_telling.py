"""Tellers of partners' webhooks are woken by commits, and by the clock where a hint was lost."""

from __future__ import annotations

import pytest
from django_celery_beat.models import PeriodicTask

from partners.models import Webhook
from syncjobs import hints, tasks
from tests.partners.listening import DELIVERED, happen, listen, statuses
from tests.partners.receiver import receiving
from tests.syncjobs.outages import own_redis, stop

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_sweep_wakes_every_webhook_that_something_waits_for_and_the_task_tells_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    woken: list[int] = []
    monkeypatch.setattr("django.conf.settings.WEBHOOK_PRIVATE_HOSTS", ["127.0.0.1"])
    with receiving() as receiver, own_redis(monkeypatch) as (server, _):
        monkeypatch.setattr("django.conf.settings.WEBHOOK_PRIVATE_HOSTS", ["127.0.0.1"])
        monkeypatch.setattr(hints, "_tell", woken.append)
        first, second = listen(receiver, name="One"), listen(receiver, name="Two")
        tasks.tell_all()
        assert woken == []  # nothing waits
        happen()
        assert woken == [first.pk, second.pk]
        tasks.tell_all()
        assert woken == [first.pk, second.pk]  # their hints are on their way
        tasks.tell(first.pk)
        tasks.tell_all()
        happen()
        assert woken == [first.pk, second.pk, first.pk]
        stop(server)
        hints._resting_until = 0.0
        tasks.tell_all()  # no broker: nobody is woken, and nothing breaks
        tasks.tell(second.pk)
        assert statuses(second) == [DELIVERED, DELIVERED]
        assert Webhook.objects.count() == 2


def test_beat_looks_every_minute() -> None:
    entry = PeriodicTask.objects.get(task="syncjobs.tasks.tell_all")
    assert entry.crontab is not None
    assert (entry.enabled, entry.crontab.minute, entry.crontab.hour) == (True, "*", "*")
