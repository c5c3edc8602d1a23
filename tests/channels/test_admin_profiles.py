"""Global profiles: nothing is written before a preview was confirmed; all that was said stays."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from channels import selling
from channels.models import Profile, ProfileVersion, SellingList
from desk.cells import page_of
from syncjobs.models import Run
from tests.channels.profiled import CONFIRMED, form, make, use
from tests.factories import make_warehouse
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:channels_profile_changelist")
ADD = reverse("admin:channels_profile_add")


@pytest.fixture
def used(world: World) -> Profile:
    return use(world)


def test_a_new_profile_is_shown_in_words_before_it_is_saved(
    admin_client: Client, world: World
) -> None:
    asked = admin_client.post(ADD, form())

    assert asked.status_code == 200
    assert asked.context["headline"] == "Not more than 10"
    assert "never more than 10" in asked.context["summary"]
    assert dict(asked.context["examples"]) == {0: 0, 1: 1, 5: 5, 20: 10, 100: 10}
    assert "No listing goes by it yet" in asked.text
    assert not Profile.objects.exists()


def test_what_was_confirmed_is_saved_with_who_did_it(admin_client: Client, world: World) -> None:
    response = admin_client.post(ADD, form() | CONFIRMED)

    assert response.status_code == 302
    version = ProfileVersion.objects.get()
    assert (version.profile.name, version.number, version.created_by) == ("Ten at most", 1, "admin")
    assert (version.mode, version.quantity) == ("not_more_than", 10)


def test_the_preview_sends_along_just_what_was_typed(admin_client: Client, world: World) -> None:
    asked = admin_client.post(ADD, form(warehouses=[world.warehouse.pk], buffer="2"))

    typed = dict(asked.context["typed"])
    assert typed == {
        "name": "Ten at most",
        "mode": "not_more_than",
        "quantity": "10",
        "buffer": "2",
        "percentage": "100",
        "minimum": "0",
        "unknown": "hold",
        "warehouses": str(world.warehouse.pk),
    }


def test_going_back_keeps_what_was_typed(admin_client: Client, world: World, used: Profile) -> None:
    second = make_warehouse(name="Second")
    data = form(name="Renamed", buffer="7", warehouses=[second.pk])

    back = admin_client.post(page_of(used), data).context["back"]
    shown = admin_client.get(back).context["adminform"].form

    assert urlsplit(back).path == page_of(used)
    assert [str(shown[name].value()) for name in ("name", "mode", "quantity", "buffer")] == [
        "Renamed",
        "not_more_than",
        "10",
        "7",
    ]
    assert shown["warehouses"].value() == [str(second.pk)]
    used.refresh_from_db()
    assert used.name == "Ten at most"


def test_a_change_shows_what_every_channel_would_be_told(
    admin_client: Client, world: World, used: Profile
) -> None:
    asked = admin_client.post(page_of(used), form(quantity="3"))

    preview = asked.context["preview"]
    assert (preview.downs, preview.ups, preview.zeros, preview.unknown) == (2, 0, 0, 1)
    assert [(each.sku, each.before, each.after) for each in preview.changes] == [
        ("CUP-0", 40, 3),
        ("CUP-1", 5, 3),
    ]
    assert "Corner shop" in asked.text
    assert used.versions.count() == 1


def test_a_confirmed_change_adds_a_version_and_makes_its_levels_due(
    admin_client: Client, world: World, used: Profile
) -> None:
    before = world.level(world.products[0]).stale_version

    admin_client.post(page_of(used), form(quantity="3") | CONFIRMED)

    assert list(used.versions.values_list("number", "quantity", "created_by")) == [
        (2, 3, "admin"),
        (1, None, "ana"),
    ]
    assert world.level(world.products[0]).stale_version == before + 1


def test_a_new_name_alone_asks_nothing_and_adds_no_version(
    admin_client: Client, world: World, used: Profile
) -> None:
    data = form(name="Renamed", mode="product_value", quantity="")

    response = admin_client.post(page_of(used), data)

    assert response.status_code == 302
    used.refresh_from_db()
    assert (used.name, used.versions.count()) == ("Renamed", 1)


def test_what_somebody_else_changed_in_the_meantime_is_looked_at_again(
    admin_client: Client, world: World, used: Profile
) -> None:
    seen = admin_client.post(page_of(used), form(quantity="3")).context["seen"]
    selling.save(used, ProfileVersion(mode="single"), "ben")

    data = form(quantity="3") | CONFIRMED | {"_seen": seen}
    response = admin_client.post(page_of(used), data, follow=True)

    assert "changed by somebody else in the meantime" in response.text
    assert response.context["adminform"].form["quantity"].value() == "3"
    assert used.versions.count() == 2


def test_what_the_mode_has_no_use_for_is_not_kept(admin_client: Client, world: World) -> None:
    admin_client.post(ADD, form(mode="single", buffer="5", minimum="2", unknown="zero") | CONFIRMED)

    version = ProfileVersion.objects.get()
    assert (version.mode, version.quantity) == ("single", None)
    assert (version.buffer, version.minimum, version.unknown) == (0, 0, "hold")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": ""}, "quantity"),
        ({"mode": "custom", "quantity": "-1"}, "quantity"),
        ({"percentage": "0"}, "percentage"),
        ({"percentage": "101"}, "percentage"),
        ({"minimum": "11"}, "minimum"),
        ({"name": ""}, "name"),
        ({"warehouses": ["999999"]}, "warehouses"),
    ],
)
def test_what_can_not_be_meant_is_said_at_its_field(
    admin_client: Client, world: World, changes: dict[str, Any], field: str
) -> None:
    response = admin_client.post(ADD, form(**changes) | CONFIRMED)

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not Profile.objects.exists()


def test_a_number_told_once_shows_what_is_left_alone_and_what_an_update_would_risk(
    admin_client: Client, world: World, used: Profile
) -> None:
    asked = admin_client.post(page_of(used), form(mode="custom", quantity="10"))

    preview, updated = asked.context["preview"], asked.context["updated"]
    assert (preview.left_alone, preview.downs) == (3, 0)
    assert (updated.downs, updated.ups, updated.first, updated.left_alone) == (1, 1, 1, 0)
    assert updated.risk == 15  # 10 of each: 5 of one are at hand, none of the one never counted
    assert "Up to 15 units may be oversold" in asked.text
    assert "Save and update quantities" in asked.text


def test_saving_and_updating_tells_the_number_at_once(
    admin_client: Client, world: World, used: Profile
) -> None:
    data = form(mode="custom", quantity="10") | {"_confirmed": "1", "_update": ""}
    data.pop("_save")

    response = admin_client.post(page_of(used), data)

    run = Run.objects.get()
    assert response.headers["Location"] == page_of(run)
    assert run.requested_by == "admin"
    assert run.product_ids == [product.pk for product in world.products]
    assert world.level(world.products[0]).is_update_asked


def test_only_who_may_send_saves_and_updates_in_one_step(
    client: Client, world: World, used: Profile
) -> None:
    client.force_login(person("csm", group="CSM"))
    data = form(mode="custom", quantity="10")

    assert "Save and update quantities" not in client.post(page_of(used), data).text
    client.post(page_of(used), data | {"_confirmed": "1", "_update": ""})

    assert used.versions.count() == 2
    assert not Run.objects.exists()
    assert not world.level(world.products[0]).is_update_asked


def test_every_version_is_shown_with_its_words_and_none_can_be_changed(
    admin_client: Client, world: World, used: Profile
) -> None:
    selling.save(used, ProfileVersion(mode="custom", quantity=4), "ben")

    page = admin_client.get(page_of(used))

    told = [(version.number, head) for version, head, _, _ in page.context["history"]]
    assert told == [(2, "Custom quantity 4"), (1, "Product value")]
    assert "ben" in page.text
    assert page.context["adminform"].form.initial["quantity"] == 4


def test_the_page_says_where_a_profile_is_used(
    admin_client: Client, world: World, used: Profile
) -> None:
    SellingList.objects.create(channel=world.channel, name="Gifts", profile=used)

    uses = admin_client.get(page_of(used)).context["uses"]

    assert [(kind, name) for kind, name, _ in uses] == [
        ("Channel", "Corner shop"),
        ("Selling list", "Gifts (Corner shop)"),
    ]


def test_the_list_says_what_each_does_and_where(
    admin_client: Client, world: World, used: Profile
) -> None:
    page = admin_client.get(LIST)

    [row] = page.context["cl"].result_list
    assert (row.channel_names, row.list_names, row.listing_count) == (["Corner shop"], [], 4)
    assert "Product value" in page.text
    assert "Shows the quantity at hand in all warehouses" in page.text


def test_list_page_and_preview_cost_the_same_however_much_there_is(
    admin_client: Client,
    world: World,
    used: Profile,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        other = make(f"Rule {number}", warehouse_ids=[world.warehouse.pk])
        SellingList.objects.create(channel=world.channel, name=f"L{number}", profile=other)

    with django_assert_max_num_queries(10):
        admin_client.get(LIST)
    with django_assert_max_num_queries(10):
        admin_client.get(page_of(used))
    with django_assert_max_num_queries(20):
        admin_client.post(page_of(used), form(quantity="3"))
