"""Communicated inventory by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels import due
from channels.models import (
    FeedPeriod,
    Listing,
    ListingLevel,
    Location,
    Observation,
    Publication,
)
from inventory import ledger
from inventory.models import Reason, State
from tests.api import Api, make_api
from tests.channels.listings import other_channel
from tests.channels.profiled import use
from tests.factories import make_selling_list, make_warehouse, stock
from tests.pretend import World

WHERE = "/communicated-inventory"


def skus(api: Api, query: str = "") -> list[str]:
    return [row["sku"] for row in api.get(f"{WHERE}{query}").json()["results"]]


def test_a_row_tells_stock_and_what_the_channel_was_told(api: Api, world: World) -> None:
    world.tell(world.products[0])
    world.hold(world.products[0], 3)
    [row] = api.get(f"{WHERE}?sku=cup-0").json()["results"]
    level = world.level(world.products[0])
    assert row.pop("acknowledged_at")
    assert row == {
        "id": level.pk,
        "sku": "CUP-0",
        "product": "Cup 0",
        "product_id": world.products[0].pk,
        "channel": "Corner shop",
        "channel_id": world.channel.pk,
        "location": "Shop",
        "location_id": world.location.pk,
        "listing_id": level.listing_id,
        "on_hand": 40,
        "committed": 3,
        "available": 37,
        "backordered": 0,
        "should": 37,
        "acknowledged": 40,
        "unconfirmed_since": None,
        "state": "pending_update",
        "reason": "",
        "why_not": "",
        "profile": None,
        "selling_list": None,
        "is_buyable": None,
    }


def test_one_row_explains_its_number(api: Api, world: World) -> None:
    profile = use(world)
    make_selling_list(world.channel, profile, world.products[0], name="Outlet")
    told = api.get(f"{WHERE}/{world.level(world.products[0]).pk}").json()
    assert (told["profile"], told["selling_list"]) == ("Ten at most", "Outlet")
    why = told["explanation"]
    assert why["sentence"] == "40 in stock in Main. Rule “Ten at most”: 40 sent."
    assert why["inputs"] == [
        {
            "warehouse_name": "Main",
            "on_hand": 40,
            "committed": 0,
            "is_known": True,
            "is_counted": True,
            "detail": "",
        }
    ]
    assert why["steps"] == [{"text": "40 in stock in Main", "quantity": 40}]
    assert why["rule"]["name"] == "Ten at most"
    receipts = api.get(told["publications"].partition("/api/v1")[2]).json()["results"]
    assert [(each["sku"], each["quantity"]) for each in receipts] == [("CUP-0", 40)]


def test_a_number_told_once_is_explained_as_left_alone(api: Api, world: World) -> None:
    profile = use(world)
    api.patch(f"/profiles/{profile.pk}", {"mode": "single"})
    ListingLevel.objects.update(is_update_asked=False)
    told = api.get(f"{WHERE}/{world.level(world.products[0]).pk}").json()
    assert told["explanation"]["is_left_alone"] is True
    assert "what Corner shop shows now is 40" in told["explanation"]["sentence"]


def test_why_a_number_is_not_there_is_told_with_its_remedy(api: Api, world: World) -> None:
    [row] = api.get(f"{WHERE}?state=skipped").json()["results"]
    assert (row["sku"], row["why_not"]) == ("CUP-3", "No match at the channel")
    detail = api.get(f"{WHERE}/{row['id']}").json()
    assert detail["advice"].startswith("Create the product there")
    unknown = api.get(f"{WHERE}?sku=CUP-2").json()["results"][0]
    assert unknown["should"] is None


def test_rows_are_found_by_each_filter(api: Api, world: World) -> None:
    Location.objects.create(channel=other_channel(world.products[1]), external_id="X", name="Yard")
    world.tell(world.products[0])
    ListingLevel.objects.update(is_update_asked=False)
    assert skus(api) == ["CUP-0", "CUP-1", "CUP-2", "CUP-3"]
    assert skus(api, "?channel=Corner shop&location=Shop&warehouse=main&sku=cup-1") == ["CUP-1"]
    assert skus(api, "?state=linked") == ["CUP-0"]
    assert skus(api, "?state=pending") == ["CUP-1", "CUP-2"]
    assert skus(api, "?channel=Other shop") == []
    assert skus(api, "?location=Yard") == []
    assert skus(api, "?warehouse=none") == []
    make_selling_list(world.channel, use(world), world.products[2], name="Outlet")
    assert skus(api, "?selling_list=Outlet") == ["CUP-2"]
    assert skus(api, "?profile=ten at most&sku=CUP-0") == ["CUP-0"]


def test_a_past_moment_is_told_as_it_was(api: Api, world: World) -> None:
    product = world.products[0]
    world.tell(product)
    Publication.objects.update(acknowledged=40)
    then = timezone.now().isoformat().replace("+00:00", "Z")
    lines = [ledger.Line(product.pk, world.warehouse.pk, State.ON_HAND, -15)]
    ledger.move(lines, Reason.ADJUST, ledger.Cause(actor="test", note="lost"))
    now = api.get(f"{WHERE}?sku=CUP-0").json()["results"][0]
    was = api.get(f"{WHERE}?sku=CUP-0&as_of={then}").json()["results"][0]
    assert (now["on_hand"], now["should"], now["acknowledged"]) == (25, 25, 40)
    assert (was["on_hand"], was["should"], was["acknowledged"]) == (40, 40, 40)
    assert was["id"] == now["id"]
    assert skus(api, f"?as_of={then}") == ["CUP-0", "CUP-1", "CUP-2", "CUP-3"]
    one = api.get(f"{WHERE}/{now['id']}?as_of={then}").json()
    assert one["explanation"]["sentence"].startswith("40 in stock in Main")


def test_before_it_was_ticked_there_is_nothing(api: Api, world: World) -> None:
    assert skus(api, "?as_of=2020-01-01T00:00:00Z") == []
    level = world.level(world.products[0]).pk
    assert api.get(f"{WHERE}/{level}?as_of=2020-01-01T00:00:00Z").status_code == 404


def test_of_a_moment_before_a_place_had_any_fact_no_number_is_told(api: Api, world: World) -> None:
    product = world.products[0]
    Listing.objects.update(ticked_at="2020-01-01T00:00:00Z")
    level = world.level(product)

    def then() -> dict[str, Any]:
        told: dict[str, Any] = api.get(f"{WHERE}/{level.pk}?as_of=2021-01-01T00:00:00Z").json()
        return told

    told = then()
    assert (told["should"], told["acknowledged"], told["state"]) == (None, None, "skipped")
    assert told["explanation"]["quantity"] is None
    assert told["explanation"]["sentence"].startswith("Nothing is known of that moment")
    [row] = api.get(f"{WHERE}?sku=CUP-0&as_of=2021-01-01T00:00:00Z").json()["results"]
    assert row["should"] is None

    reading = Observation.objects.create(level=level, available=3, read_at="2020-06-01T00:00:00Z")
    assert (then()["should"], then()["acknowledged"]) == (0, 3)
    reading.delete()
    FeedPeriod.objects.create(
        location=world.location,
        warehouse=world.warehouse,
        began_at="2020-02-01T00:00:00Z",
        ended_at="2020-03-01T00:00:00Z",
    )
    assert then()["should"] == 0


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?as_of=2020-01-01", "as_of"),
        ("?as_of=2020-01-01T00:00:00", "as_of"),
        ("?state=good", "state"),
        ("?skus=CUP-0", "skus"),
        ("?differs=true", "differs"),
    ],
)
def test_what_can_not_be_asked_is_refused(
    api: Api, world: World, query: str, parameter: str
) -> None:
    answer = api.get(f"{WHERE}{query}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?as_of=2999-01-01T00:00:00Z", "as_of"),
        ("?as_of=2020-01-01T00:00:00Z&state=linked", "state"),
        ("?as_of=2020-01-01T00:00:00Z&warehouse=main", "warehouse"),
    ],
)
def test_what_makes_no_sense_together_is_refused(
    api: Api, world: World, query: str, parameter: str
) -> None:
    answer = api.get(f"{WHERE}{query}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


def test_pages_go_through_all_rows_once(api: Api, world: World) -> None:
    found, query = [], "?limit=3"
    while query:
        page = api.get(f"{WHERE}{query}").json()
        found += [row["sku"] for row in page["results"]]
        query = (page["next"] or "").partition(WHERE)[2]
    assert found == ["CUP-0", "CUP-1", "CUP-2", "CUP-3"]


def test_chosen_fields_are_told_alone(api: Api, world: World) -> None:
    assert api.get(f"{WHERE}?sku=CUP-0&fields=sku,should").json()["results"] == [
        {"sku": "CUP-0", "should": 40}
    ]
    level = world.level(world.products[0]).pk
    assert api.get(f"{WHERE}/{level}?fields=sku").json() == {"sku": "CUP-0"}


@pytest.mark.parametrize("query", ["", "&as_of=now"])
def test_a_page_costs_as_many_statements_whatever_its_size(
    api: Api, world: World, query: str
) -> None:
    use(world)
    now = timezone.now().isoformat().replace("+00:00", "Z")
    api.get(WHERE)  # a key's first call of a minute is written down
    counts = []
    for limit in (1, 4):
        with CaptureQueriesContext(connection) as queries:
            page = api.get(f"{WHERE}?limit={limit}{query.replace('now', now)}").json()
        assert len(page["results"]) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_what_is_out_of_sight_is_neither_told_nor_found(world: World) -> None:
    level = world.level(world.products[0]).pk
    world.tell(world.products[0])
    receipt = Publication.objects.get().pk
    other = other_channel()
    for api in (make_api(channels=[other.pk]), make_api("No stock", warehouses=[])):
        assert skus(api) == []
        assert skus(api, "?location=Shop") == []
        assert api.get(f"{WHERE}/{level}").status_code == 404
        assert api.get("/publications").json()["results"] == []
        assert api.get(f"/publications/{receipt}").status_code == 404
    seeing = make_api("Seeing", warehouses=[world.warehouse.pk], channels=[world.channel.pk])
    assert len(skus(seeing)) == 4
    assert seeing.get(f"/publications/{receipt}").status_code == 200


def test_of_two_places_the_one_fed_from_out_of_sight_is_not_there(world: World) -> None:
    hidden = make_warehouse(code="hidden", name="Hidden hall")
    place = Location.objects.create(channel=world.channel, external_id="L2", name="Depot")
    place.warehouses.set([hidden])
    due.by_channel(world.channel)
    stock(world.products[0], hidden, 77)
    api = make_api(warehouses=[world.warehouse.pk])
    answer = api.get(f"{WHERE}?sku=CUP-0")
    assert [row["location"] for row in answer.json()["results"]] == ["Shop"]
    assert [row["on_hand"] for row in answer.json()["results"]] == [40]
    assert len(skus(make_api("All"), "?sku=CUP-0")) == 2
