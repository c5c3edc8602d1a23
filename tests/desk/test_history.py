"""The history tells each reader in his own language, and knows an answer given before."""

import json
import pickle
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext_lazy, override
from unfold import views

from desk import history, saying
from desk.errors import Refused
from inventory.models import Warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_superuser("reader", password="x")


def written(user: User, warehouse: Warehouse, message: str | list[Any]) -> LogEntry:
    LogEntry.objects.log_actions(user.pk, [warehouse], CHANGE, change_message=message)
    return LogEntry.objects.latest("pk")


def test_a_sentence_is_text_like_any_other() -> None:
    said = saying.gettext("Revoke") % {}
    assert (said, f"{said}!", json.dumps(said)) == ("Revoke", "Revoke!", '"Revoke"')
    assert pickle.loads(pickle.dumps(said)) == said  # noqa: S301 - our own
    assert saying.as_data("plain") == {"text": "plain"}


def test_each_reader_is_told_in_his_own_language(
    client: Client, reader: User, warehouse: Warehouse
) -> None:
    with override("ro"):
        units = saying.ngettext("%d unit shipped.", "%d units shipped.", 4) % 4
        label = saying.gettext("%s drafted.") % gettext_lazy("Revoke")
        both = saying.together([units, label])
    entry = written(reader, warehouse, history.kept(both))

    assert both != "4 units shipped. Revoke drafted."
    assert history.told(entry) == "4 units shipped. Revoke drafted."
    with override("ro"):
        assert history.told(entry) == both
    client.force_login(reader)
    page = reverse("admin:inventory_warehouse_history", args=[warehouse.pk])
    with override("en"):  # a request leaves its language behind
        assert "4 units shipped. Revoke drafted." in client.get(page).text
        assert str(units) in client.get(page, headers={"accept-language": "ro"}).text


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("5 bucăți expediate.", "5 bucăți expediate."),
        ('[{"changed": {"fields": ["Name"]}}]', "Changed Name."),
        ("[{", "[{"),
        ('[{"said": {"forms": []}}]', "No fields changed."),
        (f"Scanned at work k: {'a' * 32}", "Sent from a page of warehouse work."),
        ("Started at work k", "Started on a page of warehouse work."),
        ("Drafted on its order's page (key k).", "Drafted on its order's page."),
        ("", ""),
    ],
)
def test_what_was_written_before_stays_readable(kept: str, told: str) -> None:
    assert history.told(LogEntry(change_message=kept, action_flag=CHANGE)) == told


def test_an_answer_is_known_by_its_key_and_by_what_it_said(
    reader: User, warehouse: Warehouse
) -> None:
    keys = ["k", 'a"b\\c', "100%_", "\x00", "\ud800", "ș"]
    for key in keys:
        answer = history.Answer(key, history.digest({"units": 1}))
        assert not history.is_answered(warehouse, answer)
        written(reader, warehouse, history.kept("plain words", answer))
        assert history.is_answered(warehouse, answer)
        with pytest.raises(Refused, match="sent from this page before"):
            history.is_answered(warehouse, history.Answer(key, history.digest({"units": 2})))
    assert not history.is_answered(warehouse, history.Answer("1000_", "x"))
    other = Warehouse.objects.create(name="Other", code="OTHER")
    assert not history.is_answered(other, history.Answer("k", history.digest({"units": 1})))
    assert history.told(LogEntry.objects.latest("pk")) == "plain words"


def test_a_list_makes_its_headings_once_however_many_rows_it_has(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Warehouse.objects.bulk_create(Warehouse(name=f"W{n}", code=f"W{n}") for n in range(20))
    made = 0
    real = views.ChangeList.get_query_string

    def counted(*args: object, **kwargs: object) -> object:
        nonlocal made
        made += 1
        return real(*args, **kwargs)

    monkeypatch.setattr(views.ChangeList, "get_query_string", counted)
    page = admin_client.get(reverse("admin:inventory_warehouse_changelist"))
    assert page.status_code == 200
    assert 0 < made < 20
