"""Sync runs by the API: started, followed to their end, refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import onboarding
from channels.models import Channel, Listing, Location
from inventory.models import Product, Warehouse
from partners.models import Partner
from syncjobs import hints, tasks
from syncjobs.models import Run
from tests.api import Api, make_api
from tests.factories import make_product, make_warehouse, stock
from tests.pretend import World
from tests.store import Store

PATIENCE = 30.0
Captured = Callable[..., Any]


@pytest.fixture
def worker(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Future[None]]]:
    """Does what is hinted at, in a thread with a connection of its own; yields what it did."""
    done: list[Future[None]] = []
    with ThreadPoolExecutor(1) as thread:
        monkeypatch.setattr(hints, "_resting_until", 0.0)  # whatever outage was tried before
        monkeypatch.setattr(hints, "_send", lambda pk: done.append(thread.submit(tasks.push, pk)))
        hints.take(channel.pk)  # what was hinted at before went to another worker
        yield done
        thread.submit(connections.close_all).result(timeout=30)


def follow(api: Api, address: str) -> dict[str, Any]:
    """The run once it is over."""
    began = time.monotonic()
    while not (run := api.get(address).json())["is_over"]:
        assert time.monotonic() - began < PATIENCE, run
        time.sleep(0.02)
    return dict(run)


@pytest.mark.django_db(transaction=True)
def test_a_run_started_by_a_partner_is_followed_until_the_store_shows_the_number(
    store: Store,
    channel: Channel,
    product: Product,
    warehouse: Warehouse,
    request: pytest.FixtureRequest,
) -> None:
    store.add(product.sku)
    stock(product, warehouse, 7)
    onboarding.tick(channel, [product.pk])
    worked = request.getfixturevalue("worker")
    api = make_api(channels=[channel.pk], warehouses=[warehouse.pk])

    body = {"channel": channel.name, "kind": "bulk", "skus": ["mug-1"]}
    started = api.post("/sync-runs", body, Idempotency_Key="again")
    assert started.status_code == 201, started.json()
    address = started.headers["Location"].removeprefix("http://testserver/api/v1")
    run = follow(api, address)
    again = api.post("/sync-runs", body, Idempotency_Key="again")

    assert store.available(product.sku) == 7
    assert (run["status"], run["sent"], run["done"], run["percent"]) == ("finished", 1, 1, 100)
    assert (run["kind"], run["trigger"], run["skus"]) == ("bulk", "person", ["MUG-1"])
    assert (run["error"], run["preview"], run["failed"]) == ("", None, 0)
    assert run["requested_by"].startswith("Acme Logistics (sck_")
    assert run["duration_ms"] > 0
    assert again.content == started.content
    assert Run.objects.filter(kind="bulk").count() == 1
    assert all(each.result(timeout=30) is None for each in worked)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["due", "hard", "new", "orders", "compare"])
def test_every_kind_waits_in_the_queue_and_the_pusher_is_woken_after_the_commit(
    api: Api,
    world: World,
    given: list[int],
    kind: str,
    django_capture_on_commit_callbacks: Captured,
) -> None:
    given.clear()
    with django_capture_on_commit_callbacks(execute=True):
        answer = api.post("/sync-runs", {"channel": "Corner shop", "kind": kind})
        assert given == []

    assert answer.status_code == 201, answer.json()
    assert given == [world.channel.pk]
    run = Run.objects.get()
    told = answer.json()
    assert (told["id"], told["kind"], told["status"]) == (run.pk, kind, "queued")
    assert (run.trigger, run.product_ids) == ("person", [])
    assert run.requested_by == told["requested_by"]


@pytest.mark.django_db
def test_each_sku_that_is_not_communicated_is_named(api: Api, world: World) -> None:
    Listing.objects.filter(product=world.products[1]).update(is_ticked=False)
    make_product(sku="ELSEWHERE")
    skus = ["cup-0", "CUP-1", "NOWHERE", "ELSEWHERE", "CUP-0"]

    answer = api.post("/sync-runs", {"channel": "Corner shop", "kind": "bulk", "skus": skus})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/skus/1", "/skus/2", "/skus/3"]
    assert "(2 more)" in answer.json()["detail"]
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_chosen_products_are_kept_once_each_whatever_the_case(api: Api, world: World) -> None:
    skus = ["CUP-1", "cup-0", "cup-1"]

    answer = api.post("/sync-runs", {"channel": "Corner shop", "kind": "bulk", "skus": skus})

    assert answer.json()["skus"] == ["CUP-0", "CUP-1"]
    assert Run.objects.get().product_ids == sorted(each.pk for each in world.products[:2])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "more", "status", "pointer"),
    [
        ("bulk", {}, 422, "/skus"),
        ("hard", {"skus": ["CUP-0"]}, 422, "/skus"),
        ("bulk", {"skus": []}, 400, "/skus"),
        ("bulk", {"skus": "CUP-0"}, 400, "/skus"),
        ("bulk", {"skus": ["CUP-0", 1]}, 400, "/skus/1"),
        ("bulk", {"skus": ["CUP\0"]}, 400, "/skus/0"),
        ("all", {}, 400, "/kind"),
        (1, {}, 400, "/kind"),
        ("hard", {"channel": 7}, 400, "/channel"),
        ("hard", {"channel": "No\0where"}, 400, "/channel"),
        ("hard", {"channel": None}, 400, "/channel"),
        ("hard", {"sku": "CUP-0"}, 400, "/sku"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_with_its_place(
    api: Api, world: World, kind: object, more: dict[str, Any], status: int, pointer: str
) -> None:
    answer = api.post("/sync-runs", {"channel": "Corner shop", "kind": kind} | more)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_channel_out_of_sight_is_refused_like_one_that_there_is_not(world: World) -> None:
    blind = make_api(channels=[])

    hidden = blind.post("/sync-runs", {"channel": "Corner shop", "kind": "hard"})
    absent = blind.post("/sync-runs", {"channel": "Corner shoe", "kind": "hard"})

    assert (hidden.status_code, hidden.json()["errors"][0]["pointer"]) == (422, "/channel")
    assert hidden.json()["detail"].replace("shop", "shoe") == absent.json()["detail"]
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_channel_that_is_switched_off_runs_nothing(api: Api, world: World) -> None:
    Channel.objects.update(is_active=False)

    for kind in ("orders", "compare", "hard"):
        answer = api.post("/sync-runs", {"channel": "Corner shop", "kind": kind})
        assert (answer.status_code, answer.json()["code"]) == (409, "channel_off")
        assert answer.json()["errors"][0]["pointer"] == "/channel"
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_without_stock_sync_orders_are_taken_and_only_a_source_is_compared(
    api: Api, world: World
) -> None:
    Channel.objects.update(is_stock_synced=False)

    def post(kind: str) -> int:
        return int(api.post("/sync-runs", {"channel": "Corner shop", "kind": kind}).status_code)

    assert (post("due"), post("compare"), post("orders")) == (409, 409, 201)
    source = Location.objects.create(channel=world.channel, external_id="L2", name="Depot")
    Location.objects.filter(pk=source.pk).update(mirror=make_warehouse(code="mirror"))
    assert post("compare") == 201


def make_run(channel: Channel, kind: str = "due", **fields: Any) -> Run:
    return Run.objects.create(**{"channel": channel, "kind": kind, "trigger": "change"} | fields)


@pytest.mark.django_db
def test_runs_are_found_by_channel_kind_state_trigger_and_time(api: Api, world: World) -> None:
    other = Channel.objects.create(kind="pretend", name="Other shop")
    early = timezone.now() - timedelta(hours=2)
    made = {
        "a": make_run(world.channel, "orders", status="failed", created_at=early),
        "b": make_run(world.channel, "hard", trigger="person"),
        "c": make_run(other, "orders"),
    }
    names = {run.pk: name for name, run in made.items()}

    def found(query: str) -> str:
        rows = api.get(f"/sync-runs?{query}").json()["results"]
        return "".join(names[row["id"]] for row in rows)

    an_hour_ago = (timezone.now() - timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert found("") == "cba"
    assert found("channel=Corner%20shop") == "ba"
    assert found("channel=Nowhere") == ""
    assert found("kind=orders") == "ca"
    assert found("status=failed") == "a"
    assert found("trigger=person") == "b"
    assert found(f"created_before={an_hour_ago}") == "a"
    assert found(f"created_after={an_hour_ago}&kind=orders") == "c"
    for wrong in ("state=failed", "kind=all", "created_after=2026-01-01T00:00:00"):
        answer = api.get(f"/sync-runs?{wrong}")
        assert answer.json()["errors"][0]["parameter"] == wrong.partition("=")[0]


@pytest.mark.django_db
def test_a_run_that_stopped_tells_its_error_and_what_to_do(api: Api, world: World) -> None:
    now = timezone.now()
    run = make_run(
        world.channel,
        status="failed",
        error_code="unauthorized",
        error="The token is not known",
        started_at=now,
        ended_at=now + timedelta(seconds=1.5),
    )
    fault = make_run(world.channel, status="failed", error_code="internal", error="KeyError('x')")

    told = api.get(f"/sync-runs/{run.pk}").json()
    ours = api.get(f"/sync-runs/{fault.pk}").json()

    assert (told["error"], told["duration_ms"]) == ("The token is not known", 1500)
    assert told["error_advice"].startswith("Enter a valid token")
    assert (ours["error"], ours["duration_ms"]) == ("A fault of ours", None)


@pytest.mark.django_db
def test_only_who_asked_for_a_run_is_told_by_whom(api: Api, world: World) -> None:
    mine = api.post("/sync-runs", {"channel": "Corner shop", "kind": "hard"}).json()["id"]
    sams = make_run(world.channel, requested_by="sam").pk

    told = {row["id"]: row["requested_by"] for row in api.get("/sync-runs").json()["results"]}

    assert told[sams] is None
    assert str(told[mine]).startswith("Acme Logistics (sck_")
    Partner.objects.update(name="Acme Old")
    assert api.get(f"/sync-runs/{mine}").json()["requested_by"] == told[mine]
    for name in ("Beta Agency", "Acme Logistics"):  # a name that another had is not that other
        another = make_api(name).get(f"/sync-runs/{mine}").json()
        assert another["requested_by"] is None


@pytest.mark.django_db
def test_a_run_of_a_channel_out_of_sight_does_not_exist(world: World) -> None:
    run = make_run(world.channel, status="paused", preview={})
    blind = make_api(channels=[])

    assert blind.get("/sync-runs").json()["results"] == []
    assert blind.get(f"/sync-runs/{run.pk}").status_code == 404
    assert blind.post(f"/sync-runs/{run.pk}/approve", {}).status_code == 404
    assert blind.post(f"/sync-runs/{run.pk}/refuse", {}).status_code == 404


@pytest.mark.django_db
def test_a_page_of_runs_costs_the_same_however_many(
    api: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_run(world.channel)
    with django_assert_num_queries(4):  # key, its use, runs, who may have asked
        api.get("/sync-runs")
    for _ in range(9):
        make_run(world.channel)
    with django_assert_num_queries(3):
        assert len(api.get("/sync-runs").json()["results"]) == 10


@pytest.mark.django_db
def test_a_run_is_not_told_again_to_who_has_it(api: Api, world: World) -> None:
    run = make_run(world.channel, status="finished")
    first = api.get(f"/sync-runs/{run.pk}")
    again = api.get(f"/sync-runs/{run.pk}", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
