"""Every page and every action, as every role: open to whom the matrix says, offered to nobody else,
and never a fault."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from desk.cells import list_of
from tests.acceptance import gallery, pages
from tests.acceptance.matrix import GROUPS, MATRIX, ROLES
from tests.acceptance.pages import KINDS, Page
from tests.pretend import World, person

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

DENIED = 403
OPTION = re.compile(r'<option value="(\w+)"')
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
NUMBER = re.compile(r"_\d+$")
SENT: list[dict[str, str]] = [{}, {"_form_submitted": "True", "key": "k", "post": "yes"}]
"""An empty form, and one that says yes to what it asks; the latter alone for who may not."""
Login = Callable[[str], Client]


@pytest.fixture
def login(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> Login:
    """Log somebody of a role in. The groups are made by migrations; a test that empties the
    database before this one takes them away, so they are made sure of."""
    import_module("syncjobs.migrations.0002_create_groups").create_groups(apps, None)
    import_module("syncjobs.migrations.0006_let_csms_look_at_partners").let_look(apps, None)
    gallery.hang(world)
    client.raise_request_exception = False
    # Each refusal would be logged with its traceback, and there are thousands.
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)

    def log_in(role: str) -> Client:
        user = person(f"role-{role}", group=GROUPS.get(role, ""))
        if role == "A":
            user.is_superuser = True
            user.save()
        client.force_login(user)
        return client

    return log_in


@contextmanager
def undone() -> Iterator[None]:
    """Whatever it did, the next page finds the gallery as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_matrix_knows_every_page_and_no_other() -> None:
    written = {
        f"{kind}:{name}" for kind, row in MATRIX.items() for name in {*pages.DJANGO, *row.pages}
    }

    assert {f"{page.kind}:{page.name}" for page in pages.every()} == written


@pytest.mark.parametrize("role", ROLES)
def test_a_page_opens_to_whom_it_is_for_and_offers_nothing_else(login: Login, role: str) -> None:
    client = login(role)
    wrong = []
    for page in pages.every():
        answer = client.get(page.address)
        pages.let_go(answer)
        if not _is_right(page, role, answer):
            wrong.append(f"{page.kind}:{page.name} answers {answer.status_code}")
        if answer.status_code == 200 and not answer.streaming:
            html = answer.content.decode()
            wrong += [f"{page.kind}:{page.name} offers {what}" for what in _too_much(html, role)]
            if page.name == "changelist":
                wrong += _actions_amiss(page.kind, html, role)

    assert not wrong, "\n".join(wrong)


def _is_right(page: Page, role: str, answer: Any) -> bool:
    """405 tells that there is only the other method; who may not is refused either way. What is out
    of sight is as if it were not there: Django leads home from there."""
    status = answer.status_code
    if role in MATRIX[page.kind].may(page.name):
        return bool(status < 500 and status != DENIED)
    is_led_home = status == 302 and answer.headers["Location"] == reverse("admin:index")
    return status in {DENIED, 404, 405} or is_led_home


def _too_much(html: str, role: str) -> list[str]:
    """The pages that it leads to, and the role may not open."""
    return [
        f"{kind}:{name}"
        for kind, name in set(pages.offered(html))
        if kind == "nowhere" or role not in MATRIX[kind].may(name)
    ]


def _actions_amiss(kind: str, html: str, role: str) -> list[str]:
    """The actions of a list that are too many or too few."""
    row = MATRIX[kind]
    select = re.search(r'<select[^>]*name="action".*?</select>', html, re.DOTALL)
    found = {NUMBER.sub("", name) for name in OPTION.findall(select[0])} if select else set()
    found -= {"delete_selected"} if role in row.delete else set()
    meant = {name for name, roles in row.actions.items() if role in roles}
    return [f"{kind} offers actions {found} instead of {meant}"] if found != meant else []


@pytest.mark.parametrize("role", ROLES)
def test_what_is_sent_to_a_page_is_taken_from_whom_it_is_for(login: Login, role: str) -> None:
    """Whoever may not is refused; that all of it is taken well, the administrator shows."""
    client = login(role)
    wrong = []
    for page in pages.every():
        row = MATRIX[page.kind]
        may = row.change if page.name == "change" else row.may(page.name)
        if role in may and role != "A":
            continue
        for data in SENT if role in may else SENT[1:]:
            with undone():
                answer = client.post(page.address, data)
                pages.let_go(answer)
            is_right = answer.status_code != DENIED if role in may else answer.status_code >= 400
            if answer.status_code >= 500 or not (
                is_right or page.name in {"changelist", "history"}
            ):
                wrong.append(f"{page.kind}:{page.name} answers {answer.status_code}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_an_action_that_is_not_offered_is_not_done(login: Login, role: str) -> None:
    """Whoever asks for it all the same gets the list back, and nothing has happened."""
    client = login(role)
    wrong = []
    for kind, row in MATRIX.items():
        for action in [name for name, may in row.actions.items() if role not in may or role == "A"]:
            data = {"action": action, "_selected_action": [gallery.shown(KINDS[kind]).pk]}
            with undone(), CaptureQueriesContext(connection) as statements:
                answer = client.post(list_of(KINDS[kind]), data)
                pages.let_go(answer)
            is_changed = any(WRITE.match(each["sql"]) for each in statements.captured_queries)
            if answer.status_code >= 500 or (role not in row.actions[action] and is_changed):
                wrong.append(f"{kind}: {action} answers {answer.status_code}")

    assert not wrong, "\n".join(wrong)


def test_strangers_are_led_to_the_login(client: Client, world: World) -> None:
    gallery.hang(world)

    answers = {page: client.get(page.address) for page in pages.every()}

    assert {
        f"{page.kind}:{page.name}"
        for page, answer in answers.items()
        if answer.status_code != 302 or "/admin/login/" not in answer.headers["Location"]
    } == set()
