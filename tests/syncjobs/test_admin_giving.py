"""Who may edit people and groups gives nobody more than he has himself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from desk.cells import list_of, page_of
from tests.pretend import person

pytestmark = pytest.mark.django_db

PEOPLE = ["auth.view_user", "auth.change_user", "auth.add_user"]
GROUPS = ["auth.view_group", "auth.change_group", "auth.add_group", "auth.delete_group"]
NEW = "taken-over-9-times"


@pytest.fixture
def clerk(client: Client) -> User:
    """Logged in. May look after people and groups and look at products, no more."""
    user = person("clerk", *PEOPLE, *GROUPS, "inventory.view_product")
    client.force_login(user)
    return user


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", password="boss-secret-123")


def right(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


def group(name: str, *codenames: str) -> Group:
    made = Group.objects.create(name=name)
    made.permissions.set([right(each) for each in codenames])
    return made


def form(user: User, **more: Any) -> dict[str, Any]:
    days = {"date_joined_0": "2026-01-01", "last_login_0": ""}
    times = {"date_joined_1": "10:00:00", "last_login_1": ""}
    return {"username": user.username, "is_active": "on", "is_staff": "on", **days, **times, **more}


def box(html: str, name: str, record: Group | Permission) -> str:
    """The attributes of a box beyond its name and value."""
    [found] = re.findall(rf'<input type="checkbox" name="{name}" value="{record.pk}"([^>]*)>', html)
    return str(found)


def set_password(client: Client, user: User) -> Any:
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    return client.post(url, {"password1": NEW, "password2": NEW, "usable_password": "true"})


def test_nobody_makes_himself_an_administrator(client: Client, clerk: User) -> None:
    html = client.get(page_of(clerk)).text
    assert 'name="is_superuser"' not in html
    assert 'name="user_permissions"' not in html
    wanted = right("add_movement").pk

    answer = client.post(
        page_of(clerk), form(clerk, is_superuser="on", user_permissions=str(wanted))
    )

    assert answer.status_code == 302
    again = User.objects.get(pk=clerk.pk)
    assert not again.is_superuser
    assert not again.has_perm("inventory.add_movement")
    assert again.has_perm("auth.change_user")


def test_an_administrators_account_is_shown_and_not_changed(
    client: Client, clerk: User, boss: User
) -> None:
    told = "Only an administrator may change an administrator"
    shown = client.get(page_of(boss))
    assert told in shown.text
    assert 'name="username"' not in shown.text

    refused = client.post(page_of(boss), form(boss, username="nobody"))

    assert refused.status_code == 403
    assert told in refused.text
    assert User.objects.get(pk=boss.pk).username == "boss"


def test_nobody_sets_an_administrators_password(client: Client, clerk: User, boss: User) -> None:
    refused = set_password(client, boss)

    assert refused.status_code == 403
    assert "sets the password" in refused.text
    assert not User.objects.get(pk=boss.pk).check_password(NEW)


@pytest.mark.parametrize("is_active", [True, False])
def test_the_password_of_who_may_do_more_is_not_set(
    client: Client, clerk: User, is_active: bool
) -> None:
    ben = person("ben", "inventory.add_movement")
    User.objects.filter(pk=ben.pk).update(is_active=is_active)

    assert "sets the password" in client.get(page_of(ben)).text
    assert set_password(client, ben).status_code == 403
    assert not User.objects.get(pk=ben.pk).check_password(NEW)


def test_the_password_of_who_may_do_no_more_is_set(client: Client, clerk: User) -> None:
    ida = person("ida", "inventory.view_product")

    for each in (ida, clerk):
        assert set_password(client, each).status_code == 302
        assert User.objects.get(pk=each.pk).check_password(NEW)


def test_groups_that_may_do_more_are_neither_given_nor_taken(client: Client, clerk: User) -> None:
    ben = person("ben")
    lookers, movers = group("Lookers", "view_product"), group("Movers", "add_movement")
    keepers = group("Keepers", "add_movement", "view_product")
    ben.groups.set([keepers])

    html = client.get(page_of(ben)).text
    assert [box(html, "groups", each).split()[1:] for each in (lookers, movers, keepers)] == [
        [],
        ["disabled"],
        ["checked", "disabled"],
    ]
    refused = client.post(page_of(ben), form(ben, groups=[lookers.pk, movers.pk]))
    assert "gives it: Movers." in refused.text
    assert box(refused.text, "groups", movers).split()[1:] == ["disabled"]
    assert set(ben.groups.all()) == {keepers}

    assert client.post(page_of(ben), form(ben, groups=[lookers.pk])).status_code == 302
    assert set(ben.groups.all()) == {keepers, lookers}
    assert client.post(page_of(ben), form(ben)).status_code == 302
    assert set(ben.groups.all()) == {keepers}


def test_a_group_gets_only_rights_that_the_giver_has(client: Client, clerk: User) -> None:
    lookers = group("Lookers")
    own, lacked = right("view_product"), right("add_movement")
    html = client.get(page_of(lookers)).text
    assert "disabled" not in box(html, "permissions", own)
    assert "disabled" in box(html, "permissions", lacked)

    both = {"name": "Lookers", "permissions": [own.pk, lacked.pk]}
    refused = client.post(page_of(lookers), both)
    made = client.post(reverse("admin:auth_group_add"), both | {"name": "Mine"})
    for answer in (refused, made):
        assert "rights that you have yourself, not: Movements: Add." in answer.text
    assert not lookers.permissions.exists()
    assert not Group.objects.filter(name="Mine").exists()

    client.post(page_of(lookers), {"name": "Lookers", "permissions": [own.pk]})
    assert list(lookers.permissions.all()) == [own]


def test_a_group_that_may_do_more_is_neither_changed_nor_deleted(
    client: Client, clerk: User
) -> None:
    movers = group("Movers", "add_movement")
    told = "This group may do more than you may"
    assert told in client.get(page_of(movers)).text
    delete = reverse("admin:auth_group_delete", args=[movers.pk])
    chosen = {"action": "delete_selected", "_selected_action": str(movers.pk), "post": "yes"}

    for page in (page_of(movers), delete):
        refused = client.post(page, {"name": "Mine", "post": "yes"})
        assert refused.status_code == 403
        assert told in refused.text
    assert client.post(list_of(Group), chosen).status_code == 403

    assert list(Group.objects.get(name="Movers").permissions.all()) == [right("add_movement")]


def test_a_group_that_may_do_no_more_is_deleted(client: Client, clerk: User) -> None:
    lookers = group("Lookers", "view_product")

    client.post(reverse("admin:auth_group_delete", args=[lookers.pk]), {"post": "yes"})

    assert not Group.objects.filter(pk=lookers.pk).exists()


def test_pages_stay_cheap_for_who_is_no_administrator(
    client: Client, clerk: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    codenames = list(Permission.objects.values_list("codename", flat=True)[:20])
    for number in range(6):
        movers = group(f"G{number}", *codenames)
        ben = person(f"p{number}", group=f"G{number}")

    for page in (list_of(User), page_of(ben), list_of(Group), page_of(movers)):
        with django_assert_max_num_queries(16):
            assert client.get(page).status_code == 200
