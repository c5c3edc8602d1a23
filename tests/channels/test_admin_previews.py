"""Whatever would tell many is seen first: what goes up, down, to zero, what is skipped and why, and
where the run would pause and ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import selling
from channels.admin.previewing import CONFIRMED
from channels.models import Channel, Listing, ListingLevel, Location
from channels.selling import foreseeing
from desk.cells import list_of, page_of
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from tests.factories import make_product, make_warehouse, stock
from tests.pretend import World

pytestmark = pytest.mark.django_db

PRODUCTS = list_of(Product)
LISTINGS = list_of(Listing)


def ask(client: Client, url: str, action: str, *chosen: Any, **more: Any) -> Any:
    return client.post(
        url, {"action": action, "_selected_action": [each.pk for each in chosen]} | more
    )


def confirm(client: Client, url: str, action: str, *chosen: Any) -> Any:
    return ask(client, url, action, *chosen, **{CONFIRMED: "1", "index": "0"})


@pytest.fixture
def told(world: World) -> World:
    """The channel shows 40, 5 and an unknown number."""
    for product in world.products[:2]:
        world.tell(product)
    return world


def test_archiving_many_says_whose_numbers_stay_and_does_nothing_yet(
    admin_client: Client, told: World
) -> None:
    page = ask(admin_client, PRODUCTS, "archive", *told.products)

    assert page.status_code == 200
    assert page.context["foresight"].stopped == 3
    assert page.context["foresight"].reasons == [("No match at the channel", 1)]
    assert not Product.objects.filter(is_active=False).exists()

    done = admin_client.post(
        PRODUCTS,
        _as_data(page.context["hidden"]),
        follow=True,
    )
    assert "4 products changed." in done.text
    assert not Product.objects.filter(is_active=True).exists()


def _as_data(hidden: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What the page's form sends."""
    data: dict[str, list[str]] = {}
    for name, value in hidden:
        data.setdefault(name, []).append(value)
    return data


def test_including_many_says_what_goes_up_and_down(admin_client: Client, told: World) -> None:
    Product.objects.update(is_excluded=True)
    stock(told.products[0], told.warehouse, 2)
    ListingLevel.objects.filter(listing__product=told.products[1]).update(acknowledged=9)

    page = ask(admin_client, PRODUCTS, "include_in_sync", *told.products)

    preview = page.context["preview"]
    assert (preview.ups, preview.downs, preview.unknown) == (1, 1, 1)
    assert [(each.sku, each.before, each.after) for each in preview.changes] == [
        ("CUP-1", 9, 5),
        ("CUP-0", 40, 42),
    ]


def test_what_changed_in_between_is_told_by_the_result(admin_client: Client, told: World) -> None:
    chosen = told.products[:3]
    assert ask(admin_client, PRODUCTS, "exclude_from_sync", *chosen).status_code == 200
    Product.objects.filter(pk=chosen[0].pk).update(is_excluded=True)

    done = confirm(admin_client, PRODUCTS, "exclude_from_sync", *chosen)
    again = confirm(admin_client, PRODUCTS, "exclude_from_sync", *chosen)

    texts = [
        str(message)
        for each in (done, again)
        for message in admin_client.get(each.url).context["messages"]
    ]
    assert texts == [
        "2 products changed. 1 was so already.",
        "0 products changed. 3 were so already.",
    ]


def test_of_one_product_it_is_seen_first_too_what_stays_there(
    admin_client: Client, told: World
) -> None:
    [cup, listing] = [told.products[0], told.listing(told.products[0])]
    pages = [
        ask(admin_client, PRODUCTS, "archive", cup),
        ask(admin_client, PRODUCTS, f"untick_{told.channel.pk}", cup),
        ask(admin_client, LISTINGS, "hold_back", listing),
    ]
    assert all("stays at 40" in page.text for page in pages)
    assert told.listing(cup).is_ticked
    assert not told.listing(cup).is_excluded
    confirm(admin_client, PRODUCTS, "archive", cup)

    assert not Product.objects.get(pk=told.products[0].pk).is_active


def test_ticking_many_tells_the_old_ones_at_once_and_the_new_ones_on_their_day(
    admin_client: Client, told: World
) -> None:
    Listing.objects.update(is_ticked=False)
    new = make_product(sku="NEW")

    page = ask(admin_client, PRODUCTS, f"tick_{told.channel.pk}", *told.products, new)

    assert page.context["foresight"].waiting == 1
    assert page.context["preview"].unchanged == 2
    assert not Listing.objects.filter(product=new).exists()
    confirm(admin_client, PRODUCTS, f"tick_{told.channel.pk}", *told.products, new)
    assert Listing.objects.filter(is_ticked=True).count() == 5


def test_listings_are_held_back_after_the_preview(admin_client: Client, told: World) -> None:
    listings = list(Listing.objects.order_by("pk"))

    page = ask(admin_client, LISTINGS, "hold_back", *listings)
    assert page.context["foresight"].stopped == 3
    assert not Listing.objects.filter(is_excluded=True).exists()

    done = confirm(admin_client, LISTINGS, "hold_back", *listings)
    assert done.status_code == 302
    assert Listing.objects.filter(is_excluded=True).count() == 4


