"""People and groups: what may be ticked, what is saved, and what a group is said to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from desk.cells import list_of, page_of
from desk.readonly import ReadOnlyMixin
from syncjobs.admin.rights import FLOORS, PARTS, is_meant, told
from tests.pretend import person

pytestmark = pytest.mark.django_db


PERMISSION = re.compile(r'"([a-z_]+\.(?:view|add|change|delete|send)_[a-z]+)"')


def code() -> str:
    """All pages' code."""
    files = Path(settings.BASE_DIR).glob("*/admin/**/*.py")
    return "\n".join(path.read_text() for path in files)


@pytest.fixture(autouse=True)
def groups() -> None:
    """They are made by a migration, and a test that empties the database takes them away."""
    import_module("syncjobs.migrations.0002_create_groups").create_groups(apps, None)


def boxes(html: str, name: str) -> dict[int, bool]:
    """Each box of a field, and whether it is ticked."""
    found = re.findall(rf'<input type="checkbox" name="{name}" value="(\d+)"([^>]*)>', html)
    return {int(pk): "checked" in rest for pk, rest in found}


def meant() -> set[int]:
    return {each.pk for each in Permission.objects.select_related("content_type") if is_meant(each)}


def test_every_right_that_a_person_can_mean_has_a_box_and_those_given_are_ticked(
    admin_client: Client,
) -> None:
    group = Group.objects.get(name="CSM")

    html = admin_client.get(page_of(group)).content.decode()

    shown = boxes(html, "permissions")
    assert set(shown) == meant()
    given = set(group.permissions.values_list("pk", flat=True))
    assert {pk for pk, is_ticked in shown.items() if is_ticked} == given & meant()
    unseen = len(given - meant())
    assert f"Given besides: {unseen} rights that no page asks for." in html


def test_no_table_that_nobody_sees_is_named(admin_client: Client) -> None:
    html = admin_client.get(page_of(Group.objects.get(name="CSM"))).content.decode()
    rows = re.findall(r'<th scope="row">([^<]+)<', html)
    tables = re.findall(r'<summary>\s*<span class="sc-strong">([^<]+)<', html)

    assert tables == ["Inventory", "Sales", "Channels", "Sync", "Schedules", "Partners", "People"]
    assert {"Products", "Purchase order lines", "ASNs to channels", "Schedules"} <= set(rows)
    assert not {"Tallies", "Batches", "Hours", "Sessions", "Log entries"} & set(rows)
    dead = ["change_movement", "add_stocklevel", "delete_publication", "change_receipt"]
    assert not {each.pk for each in Permission.objects.filter(codename__in=dead)} & meant()
    assert not [each for each in rows if "inventory to" in each or each != each.strip()]
    checked = [permission for permission in PERMISSION.findall(code()) if "." in permission]
    assert len(checked) > 20
    by_name = {
        f"{each.content_type.app_label}.{each.codename}": each.pk
        for each in Permission.objects.select_related("content_type")
    }
    asked_for = {by_name[each] for each in checked if each in by_name}
    assert asked_for <= meant(), "what the pages ask for has a box"


