"""What a channel tells us is proven, stored once and answered at once."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from channels import notices, registry, webhooks
from channels.models import Channel, Notice
from tests.channels.telling import SECRET, TellingAdapter, body_of, sign, tell
from tests.inventory.threads import at_once
from tests.pretend import PretendAdapter, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def telling(given: list[int]) -> Iterator[Channel]:
    with registry.temporarily(TellingAdapter):
        yield Channel.objects.create(
            kind="telling",
            name="Talker",
            settings={"address": "corner"},
            credentials={"signer": SECRET},
        )


@pytest.fixture(autouse=True)
def unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test may warn anew."""
    monkeypatch.setattr(webhooks, "_said_at", {})


def path(channel: Channel) -> str:
    return f"/hooks/{channel.hook_key}/"


@pytest.mark.django_db(transaction=True)
def test_a_signed_notice_is_stored_raw_with_three_statements_at_most_and_wakes_the_worker(
    telling: Channel, given: list[int]
) -> None:
    raised = "2026-11-21T10:00:00+00:00"
    body = body_of("n-7", order="o-1", raised_at=raised, note="ă ș")
    with CaptureQueriesContext(connection) as asked:
        assert tell(telling, body) == 200
    statements = [each["sql"] for each in asked if each["sql"] not in {"BEGIN", "COMMIT"}]
    assert len(statements) <= 3, statements
    kept = Notice.objects.get()
    assert (kept.external_id, kept.order_id, kept.concern) == ("n-7", "o-1", "order")
    assert kept.raised_at == datetime.datetime.fromisoformat(raised)
    assert (kept.body.encode(), kept.taken_at) == (body, None)
    assert given == [telling.pk]


@pytest.mark.django_db(transaction=True)
def test_a_repeat_is_answered_well_and_changes_nothing(telling: Channel, given: list[int]) -> None:
    assert tell(telling, body_of(order="o-1")) == 200
    first = Notice.objects.values().get()
    assert tell(telling, body_of(order="o-2")) == 200
    assert Notice.objects.values().get() == first
    assert given == [telling.pk]


@pytest.mark.django_db(transaction=True)
def test_one_id_told_by_eight_at_once_is_one_row(telling: Channel) -> None:
    answers = at_once([lambda: tell(telling, body_of("same")) for _ in range(8)])
    assert answers == [200] * 8
    assert Notice.objects.count() == 1


def test_two_channels_may_use_the_same_id(telling: Channel) -> None:
    other = Channel.objects.create(
        kind="telling", name="Second", settings={}, credentials={"signer": SECRET}
    )
    assert [tell(each, body_of()) for each in (telling, other)] == [200, 200]
    assert Notice.objects.count() == 2


def test_a_wrong_or_missing_signature_is_refused_and_nothing_stored(telling: Channel) -> None:
    body = body_of()
    assert tell(telling, body, secret="guessed") == 401
    answer = Client().post(path(telling), body, content_type="application/json")
    assert answer.status_code == 401
    changed = Client().post(
        path(telling), body + b" ", content_type="a/b", headers={"x-signature": sign(body)}
    )
    assert changed.status_code == 401
    assert not Notice.objects.exists()


def test_what_was_signed_and_makes_no_sense_is_refused(telling: Channel) -> None:
    bodies = [
        b"no json",
        body_of(""),
        body_of("x" * 121),
        body_of("nul\0"),
        body_of(order="nul\0"),
        body_of(item="I", location="L", available=2**31),
    ]
    assert [tell(telling, body) for body in bodies] == [400] * len(bodies)
    assert not Notice.objects.exists()


def test_unknown_keys_and_channels_switched_off_are_answered_alike(telling: Channel) -> None:
    Channel.objects.filter(pk=telling.pk).update(is_active=False)
    body = body_of()
    off, unknown = (
        Client().post(address, body, content_type="a/b", headers={"x-signature": sign(body)})
        for address in (path(telling), "/hooks/guessed/")
    )
    assert (off.status_code, off.content, dict(off.headers)) == (
        unknown.status_code,
        unknown.content,
        dict(unknown.headers),
    )
    assert off.status_code == 404
    assert not Notice.objects.exists()


