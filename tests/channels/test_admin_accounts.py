"""Channels and locations: connecting, secrets that stay secret, and the mapping."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from channels import registry
from channels.admin.previewing import CONFIRMED
from channels.models import Channel, Listing, ListingLevel, Location
from tests.factories import make_warehouse
from tests.pretend import SECRET, PretendAdapter, World, person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:channels_channel_changelist")
ADD = reverse("admin:channels_channel_add") + "?kind=pretend"
OTHER = "another-secret-token"
ANSWER = {"_form_submitted": "True", "key": "k"}


def page(channel: Channel, action: str = "change/") -> str:
    return reverse("admin:channels_channel_change", args=[channel.pk]).replace("change/", action)


def form(**changes: Any) -> dict[str, Any]:
    data = {
        "name": "Corner shop",
        "is_active": "on",
        "connection_address": "corner",
        "connection_token": "",
        "connection_spare": "",
        "matching": "sku",
        "is_stock_synced": "on",
        "is_updated_on_change": "on",
        "time_zone": "UTC",
        "new_products_at": "07:00",
        "drift_policy": "mend",
        "breaker_share": "30",
    }
    return {key: value for key, value in (data | changes).items() if value is not None}


def mapping(*locations: Location, **warehouses: list[int]) -> dict[str, Any]:
    """The inline's part; warehouses by location name."""
    data: dict[str, Any] = {
        "locations-TOTAL_FORMS": len(locations),
        "locations-INITIAL_FORMS": len(locations),
    }
    for number, location in enumerate(locations):
        chosen = warehouses.get(location.name)
        data |= {
            f"locations-{number}-id": location.pk,
            f"locations-{number}-channel": location.channel_id,
            f"locations-{number}-is_enabled": "on",
            f"locations-{number}-warehouses": chosen
            if chosen is not None
            else list(location.warehouses.values_list("pk", flat=True)),
        }
    return data


def problems(response: Any) -> str:
    assert response.status_code == 200
    return str(response.context["adminform"].form.errors) + str(response.context["errors"])


def test_a_channel_is_connected_with_what_its_kind_asks_for(
    admin_client: Client, pretend: type[PretendAdapter]
) -> None:
    response = admin_client.post(ADD, form(connection_token=SECRET))

    assert response.status_code == 302
    channel = Channel.objects.get()
    assert (channel.kind, channel.settings, channel.credentials) == (
        "pretend",
        {"address": "corner"},
        {"token": SECRET},
    )


