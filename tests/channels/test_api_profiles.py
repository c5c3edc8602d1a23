"""Global profiles by the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels import selling
from channels.models import Profile, ProfileVersion
from channels.rules import Mode
from tests.api import Api, make_api
from tests.channels.listings import due_products, other_channel, settle
from tests.channels.profiled import use
from tests.factories import make_profile, make_selling_list, make_warehouse
from tests.pretend import World

RULE = {"name": "Outlet", "mode": "not_more_than", "quantity": 10, "buffer": 2}

PLAIN = {"name": "Plain", "mode": "product_value"}


def pointers(answer: object) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]  # type: ignore[attr-defined]


def test_a_profile_is_made_and_told(api: Api, world: World) -> None:
    answer = api.post("/profiles", RULE | {"warehouses": ["main"]})
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert told | {"id": 0, "created_at": "", "changed_at": ""} == {
        **RULE,
        "id": 0,
        "percentage": 100,
        "minimum": 0,
        "unknown": "hold",
        "warehouses": ["main"],
        "version": 1,
        "changed_at": "",
        "created_at": "",
        "channels": [],
        "selling_lists": [],
    }
    assert api.get(answer.headers["Location"].partition("/api/v1")[2]).json() == told
    version = ProfileVersion.objects.get()
    assert version.created_by == f"Acme Logistics ({api.key.prefix})"


def test_where_a_profile_is_used_is_told(api: Api, world: World) -> None:
    profile = use(world)
    make_selling_list(world.channel, profile, name="Outlet")
    told = api.get(f"/profiles/{profile.pk}").json()
    assert told["channels"] == ["Corner shop"]
    assert [(each["name"], each["channel"]) for each in told["selling_lists"]] == [
        ("Outlet", "Corner shop")
    ]
    assert len(api.get("/profiles?channel=Corner shop").json()["results"]) == 1
    assert len(api.get("/profiles?selling_list=Outlet").json()["results"]) == 1
    assert api.get("/profiles?selling_list=None").json()["results"] == []


def test_a_changed_rule_is_a_new_version_and_is_due(api: Api, world: World) -> None:
    profile = use(world)
    settle(world)
    told = api.patch(f"/profiles/{profile.pk}", {"buffer": 5}).json()
    assert (told["version"], told["buffer"], told["mode"]) == (2, 5, "product_value")
    assert due_products(world) == {"CUP-0", "CUP-1", "CUP-2"}
    history = api.get(f"/profiles/{profile.pk}/history").json()["results"]
    assert [(each["number"], each["buffer"]) for each in history] == [(2, 5), (1, 0)]
    page = api.get(f"/profiles/{profile.pk}/history?limit=1").json()
    assert len(page["results"]) == 1
    assert page["next"]


def test_a_changed_name_tells_nobody_anything(api: Api, world: World) -> None:
    profile = use(world)
    settle(world)
    told = api.patch(f"/profiles/{profile.pk}", {"name": "Plain"}).json()
    assert (told["name"], told["version"]) == ("Plain", 1)
    assert due_products(world) == set()


def test_another_mode_drops_what_it_has_no_use_for(api: Api, world: World) -> None:
    made = api.post("/profiles", RULE).json()
    told = api.patch(f"/profiles/{made['id']}", {"mode": "single"}).json()
    assert (told["mode"], told["quantity"], told["buffer"]) == ("single", None, 0)


@pytest.mark.parametrize(
    ("change", "status", "where"),
    [
        ({"mode": "single", "quantity": None}, 422, ["/buffer"]),
        ({"mode": "product_value"}, 422, ["/quantity"]),
        ({"quantity": None}, 422, ["/quantity"]),
        ({"minimum": 11}, 422, ["/minimum"]),
        ({"warehouses": ["main", "none"]}, 422, ["/warehouses/1"]),
        ({"percentage": 0}, 400, ["/percentage"]),
        ({"buffer": -1}, 400, ["/buffer"]),
        ({"quantity": "10"}, 400, ["/quantity"]),
        ({"mode": "all"}, 400, ["/mode"]),
        ({"name": ""}, 400, ["/name"]),
        ({"name": "a\0"}, 400, ["/name"]),
        ({"version": 3}, 400, ["/version"]),
        ({"buffered": 3}, 400, ["/buffered"]),
    ],
)
def test_a_rule_that_can_not_be_meant_is_refused(
    api: Api, world: World, change: dict[str, object], status: int, where: list[str]
) -> None:
    answer = api.post("/profiles", RULE | change)
    assert (answer.status_code, pointers(answer)) == (status, where)
    assert not Profile.objects.exists()


def test_a_name_is_taken_whatever_its_case(api: Api, world: World) -> None:
    made = api.post("/profiles", RULE).json()
    other = make_profile(name="Other")
    again = api.post("/profiles", RULE | {"name": "OUTLET"})
    assert (again.status_code, again.json()["code"], pointers(again)) == (
        409,
        "name_taken",
        ["/name"],
    )
    assert api.patch(f"/profiles/{other.pk}", {"name": "outlet"}).status_code == 409
    assert api.patch(f"/profiles/{made['id']}", {"name": "OUTLET"}).status_code == 200


def test_of_two_who_saw_the_same_rule_the_second_is_refused(api: Api, world: World) -> None:
    where = f"/profiles/{use(world).pk}"
    tag = api.get(where).headers["ETag"]
    assert api.patch(where, {"buffer": 1}, If_Match=tag).status_code == 200
    assert api.patch(where, {"buffer": 2}, If_Match=tag).status_code == 412
    assert api.get(where).json()["buffer"] == 1


def test_a_preview_tells_what_a_change_would_tell_and_changes_nothing(
    api: Api, world: World
) -> None:
    profile = use(world)
    answer = api.post(f"/profiles/{profile.pk}/preview", {"buffer": 5})
    told = answer.json()
    assert (answer.status_code, told["total"], told["downs"], told["zeros"]) == (200, 3, 1, 1)
    assert [(each["sku"], each["before"], each["after"]) for each in told["changes"]] == [
        ("CUP-0", 40, 35),
        ("CUP-1", 5, 0),
    ]
    assert profile.versions.count() == 1
    asked = api.post(
        f"/profiles/{profile.pk}/preview",
        {"mode": "custom", "quantity": 7, "is_update_asked": True},
    )
    assert asked.json()["ups"] == asked.json()["downs"] == 1
    wrong = api.post(f"/profiles/{profile.pk}/preview", {"name": "x"})
    assert (wrong.status_code, pointers(wrong)) == (400, ["/name"])


def test_a_profile_used_out_of_sight_alone_does_not_exist(world: World) -> None:
    profile = use(world)
    api = make_api(channels=[other_channel().pk])
    assert api.get("/profiles").json()["results"] == []
    assert api.get(f"/profiles/{profile.pk}").status_code == 404
    assert api.post(f"/profiles/{profile.pk}/preview", {}).status_code == 404


def test_a_profile_used_elsewhere_too_is_seen_and_not_changed(world: World) -> None:
    profile = use(world)
    other = other_channel()
    make_selling_list(other, profile, name="Theirs")
    api = make_api(channels=[other.pk])
    told = api.get(f"/profiles/{profile.pk}").json()
    assert (told["channels"], [each["name"] for each in told["selling_lists"]]) == ([], ["Theirs"])
    assert api.get("/profiles?channel=Corner shop").json()["results"] == []
    refused = api.patch(f"/profiles/{profile.pk}", {"buffer": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "used_out_of_sight")
    preview = api.post(f"/profiles/{profile.pk}/preview", {"buffer": 1})
    assert preview.json()["code"] == "used_out_of_sight"


def test_a_partner_sees_what_it_made_until_somebody_else_alone_uses_it(world: World) -> None:
    other = other_channel()
    api, stranger = make_api(channels=[other.pk]), make_api("Stranger", channels=[other.pk])
    made = api.post("/profiles", RULE)
    assert made.status_code == 201
    where = f"/profiles/{made.json()['id']}"
    assert api.get(where).status_code == 200
    assert stranger.get(where).status_code == 404
    selling.set_profile(world.channel, Profile.objects.get())
    assert api.get(where).status_code == 404


def test_a_profile_that_names_a_hidden_warehouse_does_not_exist(world: World) -> None:
    hidden = make_warehouse(code="hidden")
    profile = make_profile(Mode.PRODUCT_VALUE, warehouse_ids=[hidden.pk])
    api = make_api(warehouses=[world.warehouse.pk])
    assert api.get(f"/profiles/{profile.pk}").status_code == 404
    named = api.post("/profiles", {"name": "Mine", "mode": "single"})
    assert named.status_code == 201
    refused = api.post(
        "/profiles", {"name": "B", "mode": "product_value", "warehouses": ["hidden"]}
    )
    assert (refused.status_code, pointers(refused)) == (422, ["/warehouses/0"])


def test_a_preview_over_hidden_places_is_refused(world: World) -> None:
    profile = use(world)
    api = make_api(warehouses=[])
    answer = api.post(f"/profiles/{profile.pk}/preview", {"buffer": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "partly_hidden")


def test_a_page_of_profiles_costs_as_many_statements_whatever_its_size(
    api: Api, world: World
) -> None:
    for _ in range(3):
        make_selling_list(world.channel, make_profile())
    api.get("/profiles")  # a key's first call of a minute is written down
    counts = []
    for limit in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get(f"/profiles?limit={limit}").json()["results"]) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1] == 6
