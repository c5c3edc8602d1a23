"""Making a channel's location the source of a warehouse: what is refused, and how it is told."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.test import Client
from django.urls import reverse

from channels import mirroring, unmapped
from channels.models import Channel, Feed, ListingLevel, Location
from inventory import ledger
from inventory.errors import Mirrored
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from syncjobs.models import Run
from tests.factories import make_warehouse, stock
from tests.pretend import World
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(db: None) -> Warehouse:
    return make_warehouse(name="Store shelf")


def place(channel: Channel, name: str = "Depot") -> Location:
    return Location.objects.get(channel=channel, name=name)


def test_a_source_makes_its_warehouse_a_mirror_and_is_read_at_once(
    channel: Channel, copy: Warehouse, given: list[int]
) -> None:
    Run.objects.all().delete()
    mirroring.attach(place(channel), copy)
    copy.refresh_from_db()
    assert (place(channel).mirror, copy.is_mirror) == (copy, True)
    asked = Run.objects.get()
    assert (asked.channel, asked.kind, asked.status) == (channel, "compare", "queued")


def test_a_location_that_is_fed_can_not_be_a_source(channel: Channel, copy: Warehouse) -> None:
    with pytest.raises(Mirrored, match="is fed by warehouses, so what it shows is ours"):
        mirroring.attach(place(channel, "Shop"), copy)
    copy.refresh_from_db()
    assert (place(channel, "Shop").mirror, copy.is_mirror) == (None, False)


def test_the_default_location_can_not_be_a_source(channel: Channel, copy: Warehouse) -> None:
    Channel.objects.update(default_location=place(channel))
    with pytest.raises(Mirrored, match="choose another default location"):
        mirroring.attach(place(channel), copy)


def test_a_mirror_does_not_feed_the_channel_it_mirrors(channel: Channel, copy: Warehouse) -> None:
    feed(channel, "Shop", copy)
    with pytest.raises(Mirrored, match="Shop of the same channel would show it a second time"):
        mirroring.attach(place(channel), copy)


def test_neither_by_way_of_the_default_location(channel: Channel, copy: Warehouse) -> None:
    Channel.objects.update(default_location=place(channel, "Shop"))
    with suppress(Mirrored):
        mirroring.attach(place(channel), copy)
    is_source = place(channel).mirror is not None
    feeds = Feed.objects.filter(channel=channel, warehouse=copy)
    assert not (is_source and feeds.exists())


def test_a_warehouse_has_one_source(channel: Channel, copy: Warehouse) -> None:
    feed(channel, "Shop")
    mirroring.attach(place(channel), copy)
    with pytest.raises(Mirrored, match="Store shelf is the mirror of another location"):
        mirroring.attach(place(channel, "Shop"), copy)


def test_a_location_has_one_mirror(channel: Channel, copy: Warehouse) -> None:
    mirroring.attach(place(channel), copy)
    with pytest.raises(Mirrored, match="is the source of Store shelf already"):
        mirroring.attach(place(channel), make_warehouse())


def test_one_that_is_detached_leaves_no_number_behind(
    channel: Channel, copy: Warehouse, product: Product
) -> None:
    mirroring.attach(place(channel), copy)
    ledger.mirror(copy.pk, {product.pk: 4}, Cause())
    mirroring.detach(place(channel))
    mirroring.detach(place(channel))
    copy.refresh_from_db()
    assert (place(channel).mirror, copy.is_mirror) == (None, False)
    assert not StockLevel.objects.get(warehouse=copy).is_known


@pytest.fixture
def told(
    channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> tuple[Channel, Store, Product]:
    """Depot was fed and shows 10, which was told; then nothing feeds it any more."""
    store.add(product.sku, location="Depot")
    stock(product, warehouse, 10)
    feed(channel, "Shop")
    feed(channel, "Depot", warehouse)
    list_at_once(channel, product)
    assert store.available(product.sku, "Depot") == 10
    feed(channel, "Depot")
    return channel, store, product


@pytest.mark.parametrize("is_zeroed", [False, True])
@pytest.mark.parametrize("kind", list(Run.Kind))
def test_a_source_is_told_nothing_though_it_was_once(
    told: tuple[Channel, Store, Product],
    copy: Warehouse,
    warehouse: Warehouse,
    kind: Run.Kind,
    is_zeroed: bool,
) -> None:
    channel, store, product = told
    mirroring.attach(place(channel), copy)
    unmapped.switch(channel, is_zeroed=is_zeroed)
    feed(channel, "Shop", warehouse)
    ledger.receive(warehouse.pk, [(product.pk, 1)], Cause())
    sync(channel, kind)
    assert store.available(product.sku, "Depot") == 10
    assert not ListingLevel.objects.filter(
        location=place(channel), acknowledged__isnull=False
    ).exists()
    assert place(channel) not in unmapped.places(channel)


def change(client: Client, location: Location, **fields: object) -> str:
    url = reverse("admin:channels_location_change", args=[location.pk])
    form = {"is_enabled": "on"} | fields
    return client.post(url, form, follow=True).content.decode()


def test_it_is_set_and_emptied_on_the_locations_page(
    world: World, copy: Warehouse, admin_client: Client
) -> None:
    spare = Location.objects.create(channel=world.channel, external_id="L2", name="Spare")
    page = admin_client.get(reverse("admin:channels_location_change", args=[spare.pk]))
    assert "Becomes the stock of" in page.content.decode()
    change(admin_client, spare, mirror=copy.pk)
    spare.refresh_from_db()
    copy.refresh_from_db()
    assert (spare.mirror, copy.is_mirror) == (copy, True)
    listed = admin_client.get(reverse("admin:channels_location_changelist")).content.decode()
    assert "Store shelf" in listed
    change(admin_client, spare, mirror="")
    spare.refresh_from_db()
    copy.refresh_from_db()
    assert (spare.mirror, copy.is_mirror) == (None, False)


def test_the_page_tells_what_is_wrong_and_changes_nothing(
    world: World, copy: Warehouse, admin_client: Client
) -> None:
    spare = Location.objects.create(channel=world.channel, external_id="L2", name="Spare")
    both = change(admin_client, spare, mirror=copy.pk, warehouses=[make_warehouse().pk])
    assert "untick them" in both
    counted = change(admin_client, spare, mirror=world.warehouse.pk)
    assert "choose an empty warehouse" in counted
    mirroring.attach(spare, copy)
    other = Location.objects.create(channel=world.channel, external_id="L3", name="Other")
    assert "is the stock of Spare" in change(admin_client, other, mirror=copy.pk)
    assert "a second time" in change(admin_client, other, warehouses=[copy.pk])
    other.refresh_from_db()
    assert (other.mirror, other.warehouses.count()) == (None, 0)


def test_the_channels_page_sets_it_beside_the_warehouses(
    world: World, copy: Warehouse, admin_client: Client
) -> None:
    url = reverse("admin:channels_channel_change", args=[world.channel.pk])
    page = admin_client.get(url)
    form = page.context["adminform"].form
    formset = page.context["inline_admin_formsets"][0].formset
    data = {
        name: form.initial.get(name) if form.initial.get(name) is not None else ""
        for name in form.fields
    }
    data = {
        name: "on" if value is True else value for name, value in data.items() if value is not False
    }
    data |= {form.add_prefix(name): value for name, value in data.items()}
    data["connection_address"] = "corner"
    data |= {field.html_name: field.value() or "" for field in formset.management_form}
    row = formset.forms[0]
    data |= {row.add_prefix("id"): world.location.pk, row.add_prefix("is_enabled"): "on"}
    data |= {row.add_prefix("channel"): world.channel.pk, row.add_prefix("mirror"): copy.pk}
    answer = admin_client.post(url, data, follow=True)
    assert "was changed successfully" in answer.content.decode()
    world.location.refresh_from_db()
    assert (world.location.mirror, world.location.warehouses.count()) == (copy, 0)


def test_the_warehouses_page_says_that_it_is_a_mirror(
    channel: Channel, copy: Warehouse, admin_client: Client
) -> None:
    mirroring.attach(place(channel), copy)
    url = reverse("admin:inventory_warehouse_change", args=[copy.pk])
    page = admin_client.get(url).content.decode()
    assert "only that channel changes it" in page
    assert 'name="can_go_negative"' not in page