def test_the_parts_of_pages_are_those_that_ask_for_rights_of_their_own() -> None:
    def below(kind: type[Any]) -> Iterator[type[Any]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    parts = {
        each.model._meta.label_lower: not issubclass(each, ReadOnlyMixin)
        for each in below(InlineModelAdmin)
        if each.__module__.split(".")[0] in FLOORS
        and getattr(each, "model", None)
        and not admin.site.is_registered(each.model)
        # Components are asked about with the rights on their product.
        and each.has_change_permission.__module__ != "inventory.admin.product_components"
    }
    assert parts == PARTS


def test_rights_that_no_page_asks_for_are_kept_whatever_is_saved(admin_client: Client) -> None:
    group, ben = Group.objects.get(name="Partner"), person("ben")
    unseen = Permission.objects.filter(codename__in=["view_batch", "change_movement"])
    other = Permission.objects.get(codename="view_run")
    group.permissions.set([*unseen, other])
    ben.user_permissions.set([*unseen, other])

    admin_client.post(page_of(group), {"name": "Partner", "permissions": []})
    data = {"username": "ben", "is_active": "on", "user_permissions": []}
    data |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    assert admin_client.post(page_of(ben), data).status_code == 302

    assert set(group.permissions.all()) == set(ben.user_permissions.all()) == set(unseen)


def test_a_group_is_saved_with_what_is_ticked_and_nothing_else(admin_client: Client) -> None:
    group = Group.objects.get(name="Partner")
    wanted = list(Permission.objects.filter(codename__in=["view_run", "send_communicated"]))

    unseen = [
        each for each in group.permissions.select_related("content_type") if not is_meant(each)
    ]

    admin_client.post(
        page_of(group), {"name": "Partner", "permissions": [each.pk for each in wanted]}
    )

    assert set(group.permissions.all()) == {*wanted, *unseen}


def test_a_right_that_does_not_exist_is_refused_and_nothing_ticked_is_lost(
    admin_client: Client,
) -> None:
    group = Group.objects.get(name="Partner")
    before = set(group.permissions.all())
    right = Permission.objects.get(codename="view_run")

    answer = admin_client.post(
        page_of(group), {"name": "Partner", "permissions": [right.pk, 10**9]}
    )

    assert answer.status_code == 200
    assert boxes(answer.content.decode(), "permissions")[right.pk]
    assert set(group.permissions.all()) == before


def test_a_person_is_put_into_groups_that_say_what_they_may_do(admin_client: Client) -> None:
    ben = person("ben", group="CSM")
    manager = Group.objects.get(name="Warehouse manager")
    html = admin_client.get(page_of(ben)).content.decode()
    assert [pk for pk, on in boxes(html, "groups").items() if on] == [
        Group.objects.get(name="CSM").pk
    ]
    assert "Works with" in html
    assert "purchase orders" in html

    data = {
        "username": "ben",
        "is_active": "on",
        "groups": [manager.pk],
        "user_permissions": [Permission.objects.get(codename="view_run").pk],
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
    }
    answer = admin_client.post(page_of(ben), data)

    assert answer.status_code == 302
    assert list(ben.groups.all()) == [manager]
    assert [each.codename for each in ben.user_permissions.all()] == ["view_run"]


def test_what_a_group_may_do_is_told_in_sentences() -> None:
    assert told(Group.objects.create(name="New")) == ["May do nothing yet."]
    sender = told(Group.objects.get(name="Stock communicator"))
    assert sender[-1] == "Confirm and send quantities to channels by hand."
    assert sender[0].startswith("Looks at ")
    assert "listings" in sender[0]


def test_who_may_only_look_is_offered_no_boxes(client: Client) -> None:
    client.force_login(person("eve", "auth.view_user", "auth.view_group"))
    ben = person("ben", group="CSM")

    for page in (page_of(ben), page_of(Group.objects.get(name="CSM"))):
        html = client.get(page).content.decode()
        assert 'type="checkbox" name=' not in html
        assert client.post(page, {"name": "Mine", "username": "mine"}).status_code == 403


@pytest.mark.parametrize("model", [User, Group])
def test_lists_and_pages_of_people_stay_cheap(
    admin_client: Client,
    model: type[User] | type[Group],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        Group.objects.create(name=f"G{number}").permissions.set(Permission.objects.all()[:20])
        person(f"p{number}", group=f"G{number}")

    for page in (list_of(model), page_of(model._default_manager.order_by("-pk")[0])):
        with django_assert_max_num_queries(12):
            assert admin_client.get(page).status_code == 200


def test_a_new_person_begins_with_a_name_and_a_password(admin_client: Client) -> None:
    data = {"username": "ida", "usable_password": "true"}
    data |= {"password1": "a good password", "password2": "a good password"}

    answer = admin_client.post(reverse("admin:auth_user_add"), data)

    assert answer.headers["Location"] == page_of(User.objects.get(username="ida"))
    client = Client()
    entered = client.post("/admin/login/", {"username": "ida", "password": "a good password"})
    assert entered.status_code == 302, "who is added here is to log in here"
