"""Process logs by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels.models import Channel, Location
from syncjobs.models import ProcessLog, Run
from tests.api import Api, make_api
from tests.factories import make_warehouse
from tests.pretend import World

pytestmark = pytest.mark.django_db


def lines(api: Api, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/process-logs?{query}")
    assert answer.status_code == 200, answer.json()
    return list(answer.json()["results"])


def test_a_line_tells_its_reason_in_words_and_what_to_do(api: Api, world: World) -> None:
    run = Run.objects.create(channel=world.channel, kind="due", trigger="change")
    line = world.log(world.products[0], "untracked", run)

    [told] = lines(api)

    moment = told.pop("created_at")
    assert moment.endswith("Z")
    assert told == {
        "id": line.pk,
        "channel": "Corner shop",
        "channel_id": world.channel.pk,
        "run_id": run.pk,
        "product_id": world.products[0].pk,
        "sku": "CUP-0",
        "level": "warning",
        "code": "untracked",
        "label": "Stock is not tracked at the channel",
        "advice": "Switch on Track quantity at the channel; it is locked there, so we can not.",
        "message": "CUP-0 was looked for",
    }
    assert api.get(f"/process-logs/{line.pk}").json()["code"] == "untracked"


def test_a_reason_of_a_plug_in_is_told_as_it_is(api: Api, world: World) -> None:
    world.log(world.products[0], "moon_phase")
    [told] = lines(api)
    assert (told["code"], told["label"], told["advice"]) == ("moon_phase", "moon_phase", "")


def test_what_a_fault_of_ours_said_is_not_told(api: Api, world: World) -> None:
    world.log(world.products[0], "internal")
    assert lines(api)[0]["message"] == "A fault of ours"


def test_lines_are_found_by_what_they_are_about(api: Api, world: World) -> None:
    other = Channel.objects.create(kind="pretend", name="Other shop")
    run = Run.objects.create(channel=world.channel, kind="due", trigger="change")
    early = timezone.now() - timedelta(hours=2)
    made = {
        "a": world.log(world.products[0], "untracked", run),
        "b": world.log(world.products[1], "stale"),
        "c": ProcessLog.objects.create(
            channel=other, level="error", code="unauthorized", created_at=early
        ),
    }
    names = {line.pk: name for name, line in made.items()}

    def found(query: str) -> str:
        return "".join(names[row["id"]] for row in lines(api, query))

    an_hour_ago = (timezone.now() - timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert found("") == "bac"
    assert found("channel=Other%20shop") == "c"
    assert found("sku=cup-1") == "b"
    assert found("sku=cup") == ""
    assert found("code=stale") == "b"
    assert found("level=error") == "c"
    assert found(f"run={run.pk}") == "a"
    assert found("run=999999999999999999") == ""
    assert found(f"created_before={an_hour_ago}") == "c"
    assert found(f"created_after={an_hour_ago}") == "ba"


@pytest.mark.parametrize(
    "query",
    ["run=one", "run=1.5", "run=-1", "level=loud", "created_after=2026-01-01", "product=1"],
)
def test_a_filter_that_can_not_be_is_refused_with_its_name(
    api: Api, world: World, query: str
) -> None:
    answer = api.get(f"/process-logs?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_line_of_a_channel_out_of_sight_does_not_exist(world: World) -> None:
    line = world.log(world.products[0], "untracked")
    blind = make_api(channels=[])
    assert lines(blind) == []
    assert lines(blind, "channel=Corner%20shop") == []
    assert blind.get(f"/process-logs/{line.pk}").status_code == 404


def test_words_that_may_tell_of_a_place_out_of_sight_are_not_told(world: World) -> None:
    depot = Location.objects.create(channel=world.channel, external_id="L2", name="Depot")
    far = make_warehouse(code="far")
    depot.warehouses.set([far])
    line = ProcessLog.objects.create(
        channel=world.channel, level="error", code="unauthorized", message="Depot said no"
    )

    near = make_api("Near", warehouses=[world.warehouse.pk])
    both = make_api("Both", warehouses=[world.warehouse.pk, far.pk])

    assert [row["message"] for row in lines(near)] == [None]
    assert near.get(f"/process-logs/{line.pk}").json()["message"] is None
    assert lines(near)[0]["code"] == "unauthorized"
    assert [row["message"] for row in lines(both)] == ["Depot said no"]


def test_a_line_about_a_product_that_may_be_of_a_place_out_of_sight_does_not_exist(
    world: World,
) -> None:
    far = make_warehouse(code="far")
    depot = Location.objects.create(channel=world.channel, external_id="L2", name="Depot")
    depot.warehouses.set([far])
    run = Run.objects.create(channel=world.channel, kind="due", trigger="change")
    line = world.log(world.products[0], "stock_unknown", run)
    forgotten = world.log(world.products[1], "stale")
    ProcessLog.objects.filter(pk=forgotten.pk).update(product=None)  # the SKU stays

    near = make_api("Near", warehouses=[world.warehouse.pk])
    both = make_api("Both", warehouses=[world.warehouse.pk, far.pk])

    for query in ("", "sku=CUP-0", "code=stock_unknown", "level=warning", f"run={run.pk}"):
        assert lines(near, query) == []
        assert line.pk in {row["id"] for row in lines(both, query)}
    for pk in (line.pk, forgotten.pk):
        assert near.get(f"/process-logs/{pk}").status_code == 404
        assert both.get(f"/process-logs/{pk}").status_code == 200


def test_only_the_fields_asked_for_are_told(api: Api, world: World) -> None:
    world.log(world.products[0], "untracked")
    assert lines(api, "fields=sku,label") == [
        {"sku": "CUP-0", "label": "Stock is not tracked at the channel"}
    ]


def test_lines_are_not_written_by_partners(api: Api, world: World) -> None:
    line = world.log(world.products[0], "untracked")
    assert api.post("/process-logs", {}).status_code in {403, 405}
    assert api.delete(f"/process-logs/{line.pk}").status_code in {403, 405}
    assert ProcessLog.objects.filter(pk=line.pk).exists()


def test_a_page_of_lines_costs_the_same_however_many(
    api: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.log(world.products[0], "untracked")
    lines(api)
    near = make_api("Near", warehouses=[world.warehouse.pk])
    lines(near)
    with django_assert_num_queries(2):  # key, lines
        lines(api)
    with django_assert_num_queries(4):  # and hidden places: for lines, and for their words
        lines(near)
    for number in range(12):
        world.log(world.products[number % 4], "stale")
    with django_assert_num_queries(2):
        assert len(lines(api)) == 13
    with django_assert_num_queries(4):
        assert len(lines(near)) == 13
