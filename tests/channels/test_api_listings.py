"""Listings by the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.models import Listing
from tests.api import Api, make_api
from tests.channels.listings import due_products, other_channel, settle
from tests.factories import make_product, make_products, make_profile, make_selling_list
from tests.pretend import World


def address(world: World, number: int = 0) -> str:
    return f"/listings/{world.listing(world.products[number]).pk}"


def test_products_are_ticked_for_a_channel(api: Api, world: World) -> None:
    new = make_product(sku="Tea-1")
    answer = api.post("/listings/tick", {"channel": "Corner shop", "skus": ["TEA-1", "CUP-0"]})
    assert (answer.status_code, answer.json()) == (
        200,
        {"channel": "Corner shop", "changed": 1, "unchanged": 1},
    )
    told = api.get("/listings?sku=tea-1").json()["results"]
    assert [(row["sku"], row["channel"], row["is_ticked"]) for row in told] == [
        ("Tea-1", "Corner shop", True)
    ]
    assert told[0]["product_id"] == new.pk


def test_unticked_products_are_no_longer_communicated(api: Api, world: World) -> None:
    body = {"channel": "Corner shop", "skus": ["cup-0", "CUP-1"]}
    assert api.post("/listings/untick", body).json()["changed"] == 2
    assert api.post("/listings/untick", body).json()["changed"] == 0
    off = api.get("/listings?is_ticked=false").json()["results"]
    assert {row["sku"] for row in off} == {"CUP-0", "CUP-1"}


def test_each_unknown_sku_is_named_and_nothing_is_ticked(api: Api, world: World) -> None:
    make_product(sku="TEA-1")
    body = {"channel": "Corner shop", "skus": ["TEA-1", "none", "nil"]}
    answer = api.post("/listings/tick", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/skus/1", "/skus/2"]
    assert not Listing.objects.filter(product__sku="TEA-1").exists()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"skus": []}, "/skus"),
        ({"skus": "CUP-0"}, "/skus"),
        ({"skus": [1]}, "/skus/0"),
        ({"skus": ["a\0b"]}, "/skus/0"),
        ({"chanel": "x"}, "/chanel"),
        ({"channel": None}, "/channel"),
    ],
)
def test_a_malformed_tick_is_refused(
    api: Api, world: World, change: dict[str, object], pointer: str
) -> None:
    answer = api.post("/listings/tick", {"channel": "Corner shop", "skus": ["CUP-0"]} | change)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_more_than_ten_thousand_skus_are_refused(api: Api, world: World) -> None:
    body = {"channel": "Corner shop", "skus": [f"S-{number}" for number in range(10_001)]}
    assert api.post("/listings/tick", body).json()["errors"][0]["pointer"] == "/skus"


def test_ticking_thousands_costs_as_many_statements_as_ticking_one(api: Api, world: World) -> None:
    api.get("/listings")  # a key's first call of a minute is written down
    counts = []
    for number in (1, 900):
        skus = [product.sku for product in make_products(number)]
        with CaptureQueriesContext(connection) as queries:
            answer = api.post("/listings/tick", {"channel": "Corner shop", "skus": skus})
        assert answer.json()["changed"] == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_channel_out_of_sight_is_as_unknown_as_one_that_there_is_not(world: World) -> None:
    api = make_api(channels=[other_channel().pk])
    hidden = api.post("/listings/tick", {"channel": "Corner shop", "skus": ["CUP-0"]}).json()
    nothing = api.post("/listings/tick", {"channel": "Nowhere", "skus": ["CUP-0"]}).json()
    assert hidden["errors"][0]["pointer"] == "/channel"
    assert hidden["detail"].replace("Corner shop", "Nowhere") == nothing["detail"]
    assert api.get("/listings").json()["results"] == []
    assert api.get("/listings?channel=Corner shop").json()["results"] == []
    assert api.get(address(world)).status_code == 404


def test_a_listing_is_held_back_and_becomes_due(api: Api, world: World) -> None:
    settle(world)
    answer = api.patch(address(world), {"is_excluded": True})
    assert (answer.status_code, answer.json()["is_excluded"]) == (200, True)
    assert due_products(world) == {"CUP-0"}


def test_a_listing_is_put_into_a_selling_list_and_out_again(api: Api, world: World) -> None:
    made = make_selling_list(world.channel, make_profile(name="Plain"), name="Outlet")
    told = api.patch(address(world), {"selling_list": "Outlet"}).json()
    assert (told["selling_list"], told["selling_list_id"], told["profile"]) == (
        "Outlet",
        made.pk,
        "Plain",
    )
    assert [row["sku"] for row in api.get("/listings?selling_list=Outlet").json()["results"]] == [
        "CUP-0"
    ]
    assert len(api.get("/listings?profile=plain").json()["results"]) == 1
    assert len(api.get("/listings?is_in_list=false").json()["results"]) == 3
    assert api.patch(address(world), {"selling_list": None}).json()["selling_list"] is None
    assert api.get("/listings?is_in_list=true").json()["results"] == []


def test_a_list_of_another_channel_is_refused(api: Api, world: World) -> None:
    make_selling_list(other_channel(), make_profile(), name="Theirs")
    answer = api.patch(address(world), {"selling_list": "Theirs"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/selling_list")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"is_ticked": False}, "/is_ticked"),
        ({"is_excluded": "yes"}, "/is_excluded"),
        ({"selling_list": "a\0"}, "/selling_list"),
        ({"selling_list": 5}, "/selling_list"),
        ({"sku": "CUP-1"}, "/sku"),
    ],
)
def test_what_can_not_be_set_is_refused(
    api: Api, world: World, body: dict[str, object], pointer: str
) -> None:
    answer = api.patch(address(world), body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_of_two_who_saw_the_same_listing_the_second_is_refused(api: Api, world: World) -> None:
    tag = api.get(address(world)).headers["ETag"]
    first = api.patch(address(world), {"is_excluded": True}, If_Match=tag)
    second = api.patch(address(world), {"is_excluded": False}, If_Match=tag)
    assert (first.status_code, second.status_code) == (200, 412)
    assert api.call("PATCH", address(world), {"is_excluded": False}).status_code == 428
    assert world.listing(world.products[0]).is_excluded


def test_why_a_listing_is_not_linked_is_told(api: Api, world: World) -> None:
    [told] = api.get("/listings?state=skipped").json()["results"]
    assert (told["sku"], told["why_not"]) == ("CUP-3", "No match at the channel")
    assert told["advice"]


def test_a_page_costs_as_many_statements_whatever_its_size(api: Api, world: World) -> None:
    api.get("/listings")  # a key's first call of a minute is written down
    counts = []
    for limit in (1, 4):
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get(f"/listings?limit={limit}").json()["results"]) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1] == 2