def test_the_kind_is_chosen_first_where_there_are_several(
    admin_client: Client, pretend: type[PretendAdapter]
) -> None:
    asked = admin_client.get(reverse("admin:channels_channel_add")).content.decode()

    assert len(registry.choices()) > 1
    for kind, label in registry.choices():
        assert f"?kind={kind}" in asked
        assert label in asked


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"connection_address": "Corner 7"}, "Small letters only."),
        ({"connection_address": ""}, "This field is required."),
        ({"connection_token": ""}, "This field is required."),
        ({"time_zone": "Mars/Olympus"}, "is no time zone"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_remedy(
    admin_client: Client, pretend: type[PretendAdapter], changes: dict[str, Any], complaint: str
) -> None:
    response = admin_client.post(ADD, form(connection_token=SECRET) | changes)

    assert complaint in problems(response)
    assert not Channel.objects.exists()


def test_an_empty_secret_keeps_the_stored_one(admin_client: Client, world: World) -> None:
    admin_client.post(page(world.channel), form(name="Renamed") | mapping(world.location))

    world.channel.refresh_from_db()
    assert (world.channel.name, world.channel.credentials) == ("Renamed", {"token": SECRET})


def test_a_secret_is_replaced_and_an_optional_one_removed(
    admin_client: Client, world: World
) -> None:
    url = page(world.channel)
    rest = mapping(world.location)

    admin_client.post(url, form(connection_token=OTHER, connection_spare="extra") | rest)
    world.channel.refresh_from_db()
    assert world.channel.credentials == {"token": OTHER, "spare": "extra"}

    admin_client.post(url, form(remove_spare="on") | rest)
    world.channel.refresh_from_db()
    assert world.channel.credentials == {"token": OTHER}


def test_a_secret_is_on_no_page_and_in_no_log(admin_client: Client, world: World) -> None:
    url = page(world.channel)
    refused = admin_client.post(
        url, form(connection_token=OTHER, connection_address="7") | mapping(world.location)
    )
    admin_client.post(url, form(connection_token=OTHER) | mapping(world.location))
    history = reverse("admin:channels_channel_history", args=[world.channel.pk])

    shown = [refused, *(admin_client.get(each) for each in (url, LIST, history))]

    world.channel.refresh_from_db()
    assert world.channel.credentials == {"token": OTHER}
    logged = " ".join(entry.change_message for entry in LogEntry.objects.all())
    assert "Token" in logged
    for secret in (SECRET, OTHER):
        assert secret not in logged
        assert all(secret not in response.content.decode() for response in shown)


def test_the_kind_of_a_channel_can_not_be_changed(admin_client: Client, world: World) -> None:
    [another] = [kind for kind, _ in registry.choices() if kind != "pretend"][:1]

    admin_client.post(page(world.channel), form(kind=another) | mapping(world.location))

    world.channel.refresh_from_db()
    assert world.channel.kind == "pretend"


def test_a_channel_is_never_deleted_because_receipts_refer_to_it(
    admin_client: Client, world: World
) -> None:
    response = admin_client.post(page(world.channel, "delete/"), {"post": "yes"})

    assert response.status_code == 403
    assert Channel.objects.count() == 1


def test_mapping_a_warehouse_makes_every_level_due(admin_client: Client, world: World) -> None:
    other = make_warehouse()
    before = world.level(world.products[0]).stale_version

    admin_client.post(
        page(world.channel),
        form() | mapping(world.location, Shop=[world.warehouse.pk, other.pk]) | {CONFIRMED: "1"},
    )

    assert set(world.location.warehouses.all()) == {world.warehouse, other}
    assert world.level(world.products[0]).stale_version == before + 1


def test_a_default_location_gets_its_levels_at_once(admin_client: Client, world: World) -> None:
    make_warehouse(name="Unnamed")
    spare = Location.objects.create(channel=world.channel, external_id="L2", name="Spare")

    admin_client.post(
        page(world.channel), form(default_location=spare.pk) | mapping(world.location, spare)
    )

    assert ListingLevel.objects.filter(location=spare).count() == len(world.products)


def test_saving_without_a_change_makes_nothing_due(admin_client: Client, world: World) -> None:
    before = world.level(world.products[0]).stale_version

    response = admin_client.post(page(world.channel), form() | mapping(world.location))

    assert response.status_code == 302
    assert world.level(world.products[0]).stale_version == before


def test_a_warehouse_feeds_one_location_of_a_channel_only(
    admin_client: Client, world: World
) -> None:
    second = Location.objects.create(channel=world.channel, external_id="L2", name="Second")

    on_channel = admin_client.post(
        page(world.channel),
        form() | mapping(world.location, second, Second=[world.warehouse.pk]),
    )
    on_location = admin_client.post(
        reverse("admin:channels_location_change", args=[second.pk]),
        {"is_enabled": "on", "warehouses": [world.warehouse.pk]},
    )

    for response in (on_channel, on_location):
        assert response.status_code == 200
        assert "its stock would be shown twice" in response.content.decode()
    assert not second.warehouses.exists()


def test_a_location_is_mapped_on_its_own_page_too(admin_client: Client, world: World) -> None:
    other = make_warehouse()
    before = world.level(world.products[0]).stale_version

    response = admin_client.post(
        reverse("admin:channels_location_change", args=[world.location.pk]),
        {"is_enabled": "on", "warehouses": [other.pk]},
    )

    assert response.status_code == 302
    assert list(world.location.warehouses.all()) == [other]
    assert world.level(world.products[0]).stale_version == before + 1


def test_a_later_hour_moves_what_waits(admin_client: Client, world: World) -> None:
    product = world.products[0]
    Listing.objects.filter(product=product).update(state=Listing.State.NEW)

    admin_client.post(
        page(world.channel),
        form(new_products_at="09:30", time_zone="Europe/Bucharest") | mapping(world.location),
    )

    eligible = world.listing(product).eligible_at.astimezone(datetime.UTC)
    assert eligible.strftime("%M") == "30"
    assert eligible.hour in {6, 7}


def test_a_switch_turned_on_wakes_what_waited(
    admin_client: Client,
    world: World,
    given: list[int],
    django_capture_on_commit_callbacks: Any,
) -> None:
    Channel.objects.update(is_stock_synced=False)
    given.clear()

    with django_capture_on_commit_callbacks(execute=True):
        asked = form() | mapping(world.location) | {CONFIRMED: "1"}
        admin_client.post(page(world.channel), asked)

    assert given == [world.channel.pk]


def test_the_connection_is_tested_and_its_locations_loaded(
    admin_client: Client, world: World
) -> None:
    Location.objects.update(name="Old name")

    response = admin_client.post(page(world.channel, "check_connection/"), ANSWER, follow=True)

    assert "Connected to Pretend shop. Everything granted" in response.content.decode()
    assert Location.objects.get().name == "Shop"


def test_a_refused_connection_says_why_and_what_to_do(
    admin_client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PretendAdapter, "refuses", True)

    response = admin_client.post(page(world.channel, "check_connection/"), ANSWER, follow=True)

    shown = response.content.decode()
    assert "Access token refused: The token is not known." in shown
    assert "Enter a valid token" in shown
    world.channel.refresh_from_db()
    assert world.channel.problem_code == "unauthorized"


def test_opening_the_question_changes_nothing(admin_client: Client, world: World) -> None:
    Location.objects.update(name="Old name")

    response = admin_client.get(page(world.channel, "load_locations/"))

    assert response.status_code == 200
    assert Location.objects.get().name == "Old name"


def test_who_may_only_look_tests_no_connection(client: Client, world: World) -> None:
    client.force_login(person("looker", "channels.view_channel"))

    assert client.get(page(world.channel)).status_code == 200
    assert client.post(page(world.channel, "check_connection/"), ANSWER).status_code == 403
    assert client.post(page(world.channel), form(name="Mine")).status_code == 403


def test_lists_of_channels_and_locations_stay_cheap(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        channel = Channel.objects.create(kind="pretend", name=f"Shop {number}")
        place = Location.objects.create(channel=channel, external_id="L", name=f"Place {number}")
        place.warehouses.set([world.warehouse])
        Location.objects.create(channel=world.channel, external_id=f"X{number}", name=f"{number}")

    with django_assert_max_num_queries(12):
        assert admin_client.get(LIST, {"q": "shop"}).status_code == 200
    with django_assert_max_num_queries(12):
        assert admin_client.get(reverse("admin:channels_location_changelist")).status_code == 200
    with django_assert_max_num_queries(20):
        assert admin_client.get(page(world.channel)).status_code == 200


def test_an_inactive_warehouse_stays_mapped_when_a_channel_is_saved(
    admin_client: Client, world: World
) -> None:
    make_warehouse(name="Never used", is_active=False)
    world.warehouse.is_active = False
    world.warehouse.save()

    shown = admin_client.get(page(world.channel)).content.decode()

    box = rf'<input[^>]*name="locations-0-warehouses"[^>]*value="{world.warehouse.pk}"[^>]*checked'
    assert re.search(box, shown)
    assert "Main (inactive)" in shown
    assert "Never used" not in shown


def test_two_active_channels_of_one_account_are_refused(admin_client: Client, world: World) -> None:
    twin = form(name="Twin", connection_token=SECRET)

    refused = admin_client.post(ADD, twin)
    off = admin_client.post(ADD, form(name="Off", is_active=None, connection_token=SECRET))
    elsewhere = admin_client.post(
        ADD, form(name="Elsewhere", connection_address="market", connection_token=SECRET)
    )

    assert "“Corner shop” is connected to this account already" in problems(refused)
    assert (off.status_code, elsewhere.status_code) == (302, 302)


def test_a_channel_is_no_twin_of_itself_or_of_one_that_is_off(
    admin_client: Client, world: World
) -> None:
    Channel.objects.create(
        kind="pretend", name="Old", is_active=False, settings={"address": "corner"}
    )

    response = admin_client.post(page(world.channel), form(name="Kept") | mapping(world.location))

    assert response.status_code == 302
