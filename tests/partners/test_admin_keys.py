"""Keys in the back office: made and shown once, replaced, revoked, and never to be read again."""

from __future__ import annotations

import datetime
import logging
import re
import uuid
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from desk.cells import list_of, page_of
from partners import keys
from partners.models import ApiKey, Partner
from tests.api import Api
from tests.pretend import person

pytestmark = pytest.mark.django_db

KEY = re.compile(r"sck_[0-9a-f]{8}_[0-9a-f]{64}")
LOOK = ["partners.view_partner", "partners.view_apikey"]


@pytest.fixture
def partner(db: None) -> Partner:
    return Partner.objects.create(name="Acme Logistics", warehouse_ids=[], channel_ids=[])


def new_key(partner: Partner) -> str:
    return reverse("admin:partners_partner_new_key", args=[partner.pk])


def rotate(key: ApiKey) -> str:
    return reverse("admin:partners_apikey_rotate", args=[key.pk])


def revoke(key: ApiKey) -> str:
    return reverse("admin:partners_apikey_revoke", args=[key.pk])


def form(**changes: Any) -> dict[str, Any]:
    """What the page sends."""
    return {
        "token": str(uuid.uuid4()),
        "name": "Nightly import",
        "scopes": ["products:read", "movements:write"],
        "expires_on": "",
        "requests_per_minute": "120",
    } | changes


def shown(page: Any) -> str:
    """The key on the page."""
    [text] = set(KEY.findall(page.text))
    return str(text)


def issue(partner: Partner, **columns: Any) -> ApiKey:
    return keys.issue(partner, "Old", ["products:read"], **columns)[0]


