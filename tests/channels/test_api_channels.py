"""Channels and their places by the API."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from channels import due, mapping
from channels.models import Channel, Feed, FeedPeriod, Location
from tests.api import Api, make_api
from tests.channels.listings import other_channel
from tests.factories import make_warehouse
from tests.pretend import SECRET, World


def test_a_channel_is_told_without_its_secrets(api: Api, world: World) -> None:
    answer = api.get(f"/channels/{world.channel.pk}")
    told = answer.json()
    assert (told["name"], told["kind"], told["state"]) == ("Corner shop", "pretend", "ok")
    assert SECRET not in answer.content.decode()
    assert world.channel.hook_key not in answer.content.decode()
    assert not {"settings", "credentials", "hook_key"} & told.keys()


def test_a_problem_comes_with_its_remedy(api: Api, world: World) -> None:
    Channel.objects.update(problem_code="unauthorized", problem="The token is not known")
    told = api.get("/channels").json()["results"][0]
    assert (told["state"], told["problem"]) == ("problem", "The token is not known")
    assert told["advice"].startswith("Enter a valid token")


def test_a_channel_out_of_sight_does_not_exist(world: World) -> None:
    other = other_channel()
    api = make_api(channels=[other.pk])
    assert [row["name"] for row in api.get("/channels").json()["results"]] == ["Other shop"]
    assert api.get(f"/channels/{world.channel.pk}").status_code == 404
    assert api.get(f"/channels/{world.channel.pk}/locations").status_code == 404


def test_places_are_told_with_the_warehouses_that_feed_them(api: Api, world: World) -> None:
    [place] = api.get(f"/channels/{world.channel.pk}/locations").json()["results"]
    assert (place["name"], place["warehouses"], place["is_default"]) == ("Shop", ["main"], False)
    refused = api.get(f"/channels/{world.channel.pk}/locations?name=Shop")
    assert refused.json()["errors"][0]["parameter"] == "name"


def test_a_place_that_a_hidden_warehouse_feeds_is_not_there(world: World) -> None:
    hidden = make_warehouse(code="hidden")
    api = make_api(warehouses=[world.warehouse.pk])
    where = f"/channels/{world.channel.pk}/locations"
    assert len(api.get(where).json()["results"]) == 1
    world.location.warehouses.add(hidden)
    due.by_channel(world.channel)
    assert api.get(where).json()["results"] == []


def test_a_place_that_a_hidden_warehouse_once_fed_is_not_there_either(world: World) -> None:
    once = timezone.now() - timedelta(days=9)
    FeedPeriod.objects.create(
        location=world.location,
        warehouse=make_warehouse(code="hidden"),
        began_at=once,
        ended_at=once + timedelta(days=1),
    )
    api = make_api(warehouses=[world.warehouse.pk])
    assert api.get(f"/channels/{world.channel.pk}/locations").json()["results"] == []
    assert api.get("/communicated-inventory").json()["results"] == []


def test_a_default_place_is_fed_by_every_unnamed_warehouse(world: World) -> None:
    place = Location.objects.create(channel=world.channel, external_id="L2", name="Rest")
    Channel.objects.update(default_location=place)
    make_warehouse(code="hidden")
    mapping.remember()
    assert Feed.objects.filter(location=place).exists()
    api = make_api(warehouses=[world.warehouse.pk])
    places = api.get(f"/channels/{world.channel.pk}/locations").json()["results"]
    assert [each["name"] for each in places] == ["Shop"]


def test_the_source_of_a_hidden_mirror_is_not_there(world: World) -> None:
    mirror = make_warehouse(code="copy", is_mirror=True)
    Location.objects.create(channel=world.channel, external_id="L2", name="Theirs", mirror=mirror)
    where = f"/channels/{world.channel.pk}/locations"
    assert len(make_api().get(where).json()["results"]) == 2
    api = make_api("Blind", warehouses=[world.warehouse.pk])
    assert [each["name"] for each in api.get(where).json()["results"]] == ["Shop"]
