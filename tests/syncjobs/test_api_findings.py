"""Drift by the API: read, and mended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels.models import Channel, ListingLevel, Location
from inventory.models import Product, Warehouse
from syncjobs.models import Finding, Run
from tests.api import Api, make_api
from tests.factories import make_warehouse
from tests.pretend import World
from tests.store import Store, sync
from tests.syncjobs.drift import compare, edit, list_ten, report_only

pytestmark = pytest.mark.django_db


def find(world: World, number: int = 0, cause: str = "edit", **fields: Any) -> Finding:
    """A finding at a product's level, which was believed to show 40 and shows 33."""
    given = {"shown": 33, "believed": 40, "should": 40, "message": "Somebody changed it."}
    return Finding.objects.create(
        channel=world.channel,
        level=fields.pop("level", None) or world.level(world.products[number]),
        cause=cause,
        **given | fields,
    )


def found(api: Api, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/findings?{query}")
    assert answer.status_code == 200, answer.json()
    return list(answer.json()["results"])


def test_what_somebody_changed_at_the_store_is_read_and_mended(
    api: Api, channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    report_only(channel)
    list_ten(channel, store, product, warehouse)
    edit(store, product, available=3)
    compare(channel)

    [told] = found(api, "is_open=true&cause=edit&sku=mug-1")
    assert (told["shown"], told["believed"], told["should"]) == (3, 10, 10)
    assert (told["sku"], told["channel"], told["location"]) == ("MUG-1", "Rehearsal", "Shop")
    assert (told["is_open"], told["is_mendable"], told["outcome"]) == (True, True, None)

    answer = api.post(f"/findings/{told['id']}/mend", {})

    assert answer.status_code == 200, answer.json()
    assert (answer.json()["is_open"], answer.json()["outcome"]) == (False, "mended")
    assert Finding.objects.get().closed_by.startswith("Acme Logistics (sck_")
    sync(channel, Run.Kind.DUE)
    assert store.available(product.sku) == 10
    again = api.post(f"/findings/{told['id']}/mend", {})
    assert (again.status_code, again.json()["code"]) == (409, "already_closed")


@pytest.mark.parametrize("cause", ["order", "not_mapped"])
def test_what_no_number_can_mend_is_refused_in_words(api: Api, world: World, cause: str) -> None:
    finding = find(world, cause=cause)

    answer = api.post(f"/findings/{finding.pk}/mend", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_mendable")
    assert answer.json()["detail"].startswith(finding.get_cause_display())
    finding.refresh_from_db()
    assert finding.closed_at is None


def test_mending_takes_no_fields(api: Api, world: World) -> None:
    finding = find(world)
    answer = api.post(f"/findings/{finding.pk}/mend", {"should": 3})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/should")


def test_mending_needs_the_scope_to_write(world: World) -> None:
    finding = find(world)
    reader = make_api(allowed=["findings:read"])
    assert len(found(reader)) == 1
    answer = reader.post(f"/findings/{finding.pk}/mend", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


def test_findings_are_found_by_what_they_are_about(api: Api, world: World) -> None:
    early = timezone.now() - timedelta(hours=2)
    made = {
        "a": find(world, 0, "edit", opened_at=early),
        "b": find(world, 1, "rejected"),
        "c": find(world, 2, "order", closed_at=timezone.now(), outcome="gone"),
    }
    names = {finding.pk: name for name, finding in made.items()}

    def told(query: str) -> str:
        return "".join(names[row["id"]] for row in found(api, query))

    an_hour_ago = (timezone.now() - timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert told("") == "cba"
    assert told("channel=Corner%20shop") == "cba"
    assert told("channel=Nowhere") == ""
    assert told("sku=cup-1") == "b"
    assert told("cause=order") == "c"
    assert told("is_open=true") == "ba"
    assert told("is_open=false") == "c"
    assert told(f"opened_after={an_hour_ago}") == "cb"
    for wrong in ("is_open=maybe", "is_open=1", "cause=fate", "open=true"):
        answer = api.get(f"/findings?{wrong}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == wrong.partition("=")[0]


def test_a_finding_at_a_place_out_of_sight_does_not_exist(world: World) -> None:
    depot = Location.objects.create(channel=world.channel, external_id="L2", name="Depot")
    far = make_warehouse(code="far")
    depot.warehouses.set([far])
    level = ListingLevel.objects.get_or_create(
        listing=world.listing(world.products[0]), location=depot
    )[0]
    there, here = find(world, level=level), find(world)
    near = make_api("Near", warehouses=[world.warehouse.pk])
    distant = make_api("Far", warehouses=[far.pk])
    blind = make_api("Blind", channels=[])

    assert [row["id"] for row in found(near)] == [here.pk]
    assert [row["id"] for row in found(distant)] == [there.pk]
    assert found(blind) == []
    for api, finding in ((near, there), (distant, here), (blind, here)):
        assert api.get(f"/findings/{finding.pk}").status_code == 404
        assert api.post(f"/findings/{finding.pk}/mend", {}).status_code == 404


def test_a_page_of_findings_costs_the_same_however_many(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api = make_api(warehouses=[world.warehouse.pk], channels=[world.channel.pk])
    find(world)
    found(api)
    with django_assert_num_queries(3):  # key, places, findings
        found(api)
    find(world, 1)
    find(world, 2)
    with django_assert_num_queries(3):
        assert len(found(api)) == 3