def tables_with(text: str) -> list[str]:
    """The tables that hold it in any column of any row, as text or as bytes."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        found = []
        for name in names:
            statement = f'SELECT count(*) FROM "{name}" AS it WHERE it::text LIKE ANY (%s)'  # noqa: S608
            cursor.execute(statement, [[f"%{text}%", f"%{text.encode().hex()}%"]])
            if cursor.fetchone()[0]:
                found.append(name)
    return found


def test_a_new_key_is_shown_and_opens_what_was_ticked(
    admin_client: Client, partner: Partner
) -> None:
    day = timezone.localdate() + datetime.timedelta(days=30)

    page = admin_client.post(new_key(partner), form(expires_on=day.isoformat()))

    key = keys.recognize(shown(page))
    assert key is not None
    assert (key.partner, key.name, key.created_by) == (partner, "Nightly import", "admin")
    assert key.scopes == ["movements:write", "products:read"]
    assert key.requests_per_minute == 120
    assert key.expires_at is not None
    assert timezone.localtime(key.expires_at - datetime.timedelta(seconds=1)).date() == day
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_keys_text_is_in_no_log_message_session_or_row(
    admin_client: Client, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with CaptureQueriesContext(connection) as statements:
        made = admin_client.post(new_key(partner), form())
        key = ApiKey.objects.get()
        replaced = admin_client.post(rotate(key), {"token": str(uuid.uuid4()), "days": "3"})
        for text in (shown(made), shown(replaced)):
            api = Api(key, text)
            assert api.get("/products").status_code in {200, 403}
        for address in (page_of(partner), page_of(key), list_of(ApiKey), list_of(Partner)):
            assert not KEY.search(admin_client.get(address).text)

    for text in (shown(made), shown(replaced)):
        secret = text.rpartition("_")[2]
        records = [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
        assert not [record for record in records if secret in record]
        assert not [each for each in statements.captured_queries if secret in each["sql"]]
        assert not [each for each in Session.objects.all() if secret in str(each.get_decoded())]
        for page in (made, replaced):
            assert secret not in str(page.cookies)
            assert not [each for each in get_messages(page.wsgi_request) if secret in str(each)]
        assert tables_with(secret) == []
    assert "partners_apikey" in tables_with(key.prefix)  # the search finds what there is


def test_sending_the_form_again_makes_no_second_key_and_shows_nothing(
    admin_client: Client, partner: Partner
) -> None:
    asked = form()
    admin_client.post(new_key(partner), asked)

    again = admin_client.post(new_key(partner), asked, follow=True)

    assert ApiKey.objects.count() == 1
    assert not KEY.search(again.text)
    assert "sent before" in again.text


def test_opening_the_address_of_the_key_asks_for_another_one(
    admin_client: Client, partner: Partner
) -> None:
    admin_client.post(new_key(partner), form())

    page = admin_client.get(new_key(partner))

    assert not KEY.search(page.text)
    assert "Make the key" in page.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scopes": []}, "Choose at least one thing"),
        ({"scopes": ["money:print"]}, "not one of the available choices"),
        ({"name": ""}, "This field is required"),
        ({"requests_per_minute": "0"}, "greater than or equal to 1"),
        ({"expires_on": "2020-01-01"}, "This day is over"),
        ({"token": "x"}, "open it again"),
    ],
)
def test_what_can_not_be_meant_is_refused_beside_its_field(
    admin_client: Client, partner: Partner, changes: dict[str, Any], words: str
) -> None:
    page = admin_client.post(new_key(partner), form(**changes))

    assert words in page.text
    assert not ApiKey.objects.exists()


def test_what_was_ticked_stays_ticked_when_the_form_comes_back(
    admin_client: Client, partner: Partner
) -> None:
    page = admin_client.post(new_key(partner), form(name=""))

    boxes = re.findall(r'value="([a-z-]+:[a-z]+)"[^>]* checked', page.text)
    assert sorted(boxes) == ["movements:write", "products:read"]


def test_a_rotated_key_works_on_for_the_days_that_were_asked(
    admin_client: Client, partner: Partner
) -> None:
    old = issue(partner)

    page = admin_client.post(rotate(old), {"token": str(uuid.uuid4()), "days": "3"})

    new = keys.recognize(shown(page))
    assert new is not None
    assert new.replaces == old
    assert new.scopes == old.scopes
    old.refresh_from_db()
    assert old.expires_at is not None
    left = old.expires_at - timezone.now()
    assert datetime.timedelta(days=2, hours=23) < left <= datetime.timedelta(days=3)


def test_a_revoked_key_is_not_rotated_and_offers_nothing_more(
    admin_client: Client, partner: Partner
) -> None:
    key = issue(partner)
    admin_client.post(revoke(key), {"_form_submitted": "True", "key": "once"})

    again = admin_client.post(revoke(key), {"_form_submitted": "True", "key": "once"}, follow=True)
    rotated = admin_client.post(rotate(key), {"token": str(uuid.uuid4()), "days": "3"}, follow=True)

    assert "Already done" in again.text
    assert "revoked: make a new one" in rotated.text
    assert ApiKey.objects.count() == 1
    assert rotate(key) not in admin_client.get(page_of(key)).text


def test_who_may_only_look_makes_replaces_and_revokes_nothing(
    client: Client, partner: Partner
) -> None:
    client.force_login(person("lou", *LOOK))
    key = issue(partner)
    asked = {"_form_submitted": "True", "token": str(uuid.uuid4()), "days": "1"}

    answers = [
        client.get(new_key(partner)),
        client.post(new_key(partner), form()),
        client.post(rotate(key), asked),
        client.post(revoke(key), asked),
        client.post(page_of(partner), {"name": "Mine"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert client.get(page_of(key)).status_code == 200
    assert "New key" not in client.get(page_of(partner)).text
    key.refresh_from_db()
    assert key.revoked_at is None
    assert ApiKey.objects.count() == 1


def test_not_even_an_administrator_edits_adds_or_deletes_a_key(
    admin_client: Client, partner: Partner
) -> None:
    key = issue(partner)

    answers = [
        admin_client.post(page_of(key), {"name": "Mine"}),
        admin_client.get(reverse("admin:partners_apikey_add")),
        admin_client.post(reverse("admin:partners_apikey_delete", args=[key.pk])),
        admin_client.post(reverse("admin:partners_partner_delete", args=[partner.pk])),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


def test_keys_are_found_by_their_beginning_and_by_their_state(
    admin_client: Client, partner: Partner
) -> None:
    fine, old, gone = (issue(partner) for _ in range(3))
    keys.revoke(gone)
    ApiKey.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    expected = {"works": fine, "expired": old, "revoked": gone}

    for state, key in expected.items():
        found = admin_client.get(list_of(ApiKey, state=state)).context["cl"].queryset
        assert list(found) == [key]
    found = admin_client.get(list_of(ApiKey, q=fine.prefix[:10])).context["cl"].queryset
    assert list(found) == [fine]


def test_addresses_that_name_nothing_are_answered_with_404(admin_client: Client) -> None:
    for name in ("partner_new_key", "apikey_rotate", "webhook_rotate_secret"):
        for object_id in ("7", "x", "9" * 30):
            address = reverse(f"admin:partners_{name}", args=[object_id])
            assert admin_client.get(address).status_code == 404, address
