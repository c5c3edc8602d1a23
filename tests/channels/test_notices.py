"""What a channel told us by itself: how it is asked for, shown, and forgotten."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from channels import accounts, notices, registry, rotation
from channels.contract import Parameter
from channels.models import Channel, ChannelOrder, Notice
from tests.channels.telling import SECRET, TellingAdapter
from tests.pretend import person

pytestmark = pytest.mark.django_db
LIST = reverse("admin:channels_notice_changelist")
NOW = datetime.datetime(2026, 11, 21, 10, tzinfo=datetime.UTC)
SIGNING = (Parameter("signer", "S", "", is_signing=True), Parameter("token", "T", ""))


@pytest.fixture
def telling(
    given: list[int], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Channel]:
    settings.PUBLIC_URL = "https://stock.example.com/"
    monkeypatch.setattr(TellingAdapter, "subscribed", [])
    monkeypatch.setattr(TellingAdapter, "refuses", False)
    with registry.temporarily(TellingAdapter):
        yield Channel.objects.create(
            kind="telling",
            name="Talker",
            settings={"address": "corner"},
            credentials={"signer": SECRET},
        )


def page(channel: Channel) -> str:
    return reverse("admin:channels_channel_change", args=[channel.pk])


def note(channel: Channel, number: str, **fields: object) -> Notice:
    named = {"topic": "orders/create", "concern": "order", "body": "{}"}
    return Notice.objects.create(channel=channel, external_id=number, **named | fields)


def test_the_address_bears_the_channels_own_key_and_the_public_url(telling: Channel) -> None:
    assert notices.address(telling) == f"https://stock.example.com/hooks/{telling.hook_key}/"
    assert len(telling.hook_key) == 43


def test_subscribing_remembers_when_it_was_checked(telling: Channel) -> None:
    adapter = accounts.connect(telling)
    address = notices.address(telling)
    assert notices.subscribe(telling, adapter, address) == ["orders", "levels"]
    telling.refresh_from_db()
    assert telling.hooks_checked_at is not None
    assert TellingAdapter.subscribed == [address]


def test_without_a_public_url_nothing_is_asked_for_and_the_page_says_so(
    telling: Channel, settings: Settings, admin_client: Client
) -> None:
    settings.PUBLIC_URL = ""
    adapter = accounts.connect(telling)
    assert notices.subscribe(telling, adapter, notices.address(telling)) == []
    telling.refresh_from_db()
    assert (TellingAdapter.subscribed, telling.hooks_checked_at) == ([], None)
    assert "orders come by poll only" in admin_client.get(page(telling)).content.decode()


def test_a_channel_that_is_switched_off_asks_for_none(telling: Channel) -> None:
    telling.is_active = False
    assert notices.subscribe(telling, accounts.connect(telling), notices.address(telling)) == []


def test_test_connection_sets_the_webhooks_up_and_the_page_shows_their_state(
    telling: Channel, admin_client: Client
) -> None:
    test = page(telling).replace("change/", "check_connection/")
    answer = admin_client.post(test, {"_form_submitted": "True", "key": "k"}, follow=True)
    assert "Webhooks set up: 2" in answer.content.decode()
    note(telling, "n-1", topic="orders/paid")
    shown = admin_client.get(page(telling)).content.decode()
    assert notices.address(telling) in shown
    assert "orders/paid" in shown


def test_the_address_is_not_shown_to_those_who_may_only_look(telling: Channel) -> None:
    client = Client()
    client.force_login(person("vera", "channels.view_channel"))
    answer = client.get(page(telling))
    assert answer.status_code == 200
    assert telling.hook_key not in answer.content.decode()


def test_notices_are_found_by_their_id_and_by_their_orders_and_cost_no_query_each(
    telling: Channel, admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        order = f"gid://shop/Order/{number + 100}"
        note(telling, f"hook-{number}", order_id=order)
        ChannelOrder.objects.create(
            channel=telling, external_id=order, number=f"#{number}", updated_at=timezone.now()
        )
    with django_assert_max_num_queries(12):
        shown = admin_client.get(LIST).content.decode()
    assert ">#19<" in shown
    for asked, found in (("hook-7", "#7"), ("111", "#11"), ("gid://shop/Order/103", "#3")):
        shown = admin_client.get(LIST, {"q": asked}).content.decode()
        assert shown.count("orders/create") == 1
        assert f">{found}<" in shown


def test_nobody_edits_a_notice(telling: Channel, admin_client: Client) -> None:
    kept = note(telling, "n-1", body='{"order": 1}', message="It is parked.")
    address = reverse("admin:channels_notice_change", args=[kept.pk])
    shown = admin_client.get(address).content.decode()
    assert "It is parked." in shown
    assert 'name="topic"' not in shown
    assert admin_client.post(address, {"topic": "x"}).status_code == 403
    assert admin_client.post(address.replace("change", "delete"), {}).status_code == 403


def test_taken_notices_are_forgotten_after_thirty_days_and_waiting_ones_never(
    telling: Channel,
) -> None:
    old, recent = (timezone.now() - datetime.timedelta(days=days) for days in (31, 29))
    note(telling, "old", taken_at=old)
    note(telling, "recent", taken_at=recent)
    note(telling, "waiting", received_at=old)
    assert notices.forget_old(telling) == 1
    assert set(Notice.objects.values_list("external_id", flat=True)) == {"recent", "waiting"}


def test_waiting_ones_come_in_order_and_say_what_came_of_them(telling: Channel) -> None:
    first, second = note(telling, "a"), note(telling, "b")
    assert [each.pk for each in notices.waiting(telling, 0, 10)] == [first.pk, second.pk]
    notices.note_taken({first.pk: "Known\0 already."})
    assert [each.pk for each in notices.waiting(telling, 0, 10)] == [second.pk]
    first.refresh_from_db()
    assert (first.message, first.taken_at is not None) == ("Known\ufffd already.", True)
    notices.note_taken({second.pk: ""})
    assert notices.newest_waiting(telling) == 0


def test_only_a_changed_signing_secret_leaves_its_previous_value() -> None:
    before = {"signer": "a", "token": "t"}
    assert rotation.rotate(SIGNING, before, before, NOW) == before
    assert rotation.rotate(SIGNING, {}, before, NOW) == before
    changed = rotation.rotate(SIGNING, before, {"signer": "b", "token": "u"}, NOW)
    assert changed == {
        "signer": "b",
        "token": "u",
        "signer.previous": "a",
        "signer.previous.until": (NOW + rotation.HONOURED).isoformat(),
    }


def test_a_secret_that_was_taken_away_is_gone_at_once() -> None:
    changed = rotation.rotate(SIGNING, {"signer": "a"}, {"signer": "b"}, NOW)
    assert rotation.rotate(SIGNING, changed, {}, NOW) == {}


def test_what_is_over_is_neither_given_out_nor_kept() -> None:
    changed = rotation.rotate(SIGNING, {"signer": "a"}, {"signer": "b"}, NOW)
    assert rotation.honoured(changed, NOW + rotation.HONOURED / 2) == changed
    assert rotation.honoured(changed, NOW + rotation.HONOURED) == {"signer": "b"}
    later = NOW + 2 * rotation.HONOURED
    assert rotation.rotate(SIGNING, changed, {"signer": "b"}, later) == {"signer": "b"}
