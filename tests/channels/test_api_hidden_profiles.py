"""A profile out of sight is named nowhere, and what goes by it is not found by its name."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels import selling
from channels.models import Listing, ListingLevel, Publication
from channels.rules import Mode
from tests.api import Api, make_api
from tests.factories import make_profile, make_selling_list, make_warehouse
from tests.pretend import World

NAMING = ("/channels", "/listings", "/selling-lists", "/communicated-inventory")


@pytest.fixture
def hushed(world: World) -> Api:
    """Sees the channel's warehouse, not the other one that the profile of its channel names."""
    theirs = make_warehouse(code="theirs")
    profile = make_profile(
        name="Hush", warehouse_ids=[world.warehouse.pk, theirs.pk], buffer=4, minimum=2
    )
    selling.set_profile(world.channel, profile)
    make_selling_list(world.channel, profile, world.products[1], name="Outlet")
    for product in world.products[:2]:
        world.tell(product)
    ListingLevel.objects.update(is_update_asked=False)
    return make_api("Hushed", warehouses=[world.warehouse.pk])


@pytest.mark.parametrize("path", NAMING)
def test_lists_name_no_profile_out_of_sight(hushed: Api, path: str) -> None:
    [told, *_] = hushed.get(path).json()["results"]
    assert told["profile"] is None
    assert told.get("profile_id") is None
    one = hushed.get(f"{path}/{told['id']}").json()
    assert "Hush" not in json.dumps(one)
    whole = make_api("All").get(path).json()["results"]
    assert {row["profile"] for row in whole} == {"Hush"}


@pytest.mark.parametrize("path", NAMING[1:])
def test_nothing_is_found_by_the_name_of_a_profile_out_of_sight(hushed: Api, path: str) -> None:
    assert hushed.get(f"{path}?profile=Hush").json()["results"] == []
    assert make_api("All").get(f"{path}?profile=hush").json()["results"]


def test_a_list_as_of_a_past_moment_names_no_profile_out_of_sight(hushed: Api) -> None:
    now = timezone.now().isoformat().replace("+00:00", "Z")
    told = hushed.get(f"/communicated-inventory?as_of={now}").json()["results"]
    assert {row["profile"] for row in told} == {None}
    whole = make_api("All").get(f"/communicated-inventory?as_of={now}").json()["results"]
    assert {row["profile"] for row in whole} == {"Hush"}


@pytest.mark.parametrize("query", ["", "?as_of=now"])
def test_an_explanation_tells_the_stock_and_not_the_rule_of_a_profile_out_of_sight(
    world: World, hushed: Api, query: str
) -> None:
    now = timezone.now().isoformat().replace("+00:00", "Z")
    level = world.level(world.products[0]).pk
    where = f"/communicated-inventory/{level}{query.replace('now', now)}"
    why = hushed.get(where).json()["explanation"]
    assert (why["rule"], why["steps"], why["quantity"]) == (None, [], 36)
    assert why["sentence"] == "By a global profile that you do not see: 36 sent."
    assert [each["on_hand"] for each in why["inputs"]] == [40]
    assert make_api("All").get(where).json()["explanation"]["rule"]["name"] == "Hush"


def test_nothing_is_said_to_be_sent_of_what_is_excluded(world: World, hushed: Api) -> None:
    level = world.level(world.products[0]).pk
    Listing.objects.update(is_excluded=True)

    why = hushed.get(f"/communicated-inventory/{level}").json()["explanation"]

    assert why["sentence"].startswith(
        "By a global profile that you do not see: 36 would be right;"
        " nothing is sent to Corner shop: excluded from sync"
    )
    assert "36 sent" not in why["sentence"]


def test_a_receipt_tells_no_rule_of_a_profile_out_of_sight(hushed: Api) -> None:
    where = f"/publications/{Publication.objects.earliest('pk').pk}"
    why = hushed.get(where).json()["explanation"]
    assert (why["rule"], why["steps"], why["quantity"]) == (None, [], 36)
    assert make_api("All").get(where).json()["explanation"]["rule"]["buffer"] == 4


def test_a_profile_in_sight_and_no_profile_are_told(world: World) -> None:
    api = make_api(warehouses=[world.warehouse.pk], channels=[world.channel.pk])
    level = f"/communicated-inventory/{world.level(world.products[0]).pk}"
    assert api.get(level).json()["explanation"]["rule"]["name"] == "Product value"
    profile = make_profile(Mode.PRODUCT_VALUE, name="Open", buffer=1)
    selling.set_profile(world.channel, profile)
    told = api.get(level).json()
    assert (told["profile"], told["explanation"]["rule"]["buffer"]) == ("Open", 1)
    [channel] = api.get("/channels").json()["results"]
    assert (channel["profile"], channel["profile_id"]) == ("Open", profile.pk)
    assert len(api.get("/listings?profile=open").json()["results"]) == 4


@pytest.mark.parametrize("path", NAMING)
def test_who_sees_which_profile_is_asked_once_a_page(hushed: Api, path: str) -> None:
    hushed.get(path)  # a key's first call of a minute is written down
    with CaptureQueriesContext(connection) as queries:
        hushed.get(path)
    asked = [each for each in queries if 'U0."warehouse_ids" <@' in each["sql"]]
    assert len(asked) == 1, [each["sql"] for each in queries]
