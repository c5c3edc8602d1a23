"""What people do with a webhook stands, though it is being told just then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners import telling
from partners.models import Delivery, Webhook
from partners.telling import queueing
from tests.api import Api
from tests.partners.listening import DELIVERED, Clock, happen, statuses
from tests.partners.receiver import Receiver, Taken

pytestmark = pytest.mark.django_db(transaction=True)
Deed = Callable[[], object]


def elsewhere(deed: Deed) -> threading.Thread:
    """Do it in a thread with a connection of its own."""

    def run() -> None:
        try:
            deed()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until_it_waits(thread: threading.Thread) -> None:
    """Until another session waits for a lock of this one."""
    deadline = time.monotonic() + 30
    asked = """
        SELECT EXISTS (SELECT FROM pg_locks
            WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
    """
    with connection.cursor() as cursor:
        while not cursor.execute(asked).fetchone()[0]:
            assert thread.is_alive(), "it never waited"
            assert time.monotonic() < deadline, "nobody ever waited"
            thread.join(0.02)


def meanwhile(deed: Deed, status: int) -> Callable[[Taken], int]:
    """A receiver's answer, before whose first one that is done."""
    done: list[bool] = []

    def answer(_: Taken) -> int:
        if not done:
            done.append(True)
            elsewhere(deed).join(30)
        return status

    return answer


@pytest.mark.parametrize("status", [204, 410, 500])
def test_one_that_is_deleted_meanwhile_ends_the_run_in_peace(
    receiver: Receiver, webhook: Webhook, status: int
) -> None:
    receiver.answer = meanwhile(lambda: Webhook.objects.filter(pk=webhook.pk).delete(), status)
    happen()
    assert not telling.tell(webhook.pk)
    assert len(receiver.taken) == 1


def test_one_that_is_enabled_while_it_fails_for_the_last_time_stays_enabled(
    receiver: Receiver, webhook: Webhook, clock: Clock
) -> None:
    receiver.fail()
    happen()
    telling.tell(webhook.pk, clock)
    clock.let_pass(days=3, minutes=5)
    receiver.answer = meanwhile(lambda: telling.enable(Webhook.objects.get()), 500)
    telling.tell(webhook.pk, clock)
    kept = Webhook.objects.get()
    assert (kept.is_active, kept.failures, Delivery.objects.get().attempts) == (True, 1, 1)


def test_one_that_is_enabled_while_it_answers_410_is_asked_again(
    receiver: Receiver, webhook: Webhook
) -> None:
    def enable() -> None:
        held = Webhook.objects.get()
        telling.disable(held)
        telling.enable(held)
        receiver.heal()

    receiver.answer = meanwhile(enable, 410)
    happen()
    telling.tell(webhook.pk)
    assert (Webhook.objects.get().is_active, statuses(webhook)) == (True, [DELIVERED])


def test_who_switches_it_off_while_it_fails_is_not_overruled(
    receiver: Receiver, webhook: Webhook
) -> None:
    receiver.answer = meanwhile(lambda: telling.disable(Webhook.objects.get()), 410)
    happen()
    telling.tell(webhook.pk)
    assert Webhook.objects.get().disabled_reason == telling.SUSPENDED


def test_what_is_taken_while_it_is_switched_off_is_not_told_again(
    receiver: Receiver, webhook: Webhook
) -> None:
    receiver.answer = meanwhile(lambda: telling.disable(Webhook.objects.get()), 204)
    happen()
    Webhook.objects.update(failures=1, failing_since=timezone.now())
    telling.tell(webhook.pk)
    assert statuses(webhook) == [DELIVERED]


@pytest.mark.parametrize("status", [204, 500])
def test_a_replay_asked_for_while_it_is_told_is_told_again(
    receiver: Receiver, webhook: Webhook, status: int
) -> None:
    def replay() -> None:
        telling.replay(Delivery.objects.all())
        receiver.heal()

    receiver.answer = meanwhile(replay, status)
    happen()
    telling.tell(webhook.pk)
    assert (len(receiver.taken), statuses(webhook)) == (2, [DELIVERED])


@pytest.mark.parametrize("step", ["", "rotate-secret", "test", "enable", "replay"])
def test_one_that_is_deleted_while_a_request_waits_for_it_is_not_there(api: Api, step: str) -> None:
    body = {"url": "https://example.com/x", "topics": ["asn.sent"]}
    path = f"/webhooks/{api.post('/webhooks', body).json()['id']}"
    if step == "enable":
        Webhook.objects.update(is_active=False)
    given = {"since": "2026-01-01T00:00:00Z"} if step == "replay" else {}
    told: list[int] = []

    def call() -> None:
        asked = api.post(f"{path}/{step}", given) if step else api.delete(path, If_Match="*")
        told.append(asked.status_code)

    with transaction.atomic():
        held = Webhook.objects.select_for_update().get()
        thread = elsewhere(call)
        wait_until_it_waits(thread)
        held.delete()
    thread.join(30)
    assert told == [404]


def test_what_is_due_is_judged_once_for_a_batch(webhook: Webhook) -> None:
    costs = []
    for number in (1, 19):
        for each in range(number):
            happen(f"thing:{number}:{each}")
        with CaptureQueriesContext(connection) as captured:
            assert queueing.take(webhook, timezone.now())
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 5
