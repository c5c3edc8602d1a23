"""Webhooks and deliveries in the back office: looked at, switched, told again."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from desk.cells import list_of, page_of
from partners import telling
from partners.models import Delivery, Event, Partner, Webhook
from tests.pretend import person

pytestmark = pytest.mark.django_db

LOOK = ["partners.view_partner", "partners.view_webhook", "partners.view_delivery"]
YES = {"_form_submitted": "True", "key": "once"}


@pytest.fixture
def webhook(db: None) -> Webhook:
    partner = Partner.objects.create(name="Acme Logistics")
    secret = {"current": "whsec_before"}
    url = "https://hooks.example.com/stock"
    return Webhook.objects.create(partner=partner, url=url, topics=["order.placed"], secret=secret)


def told(webhook: Webhook, status: str = "given_up", number: int = 1) -> Delivery:
    """An event that was told, or not."""
    event = Event.objects.create(
        topic="order.placed", resource=f"sales-order:{number}", data={"number": f"SO-{number}"}
    )
    return Delivery.objects.create(
        webhook=webhook, event=event, resource=event.resource, status=status, problem="It said 500"
    )


def action(name: str, thing: Webhook | Delivery) -> str:
    return reverse(f"admin:partners_{type(thing).__name__.lower()}_{name}", args=[thing.pk])


def test_a_disabled_webhook_says_why_and_is_enabled_again(
    admin_client: Client, webhook: Webhook
) -> None:
    telling.disable(webhook, "Nothing was taken for three days.")
    page = admin_client.get(page_of(webhook)).text
    assert "Nothing was taken for three days." in page
    assert "Disabled" in page
    assert action("disable", webhook) not in page

    admin_client.post(action("enable", webhook), YES)

    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_at) == (True, None)
    page = admin_client.get(page_of(webhook)).text
    assert "Healthy" in page
    assert action("enable", webhook) not in page


def test_a_webhook_is_switched_off_by_hand(admin_client: Client, webhook: Webhook) -> None:
    admin_client.post(action("disable", webhook), YES)
    again = admin_client.post(action("disable", webhook), YES, follow=True)

    webhook.refresh_from_db()
    assert not webhook.is_active
    assert "Already done" in again.text
    assert "Switched off" in again.text


def test_a_trial_is_sent_like_an_event(admin_client: Client, webhook: Webhook) -> None:
    admin_client.post(action("ping", webhook), YES)

    assert Delivery.objects.get().status == Delivery.Status.WAITING


def test_a_new_secret_is_shown_once(admin_client: Client, webhook: Webhook) -> None:
    asked = {"token": str(uuid.uuid4())}
    assert "whsec_before" not in admin_client.get(action("rotate_secret", webhook)).text

    page = admin_client.post(action("rotate_secret", webhook), asked)
    again = admin_client.post(action("rotate_secret", webhook), asked, follow=True)

    webhook.refresh_from_db()
    secret = webhook.secret["current"]
    assert secret != "whsec_before"
    assert re.search(rf"<code[^>]*>{re.escape(secret)}</code>", page.text)
    assert "no-store" in page.headers["Cache-Control"]
    assert secret not in again.text
    assert secret not in admin_client.get(page_of(webhook)).text


def test_what_was_given_up_is_sent_again(admin_client: Client, webhook: Webhook) -> None:
    delivery = told(webhook)

    admin_client.post(action("send_again", delivery), YES)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.problem) == ("waiting", 0, "")


def test_many_are_chosen_by_their_state_and_sent_again(
    admin_client: Client, webhook: Webhook
) -> None:
    lost = [told(webhook, number=number).pk for number in range(3)]
    fine = told(webhook, "delivered", 9)
    failed = list_of(Delivery, status__exact="given_up")
    assert set(admin_client.get(failed).context["cl"].queryset.values_list("pk", flat=True)) == set(
        lost
    )

    chosen = {"action": "send_chosen_again", "_selected_action": lost[:2]}
    page = admin_client.post(failed, chosen, follow=True)

    assert "2 are on their way again" in page.text
    states = dict(Delivery.objects.values_list("pk", "status"))
    assert [states[pk] for pk in lost] == ["waiting", "waiting", "given_up"]
    assert states[fine.pk] == "delivered"


def test_too_many_at_once_are_refused(
    admin_client: Client, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partners.admin.delivery.MOST_AT_ONCE", 1)
    chosen = [told(webhook, number=number).pk for number in range(2)]
    asked = {"action": "send_chosen_again", "_selected_action": chosen}

    page = admin_client.post(list_of(Delivery), asked, follow=True)

    assert "at most" in page.text
    assert not Delivery.objects.exclude(status="given_up").exists()


def test_a_delivery_shows_what_is_told_and_what_went_wrong(
    admin_client: Client, webhook: Webhook
) -> None:
    page = admin_client.get(page_of(told(webhook, number=7))).text

    assert "&quot;number&quot;: &quot;SO-7&quot;" in page
    assert "It said 500" in page


def test_who_may_only_look_changes_nothing(client: Client, webhook: Webhook) -> None:
    client.force_login(person("lou", *LOOK))
    delivery = told(webhook)
    posts: dict[str, dict[str, Any]] = {
        action("enable", webhook): YES,
        action("disable", webhook): YES,
        action("ping", webhook): YES,
        action("rotate_secret", webhook): {"token": str(uuid.uuid4())},
        action("send_again", delivery): YES,
        page_of(webhook): {"url": "https://example.com"},
    }

    answers = {address: client.post(address, data).status_code for address, data in posts.items()}
    client.post(
        list_of(Delivery), {"action": "send_chosen_again", "_selected_action": [delivery.pk]}
    )

    assert answers == dict.fromkeys(posts, 403)
    delivery.refresh_from_db()
    assert delivery.status == "given_up"
    for address in (page_of(webhook), page_of(delivery), list_of(Webhook), list_of(Delivery)):
        assert client.get(address).status_code == 200


def test_the_lists_ask_the_database_as_often_for_many_as_for_few(
    admin_client: Client, webhook: Webhook, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        told(webhook, "waiting", number)
        other = Partner.objects.create(name=f"Partner {number}")
        Webhook.objects.create(partner=other, url="https://example.com/", topics=["order.placed"])
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now())

    for model in (Delivery, Webhook, Partner):
        with django_assert_max_num_queries(12):
            assert admin_client.get(list_of(model)).status_code == 200