def test_a_million_chosen_are_counted_up_to_a_bound_and_said_so(
    admin_client: Client, told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.admin.foreseen.LOOKED_AT", 2)
    monkeypatch.setattr("channels.admin.foreseen.first_of.__defaults__", (2,))

    page = ask(admin_client, PRODUCTS, "archive", told.products[0], select_across="1")

    assert page.context["looked_at"] == 2
    assert "Counted exactly for the first 2" in page.content.decode()
    confirm_all = {CONFIRMED: "1", "index": "0", "select_across": "1"}
    ask(admin_client, PRODUCTS, "archive", told.products[0], **confirm_all)
    assert not Product.objects.filter(is_active=True).exists()


def test_looking_ahead_costs_the_same_for_many_listings(
    told: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        product = make_product(sku=f"MANY-{number}")
        stock(product, told.warehouse, number + 1)
        listing = Listing.objects.create(channel=told.channel, product=product, state="linked")
        ListingLevel.objects.create(listing=listing, location=told.location, acknowledged=7)

    with django_assert_max_num_queries(14):
        found = selling.foresee(Listing.objects.all())

    assert found.preview.total == 33
    assert (found.preview.ups, found.preview.downs) == (23, 6)
    assert found.is_whole
    assert not selling.foresee(Listing.objects.all(), most=1).is_whole or foreseeing.CHUNK > 33


def mapped(location: Location, *warehouses: Warehouse) -> dict[str, Any]:
    return {"is_enabled": "on", "warehouses": [each.pk for each in warehouses]}


def test_another_mapping_of_a_location_is_seen_first(admin_client: Client, told: World) -> None:
    attic = make_warehouse(name="Attic")
    stock(told.products[0], attic, 3)
    url = page_of(told.location)

    page = admin_client.post(url, mapped(told.location, attic))

    assert page.status_code == 200
    [part] = page.context["parts"]
    assert [(each.sku, each.before, each.after) for each in part["preview"].changes] == [
        ("CUP-0", 40, 3)
    ]
    assert list(told.location.warehouses.all()) == [told.warehouse]
    done = admin_client.post(url, mapped(told.location, attic) | {CONFIRMED: "1"})
    assert done.status_code == 302
    assert list(told.location.warehouses.all()) == [attic]


def test_a_location_switched_off_keeps_its_numbers(admin_client: Client, told: World) -> None:
    data = mapped(told.location, told.warehouse)
    del data["is_enabled"]

    page = admin_client.post(page_of(told.location), data)

    [part] = page.context["parts"]
    assert part["foresight"].stopped == 2
    assert part["preview"].total == 0
    assert Location.objects.get(pk=told.location.pk).is_enabled


def test_a_warehouse_switched_off_would_empty_the_channel_and_says_that_it_pauses(
    admin_client: Client, told: World
) -> None:
    for number in range(6):
        product = make_product(sku=f"MORE-{number}")
        stock(product, told.warehouse, 4)
        listing = Listing.objects.create(
            channel=told.channel, product=product, state="linked", item_id=f"M{number}"
        )
        ListingLevel.objects.create(listing=listing, location=told.location, acknowledged=4)
    data = {"code": told.warehouse.code, "name": told.warehouse.name}
    url = page_of(told.warehouse)

    page = admin_client.post(url, data)

    assert page.status_code == 200
    [part] = page.context["parts"]
    assert part["preview"].zeros == 8
    assert "8 of 8 numbers on offer (100 %)" in page.content.decode()
    assert Warehouse.objects.get(pk=told.warehouse.pk).is_active
    assert admin_client.post(url, data | {CONFIRMED: "1"}).status_code == 302
    assert not Warehouse.objects.get(pk=told.warehouse.pk).is_active


def test_a_warehouse_that_feeds_nothing_is_switched_off_at_once(
    admin_client: Client, told: World
) -> None:
    attic = make_warehouse(name="Attic")

    response = admin_client.post(page_of(attic), {"code": attic.code, "name": attic.name})

    assert response.status_code == 302
    assert not Warehouse.objects.get(pk=attic.pk).is_active


def channel_form(world: World, **changes: Any) -> dict[str, Any]:
    """What the channel's page sends, its one location mapped as it is."""
    data: dict[str, Any] = {
        "name": world.channel.name,
        "is_active": "on",
        "connection_address": "corner",
        "matching": "sku",
        "is_stock_synced": "on",
        "is_updated_on_change": "on",
        "breaker_share": 30,
        "drift_policy": "mend",
        "time_zone": "UTC",
        "new_products_at": "07:00:00",
        "locations-TOTAL_FORMS": 1,
        "locations-INITIAL_FORMS": 1,
        "locations-0-id": world.location.pk,
        "locations-0-channel": world.channel.pk,
        "locations-0-is_enabled": "on",
        "locations-0-warehouses": [world.warehouse.pk],
    }
    return {key: value for key, value in (data | changes).items() if value is not None}


def test_switching_the_stock_sync_of_a_channel_off_is_seen_first(
    admin_client: Client, told: World
) -> None:
    url = page_of(told.channel)

    page = admin_client.post(url, channel_form(told, is_stock_synced=None))

    assert page.status_code == 200
    [part] = page.context["parts"]
    assert part["foresight"].stopped == 3
    assert Channel.objects.get().is_stock_synced
    done = admin_client.post(url, channel_form(told, is_stock_synced=None) | {CONFIRMED: "1"})
    assert done.status_code == 302
    assert not Channel.objects.get().is_stock_synced


def test_a_preview_never_bears_a_secret(admin_client: Client, told: World) -> None:
    changes = {"is_stock_synced": None, "connection_token": "a-new-secret"}

    page = admin_client.post(page_of(told.channel), channel_form(told, **changes), follow=True)

    assert "a-new-secret" not in page.content.decode()
    assert "Save the new secret first" in page.content.decode()
    assert Channel.objects.get().is_stock_synced


def test_looking_changes_nothing_that_others_wait_for(admin_client: Client, told: World) -> None:
    versions = list(ListingLevel.objects.order_by("pk").values_list("stale_version", flat=True))

    admin_client.post(page_of(told.location), mapped(told.location))
    admin_client.get(reverse("admin:channels_location_changelist"))

    assert versions == list(
        ListingLevel.objects.order_by("pk").values_list("stale_version", flat=True)
    )


def test_those_that_are_told_no_more_are_named_with_what_becomes_of_their_number(
    admin_client: Client, told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third, _ = told.products
    ledger.adjust(told.warehouse.pk, [(second.pk, -2)], Cause(note="broken"))
    ListingLevel.objects.filter(listing__product=first).update(told=38, told_at=timezone.now())

    page = ask(admin_client, PRODUCTS, "exclude_from_sync", *told.products)

    silenced = page.context["foresight"].silenced
    assert [
        (each.sku, each.location, each.shows, each.stays, each.right) for each in silenced.places
    ] == [
        (first.sku, "Shop", 40, 38, 40),
        (second.sku, "Shop", 5, 5, 3),
        (third.sku, "Shop", None, None, None),
    ]
    said = " ".join(page.text.split())
    assert 'stays at 5 <span class="sc-warn">(3 would be right now)' in said
    assert "shows 38: taken already" in said
    assert "never told" in said
    assert "0 quantities" not in said

    monkeypatch.setattr("channels.selling.silencing.SHOWN", 1)
    page = ask(admin_client, LISTINGS, "untick", *Listing.objects.filter(state="linked"))

    assert [each.sku for each in page.context["foresight"].silenced.places] == [first.sku]
    assert "and 2 more places" in page.text


def test_a_location_switched_off_names_whose_numbers_stay(
    admin_client: Client, told: World
) -> None:
    data = mapped(told.location, told.warehouse)
    del data["is_enabled"]

    page = admin_client.post(page_of(told.location), data)

    [part] = page.context["parts"]
    assert [each.stays for each in part["foresight"].silenced.places] == [40, 5]
    assert "stays at 40" in page.text


def test_places_that_are_not_counted_any_more_are_said_to_be_there(
    admin_client: Client, told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Location.objects.create(channel=told.channel, external_id="L2", name="Annex")
    ListingLevel.objects.bulk_create(
        ListingLevel(listing=listing, location=other, acknowledged=3)
        for listing in Listing.objects.filter(product__in=told.products[:2])
    )
    both = [told.location, other]
    ids = [each.pk for each in both]

    seen = foreseeing.foresee_mapping({}, both, ids, most=3)
    assert (seen.silenced.total, seen.counted, seen.is_whole) == (3, 3, False)
    seen = foreseeing.foresee_mapping({}, both, ids, most=4)
    assert (seen.silenced.total, seen.silenced.is_whole) == (4, True)

    monkeypatch.setattr("channels.selling.silencing.SHOWN", 1)
    monkeypatch.setattr("channels.selling.foresee_mapping.__defaults__", ((), 2))
    ListingLevel.objects.filter(listing__product=told.products[2]).update(acknowledged=3)
    data = mapped(told.location, told.warehouse)
    del data["is_enabled"]
    page = admin_client.post(page_of(told.location), data)

    assert "Counted exactly for the first 2; there are more" in page.text
    assert "and more than 1 others" in page.text


def test_a_place_that_is_told_nothing_already_is_not_told_no_more(told: World) -> None:
    first, second = told.products[:2]
    Listing.objects.filter(product=first).update(is_ticked=False)

    def silenced() -> list[str]:
        seen = foreseeing.foresee_mapping({}, [told.location], [told.location.pk])
        return [each.sku for each in seen.silenced.places]

    assert silenced() == [second.sku]
    Channel.objects.update(is_stock_synced=False)
    assert silenced() == []
