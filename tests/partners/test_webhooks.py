"""What happens reaches a partner's receiver: signed, at least once, of one thing in its order."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from partners import telling
from partners.models import ApiKey, Delivery, Event, Webhook
from partners.telling import lease, outcome
from tests.chaos.world import database_url
from tests.partners.listening import DELIVERED, WAITING, Clock, happen, listen, statuses
from tests.partners.receiver import Receiver, Taken

pytestmark = pytest.mark.django_db
GIVEN_UP = Delivery.Status.GIVEN_UP


def test_an_event_is_posted_as_json_with_a_signature_that_verifies(
    receiver: Receiver, webhook: Webhook
) -> None:
    happen("listing-level:12")
    assert not telling.tell(webhook.pk)
    [taken] = receiver.taken
    event = Event.objects.get()
    assert Verifier(webhook.secret["current"]).verify(taken.body, taken.headers) == {
        "id": f"evt_{event.pk}",
        "topic": "communicated-inventory.changed",
        "happened_at": event.happened_at.isoformat().replace("+00:00", "Z"),
        "data": {"resource": "listing-level:12"},
    }
    assert (taken.path, taken.headers["content-type"]) == ("/hook", "application/json")
    assert taken.message_id == f"evt_{event.pk}"
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.answered) == (DELIVERED, 1, 204)


def test_another_secret_or_another_body_does_not_verify(
    receiver: Receiver, webhook: Webhook
) -> None:
    happen()
    telling.tell(webhook.pk)
    [taken] = receiver.taken
    with pytest.raises(WebhookVerificationError):
        Verifier(webhook.secret["current"]).verify(taken.body + b" ", taken.headers)
    telling.rotate_secret(webhook)
    with pytest.raises(WebhookVerificationError):
        Verifier(webhook.secret["current"]).verify(taken.body, taken.headers)


def test_for_a_day_after_a_rotation_both_secrets_verify(
    receiver: Receiver, webhook: Webhook, clock: Clock
) -> None:
    old = webhook.secret["current"]
    new = telling.rotate_secret(webhook)
    happen()
    telling.tell(webhook.pk)
    for secret in (old, new):
        assert Verifier(secret).verify(receiver.taken[0].body, receiver.taken[0].headers)
    happen()
    clock.let_pass(hours=25)
    telling.tell(webhook.pk, clock)
    assert len(receiver.taken[1].headers["webhook-signature"].split()) == 1


def test_events_of_one_resource_keep_their_order_and_a_stuck_one_holds_back_no_other(
    receiver: Receiver, webhook: Webhook, clock: Clock
) -> None:
    def answer(taken: Taken) -> int:
        return 500 if taken.told["data"]["resource"] == "thing:1" else 204

    receiver.answer = answer
    for _ in range(3):
        happen("thing:1")
        happen("thing:2")
    telling.tell(webhook.pk, clock)
    tried = [each.told["data"]["resource"] for each in receiver.taken]
    assert tried == ["thing:1", "thing:2", "thing:2", "thing:2"]

    happen("thing:1")  # newer, and not before the older ones
    clock.let_pass(seconds=1)
    assert not telling.tell(webhook.pk, clock)
    assert len(receiver.taken) == 4

    receiver.heal()
    receiver.taken.clear()
    clock.let_pass(hours=1)
    telling.tell(webhook.pk, clock)
    events = Event.objects.filter(resource="thing:1").order_by("pk")
    assert receiver.ids == [f"evt_{event.pk}" for event in events]
    assert set(statuses(webhook)) == {DELIVERED}


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
def test_what_is_not_taken_is_sent_again_later_under_the_same_id(
    receiver: Receiver, webhook: Webhook, clock: Clock, status: int
) -> None:
    receiver.fail(status)
    receiver.extra = {"Location": receiver.url}
    happen()
    begun = clock()
    assert not telling.tell(webhook.pk, clock)
    first = Delivery.objects.get()
    assert (first.status, first.attempts, first.answered) == (WAITING, 1, status)
    assert str(status) in first.problem
    assert begun + 0.75 * outcome.FIRST_REST <= first.next_at
    assert first.next_at <= clock() + 1.25 * outcome.FIRST_REST
    clock.let_pass(seconds=10)
    telling.tell(webhook.pk, clock)
    second = Delivery.objects.get()
    assert second.next_at - clock() > timedelta(seconds=10)
    receiver.heal()
    clock.let_pass(minutes=5)
    telling.tell(webhook.pk, clock)
    assert len(receiver.ids) == 3
    assert len(set(receiver.ids)) == 1
    assert (statuses(webhook), Webhook.objects.get().failing_since) == ([DELIVERED], None)


@pytest.mark.django_db(transaction=True)
def test_a_teller_killed_between_sending_and_recording_sends_it_again_under_the_same_id(
    receiver: Receiver, webhook: Webhook
) -> None:
    happen()
    program = (
        "import sys, django; django.setup(); from partners import telling;"
        "telling.tell(int(sys.argv[1]))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(webhook.pk)],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "STOCKCAST_WEBHOOK_PRIVATE": "127.0.0.0/8",
        },
    )

    def kill(_: Taken) -> int:
        child.send_signal(signal.SIGKILL)
        child.wait(30)
        return 204

    receiver.answer = kill
    try:
        assert child.wait(60) == -signal.SIGKILL
    finally:
        child.kill()
    assert (len(receiver.taken), statuses(webhook)) == (1, [WAITING])

    receiver.heal()
    telling.tell(webhook.pk)
    assert len(receiver.taken) == 2
    assert len(set(receiver.ids)) == 1
    assert receiver.taken[0].body == receiver.taken[1].body
    assert statuses(webhook) == [DELIVERED]


def test_after_three_days_without_any_success_the_webhook_is_disabled_and_what_waits_is_kept(
    receiver: Receiver, webhook: Webhook, clock: Clock
) -> None:
    receiver.fail(503)
    happen("thing:1", 2)
    happen("thing:2")
    begun = clock()
    attempts = 0
    while Webhook.objects.get().is_active:
        telling.tell(webhook.pk, clock)
        attempts += 1
        assert attempts < 200
        waiting = Delivery.objects.filter(status=WAITING).order_by("next_at").first()
        assert waiting is not None
        clock.come_to(waiting.next_at)
    failed = Webhook.objects.get()
    assert failed.disabled_at is not None
    assert timedelta(days=3) <= failed.disabled_at - begun < timedelta(days=3, minutes=1)
    assert "503" in failed.disabled_reason
    assert "3 days" in failed.disabled_reason
    assert statuses(webhook) == [WAITING] * 3

    happen("thing:3")  # nobody listens now
    assert Event.objects.count() == 3
    receiver.heal()
    receiver.taken.clear()
    assert not telling.tell(webhook.pk, clock)
    assert not receiver.taken
    telling.enable(failed)
    telling.tell(webhook.pk)
    assert (len(receiver.taken), statuses(webhook)) == (3, [DELIVERED] * 3)


def test_one_event_that_is_never_taken_is_given_up_after_three_days_while_others_are_told(
    receiver: Receiver, webhook: Webhook, clock: Clock
) -> None:
    receiver.answer = lambda taken: 500 if "thing:1" in taken.body.decode() else 204
    happen("thing:1")
    for _ in range(100):
        telling.tell(webhook.pk, clock)
        stuck = Delivery.objects.order_by("pk")[0]
        if stuck.status != WAITING:
            break
        clock.come_to(stuck.next_at)
        happen("thing:2")
    assert (stuck.status, Webhook.objects.get().is_active) == (GIVEN_UP, True)
    assert "500" in stuck.problem


def test_410_gone_disables_at_once(receiver: Receiver, webhook: Webhook) -> None:
    receiver.fail(410)
    happen("thing:1")
    happen("thing:2")
    telling.tell(webhook.pk)
    gone = Webhook.objects.get()
    assert (gone.is_active, len(receiver.taken)) == (False, 1)
    assert "410" in gone.disabled_reason
    assert statuses(webhook) == [WAITING, WAITING]


def test_a_dead_receiver_costs_a_few_attempts_and_then_rests(
    receiver: Receiver, webhook: Webhook, clock: Clock
) -> None:
    receiver.fail()
    for number in range(30):
        happen(f"thing:{number}")
    assert not telling.tell(webhook.pk, clock)
    assert len(receiver.taken) == 5
    assert telling.due(clock()) == []
    receiver.heal()
    clock.let_pass(minutes=2)
    assert telling.due(clock()) == [webhook.pk]
    while telling.tell(webhook.pk, clock):
        assert len(receiver.taken) < 100
    assert set(statuses(webhook)) == {DELIVERED}


@pytest.mark.django_db(transaction=True)
def test_two_tellers_never_tell_one_webhook_at_once(receiver: Receiver, webhook: Webhook) -> None:
    happen()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [lease.NAMESPACE, webhook.pk])
            assert not telling.tell(webhook.pk)
            assert not receiver.taken
            # A session that ends gives its lock back a moment later.
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [lease.NAMESPACE, webhook.pk])
    finally:
        other.close()
    telling.tell(webhook.pk)
    assert len(receiver.taken) == 1


def test_a_replay_sends_again_in_order_under_the_same_ids(
    receiver: Receiver, webhook: Webhook
) -> None:
    happen("thing:1", 3)
    telling.tell(webhook.pk)
    first = receiver.ids
    assert telling.replay(webhook.deliveries.all()[:2]) == 2
    telling.tell(webhook.pk)
    assert receiver.ids == first + first[1:]


def test_nothing_is_sent_that_the_partner_may_not_read_any_more(
    receiver: Receiver, webhook: Webhook
) -> None:
    happen()
    ApiKey.objects.update(revoked_at=timezone.now())
    telling.tell(webhook.pk)
    assert (receiver.taken, statuses(webhook)) == ([], [GIVEN_UP])


def test_nothing_is_sent_while_the_partner_is_switched_off(
    receiver: Receiver, webhook: Webhook
) -> None:
    happen()
    webhook.partner.is_active = False
    webhook.partner.save()
    assert telling.due(timezone.now()) == []
    assert not telling.tell(webhook.pk)
    assert (receiver.taken, statuses(webhook)) == ([], [WAITING])


def test_each_webhook_is_told_for_itself(receiver: Receiver, webhook: Webhook) -> None:
    other = listen(receiver, name="Other")
    happen()
    telling.tell(webhook.pk)
    assert (statuses(webhook), statuses(other)) == ([DELIVERED], [WAITING])


def test_told_events_are_forgotten_after_thirty_days_and_what_waits_is_kept(
    receiver: Receiver, webhook: Webhook
) -> None:
    happen("thing:1", 3)
    telling.tell(webhook.pk)
    happen("thing:2")
    Event.objects.update(happened_at=timezone.now() - timedelta(days=31))
    happen("thing:3")
    assert telling.forget_old(timezone.now()) == 3
    assert list(Event.objects.order_by("pk").values_list("resource", flat=True)) == [
        "thing:2",
        "thing:3",
    ]


def test_a_webhook_that_is_deleted_takes_its_deliveries_along(
    receiver: Receiver, webhook: Webhook
) -> None:
    happen()
    telling.remove(webhook)
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)
    assert not telling.tell(webhook.pk or 1)


def test_no_secret_is_in_the_log(
    receiver: Receiver, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.fail(410)
    Webhook.objects.update(url=f"{receiver.url}?token=hidden")
    happen()
    with caplog.at_level(logging.DEBUG):
        telling.tell(webhook.pk)
    assert "410" in caplog.text
    assert webhook.secret["current"] not in caplog.text
    assert "hidden" not in caplog.text
