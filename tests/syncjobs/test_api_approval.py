"""Runs that wait for approval, by the API: shown, let go, held back."""

from __future__ import annotations

from typing import Any

import pytest

from channels.models import Channel, Location
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Warehouse
from syncjobs.models import Run
from syncjobs.runner import drain
from tests.api import Api, make_api
from tests.factories import make_product, make_warehouse, stock
from tests.pretend import World
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def paused(channel: Channel, store: Store, warehouse: Warehouse) -> Run:
    """Eight of ten products sold out at once: their zeros are held."""
    made = [make_product(sku=f"B-{number}") for number in range(10)]
    store.add(*[product.sku for product in made])
    for product in made:
        stock(product, warehouse, 5)
    list_at_once(channel, *made)
    for product in made[:8]:
        ledger.adjust(warehouse.pk, [(product.pk, -5)], Cause(note="burnt"))
    run = sync(channel)
    assert run.status == Run.Status.PAUSED
    return run


def shown(store: Store) -> list[int]:
    return [store.available(f"B-{number}") for number in range(10)]


def test_what_is_held_is_shown_and_goes_when_a_partner_approves(
    api: Api, channel: Channel, store: Store, paused: Run
) -> None:
    told = api.get(f"/sync-runs/{paused.pk}").json()
    assert (told["status"], told["held"], told["preview"]["zeros"]) == ("paused", 8, 8)
    assert "8 of 10 numbers on offer" in told["preview"]["why"]
    assert told["preview"]["top"][0]["location"] == "Shop"
    assert (told["preview"]["top"][0]["before"], told["preview"]["top"][0]["after"]) == (5, 0)

    answer = api.post(f"/sync-runs/{paused.pk}/approve", {})

    assert answer.status_code == 201, answer.json()
    new = answer.json()
    assert answer.headers["Location"].endswith(f"/api/v1/sync-runs/{new['id']}")
    assert (new["kind"], new["status"]) == ("due", "queued")
    drain(channel.pk, Run.Trigger.CHANGE)
    assert shown(store) == [0] * 8 + [5] * 2
    paused.refresh_from_db()
    assert (paused.status, paused.approved_by) == ("finished", new["requested_by"])


def test_what_a_partner_refuses_stays_untold(
    api: Api, channel: Channel, store: Store, paused: Run
) -> None:
    answer = api.post(f"/sync-runs/{paused.pk}/refuse", None)

    assert (answer.status_code, answer.json()["status"]) == (200, "finished")
    drain(channel.pk, Run.Trigger.CHANGE)
    assert shown(store) == [5] * 10
    paused.refresh_from_db()
    assert paused.refused_by.startswith("Acme Logistics (sck_")


def test_what_was_decided_is_not_decided_again(api: Api, paused: Run) -> None:
    api.post(f"/sync-runs/{paused.pk}/refuse", {})

    for step in ("approve", "refuse"):
        answer = api.post(f"/sync-runs/{paused.pk}/{step}", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_paused")
    assert not Run.objects.filter(status="queued").exists()


def test_a_step_takes_no_fields(api: Api, paused: Run) -> None:
    answer = api.post(f"/sync-runs/{paused.pk}/approve", {"levels": [1]})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/levels")
    paused.refresh_from_db()
    assert paused.status == Run.Status.PAUSED


def preview(*changes: tuple[str, Location]) -> dict[str, Any]:
    """As it is stored with a paused run."""
    top = [
        {"size": 5, "sku": sku, "location_id": place.pk, "before": 5, "after": 0}
        for sku, place in changes
    ]
    counts = {"ups": 1, "downs": 2, "zeros": 9, "unchanged": 3, "unknown": 4}
    return {"why": "9 of 12 numbers", **counts, "top": top, "held": [1, 2]}


def test_who_does_not_see_every_place_is_told_no_figures_of_the_others_and_decides_nothing(
    world: World, given: list[int]
) -> None:
    depot = Location.objects.create(channel=world.channel, external_id="L2", name="Depot")
    depot.warehouses.set([make_warehouse(code="far")])
    run = Run.objects.create(
        channel=world.channel,
        kind="due",
        trigger="change",
        status="paused",
        total=12,
        sent=3,
        held=9,
        preview=preview(("NEAR-1", world.location), ("FAR-1", depot)),
    )
    partial = make_api(warehouses=[world.warehouse.pk], channels=[world.channel.pk])

    told = partial.get(f"/sync-runs/{run.pk}").json()
    listed = partial.get("/sync-runs").json()["results"][0]
    decided = partial.post(f"/sync-runs/{run.pk}/approve", {})

    for name in ("total", "done", "percent", "sent", "held"):
        assert told[name] is None
        assert listed[name] is None
    shown = told["preview"]
    assert [change["sku"] for change in shown.pop("top")] == ["NEAR-1"]
    assert set(shown.values()) == {None}
    assert (decided.status_code, decided.json()["code"]) == (409, "partly_hidden")
    run.refresh_from_db()
    assert run.status == Run.Status.PAUSED
    whole = make_api("Beta Agency").get(f"/sync-runs/{run.pk}").json()
    assert (whole["total"], whole["done"], whole["percent"]) == (12, 12, 100)
    assert [change["sku"] for change in whole["preview"]["top"]] == ["NEAR-1", "FAR-1"]


def test_who_sees_every_place_of_the_channel_is_told_all_and_decides(
    channel: Channel, store: Store, warehouse: Warehouse, paused: Run
) -> None:
    feed(channel, "Depot", warehouse)
    make_warehouse(code="far")
    near = make_api(warehouses=[warehouse.pk], channels=[channel.pk])

    assert near.get(f"/sync-runs/{paused.pk}").json()["preview"]["zeros"] == 8
    assert near.post(f"/sync-runs/{paused.pk}/refuse", {}).status_code == 200
