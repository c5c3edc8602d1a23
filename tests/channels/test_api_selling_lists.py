"""Selling lists by the API."""

from __future__ import annotations

import pytest

from channels.models import ListingLevel, ProfilePeriod, SellingList
from channels.rules import Mode
from tests.api import Api, make_api
from tests.channels.listings import due_products, other_channel, settle
from tests.factories import make_profile, make_selling_list
from tests.pretend import World

NEW = {"channel": "Corner shop", "name": "Outlet", "profile": "plain"}


def test_a_list_is_made_and_its_profile_remembered(api: Api, world: World) -> None:
    profile = make_profile(name="Plain")
    answer = api.post("/selling-lists", NEW)
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["name"], told["channel"], told["profile"], told["profile_id"]) == (
        "Outlet",
        "Corner shop",
        "Plain",
        profile.pk,
    )
    assert ProfilePeriod.objects.get().selling_list_id == told["id"]
    assert len(api.get("/selling-lists?profile=PLAIN&channel=Corner shop").json()["results"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"channel": "Nowhere"}, 422, "/channel"),
        ({"profile": "None"}, 422, "/profile"),
        ({"name": 5}, 400, "/name"),
        ({"name": "a\0"}, 400, "/name"),
        ({"profile": None}, 400, "/profile"),
        ({"listings": []}, 400, "/listings"),
        ({"id": 5}, 400, "/id"),
    ],
)
def test_what_makes_no_list_is_refused(
    api: Api, world: World, change: dict[str, object], status: int, pointer: str
) -> None:
    make_profile(name="Plain")
    answer = api.post("/selling-lists", NEW | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
    assert not SellingList.objects.exists()


def test_a_name_is_taken_on_its_channel(api: Api, world: World) -> None:
    make_selling_list(world.channel, make_profile(name="Plain"), name="Outlet")
    answer = api.post("/selling-lists", NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    other_channel()
    assert api.post("/selling-lists", NEW | {"channel": "Other shop"}).status_code == 201


def test_another_profile_is_told_by_all_in_the_list(api: Api, world: World) -> None:
    made = make_selling_list(world.channel, make_profile(), world.products[0])
    settle(world)
    make_profile(Mode.SINGLE, name="One")
    answer = api.patch(f"/selling-lists/{made.pk}", {"profile": "One", "name": "Ones"})
    assert (answer.json()["profile"], answer.json()["name"]) == ("One", "Ones")
    assert due_products(world) == {"CUP-0"}


def test_a_list_stays_at_its_channel(api: Api, world: World) -> None:
    made = make_selling_list(world.channel, make_profile())
    answer = api.patch(f"/selling-lists/{made.pk}", {"channel": "Other shop"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/channel")


def test_of_two_who_saw_the_same_list_the_second_is_refused(api: Api, world: World) -> None:
    where = f"/selling-lists/{make_selling_list(world.channel, make_profile()).pk}"
    tag = api.get(where).headers["ETag"]
    assert api.patch(where, {"name": "One"}, If_Match=tag).status_code == 200
    assert api.patch(where, {"name": "Two"}, If_Match=tag).status_code == 412


def test_quantities_told_once_are_told_again_when_it_is_asked_for(api: Api, world: World) -> None:
    made = make_selling_list(world.channel, make_profile(Mode.SINGLE), world.products[0])
    settle(world)
    answer = api.post(f"/selling-lists/{made.pk}/update-quantities", {})
    assert answer.status_code == 200
    assert due_products(world) == {"CUP-0"}
    assert ListingLevel.objects.filter(is_update_asked=True).count() == 2  # and CUP-3, never told
    wrong = api.post(f"/selling-lists/{made.pk}/update-quantities", {"skus": []})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/skus")


def test_a_list_out_of_sight_does_not_exist(world: World) -> None:
    made = make_selling_list(world.channel, make_profile(name="Plain"))
    api = make_api(channels=[other_channel().pk])
    assert api.get("/selling-lists").json()["results"] == []
    assert api.get(f"/selling-lists/{made.pk}").status_code == 404
    assert api.post(f"/selling-lists/{made.pk}/update-quantities", {}).status_code == 404
    refused = api.post("/selling-lists", NEW | {"channel": "Other shop"})
    assert refused.json()["errors"][0]["pointer"] == "/profile"