def test_a_kind_that_tells_nothing_has_no_address(world: World) -> None:
    assert not PretendAdapter.has_notices
    assert Client().post(path(world.channel), b"{}", content_type="a/b").status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_posts_are_taken(telling: Channel, method: str) -> None:
    assert getattr(Client(), method)(path(telling)).status_code == 405


def test_a_body_of_undue_or_unknown_size_is_refused_unread(telling: Channel) -> None:
    large = body_of(note="x" * webhooks.LARGEST_BODY)
    assert tell(telling, large) == 413
    assert tell(telling, body_of(), CONTENT_LENGTH="") == 411
    assert tell(telling, body_of(note="x" * 4_000_000)) == 200  # beyond the limit of forms


def test_what_could_not_be_stored_is_never_answered_well(
    telling: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = notices._STORE.replace("channels_notice", "no_such_table")
    monkeypatch.setattr(notices, "_STORE", broken)
    assert tell(telling, body_of()) == 503


@pytest.mark.parametrize("odd", [b"a\\u0000b", b"a\0b", b"a\xffb"])
def test_nul_and_broken_bytes_in_the_text_do_not_break_storing(
    telling: Channel, odd: bytes
) -> None:
    body = b'{"id": "n-1", "order": "o-1", "note": "%s"}' % odd
    assert tell(telling, body) == (400 if b"\xff" in odd else 200)
    assert Notice.objects.count() == (0 if b"\xff" in odd else 1)


def test_forgeries_are_logged_once_a_minute_for_each_channel(
    telling: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "channels.webhooks"):
        for number in range(5):
            tell(telling, body_of(str(number)), secret="guessed")
    said = [each.message for each in caplog.records if each.name == "channels.webhooks"]
    assert said == ["A webhook of Talker was answered 401: The signature is wrong"]


def change_secret(client: Client, channel: Channel, signer: str) -> None:
    data = {
        "name": channel.name,
        "is_active": "on",
        "connection_address": "corner",
        "connection_signer": signer,
        "matching": "sku",
        "is_stock_synced": "on",
        "is_updated_on_change": "on",
        "time_zone": "UTC",
        "new_products_at": "07:00",
        "drift_policy": "mend",
        "breaker_share": "30",
        "locations-TOTAL_FORMS": 0,
        "locations-INITIAL_FORMS": 0,
    }
    answer = client.post(page(channel), data)
    assert answer.status_code == 302, answer.content
    channel.refresh_from_db()


def page(channel: Channel) -> str:
    return reverse("admin:channels_channel_change", args=[channel.pk])


def test_a_replaced_secret_is_honoured_for_an_hour_and_then_dropped(
    telling: Channel, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_secret(admin_client, telling, "second-secret")
    change_secret(admin_client, telling, "")  # saved again with the secret left as it is
    assert tell(telling, body_of("new"), secret="second-secret") == 200
    assert tell(telling, body_of("old"), secret=SECRET) == 200
    now = timezone.now()
    for minutes, status in ((59, 200), (61, 401)):
        later = now + datetime.timedelta(minutes=minutes)
        with monkeypatch.context() as clock:
            clock.setattr(timezone, "now", partial(lambda moment: moment, later))
            assert tell(telling, body_of(f"late-{minutes}"), secret=SECRET) == status
            assert tell(telling, body_of(f"new-{minutes}"), secret="second-secret") == 200
            notices.forget_old(telling)
    telling.refresh_from_db()
    assert telling.credentials == {"signer": "second-secret"}


def test_no_secret_is_shown_on_the_page_neither_the_new_nor_the_old(
    telling: Channel, admin_client: Client
) -> None:
    change_secret(admin_client, telling, "second-secret")
    shown = admin_client.get(page(telling)).content.decode()
    assert "Signing secret" in shown
    assert SECRET not in shown
    assert "second-secret" not in shown
