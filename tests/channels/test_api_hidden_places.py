"""What many places go by is changed by those who see all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from channels.models import ListingLevel, Location, Profile, ProfileVersion, SellingList
from tests.api import Api, make_api
from tests.channels.profiled import use
from tests.factories import make_profile, make_selling_list, make_warehouse
from tests.pretend import World

Ask = Callable[[Api, World], Any]


@pytest.fixture
def near(world: World) -> Api:
    """Sees the shop of a channel that has a depot, too."""
    make_selling_list(world.channel, use(world), world.products[0], name="Outlet")
    make_profile(name="Another")
    depot = Location.objects.create(channel=world.channel, external_id="L2", name="Depot")
    depot.warehouses.set([make_warehouse(code="theirs")])
    ListingLevel.objects.update(is_update_asked=False)
    return make_api("Near", warehouses=[world.warehouse.pk])


def _profile(body: dict[str, object]) -> Ask:
    return lambda api, _: api.patch(f"/profiles/{Profile.objects.earliest('pk').pk}", body)


def _list(body: dict[str, object]) -> Ask:
    return lambda api, _: api.patch(f"/selling-lists/{SellingList.objects.get().pk}", body)


def _listing(number: int, selling_list: str | None) -> Ask:
    return lambda api, world: api.patch(
        f"/listings/{world.listing(world.products[number]).pk}", {"selling_list": selling_list}
    )


def _update(api: Api, _: World) -> Any:
    return api.post(f"/selling-lists/{SellingList.objects.get().pk}/update-quantities", {})


CHANGES = {
    "a rule": _profile({"buffer": 1000}),
    "a profile's name": _profile({"name": "Mine"}),
    "a list's profile": _list({"profile": "Another"}),
    "a listing into a list": _listing(1, "Outlet"),
    "a listing out of its list": _listing(0, None),
    "an update": _update,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_hidden_places_go_by_too_is_not_changed(world: World, near: Api, change: Ask) -> None:
    answer = change(near, world)
    assert (answer.status_code, answer.json()["code"]) == (409, "partly_hidden")
    assert ProfileVersion.objects.count() == 2
    assert not ListingLevel.objects.filter(is_update_asked=True).exists()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_who_sees_all_places_of_the_channel_changes_what_they_go_by(
    world: World, near: Api, change: Ask
) -> None:
    Location.objects.get(name="Depot").delete()
    assert change(near, world).status_code == 200


def test_a_list_is_renamed_whatever_places_are_hidden(world: World, near: Api) -> None:
    assert _list({"name": "Bargains"})(near, world).status_code == 200
