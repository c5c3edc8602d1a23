"""What a partner may see, as people choose it and read it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from desk.cells import list_of, page_of
from inventory.models import Warehouse
from partners.models import Partner
from tests.factories import make_warehouse
from tests.pretend import World, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def depot(db: None) -> Warehouse:
    return make_warehouse(code="depot", name="Depot")


def save(client: Client, partner: Partner | None, **fields: Any) -> Any:
    address = page_of(partner) if partner else reverse("admin:partners_partner_add")
    return client.post(address, {"name": "Acme", "is_active": "on"} | fields)


def test_a_partner_sees_what_was_chosen(
    admin_client: Client, world: World, depot: Warehouse
) -> None:
    save(admin_client, None, warehouses=[depot.pk], channels=[world.channel.pk])

    partner = Partner.objects.get()
    assert (partner.warehouse_ids, partner.channel_ids) == ([depot.pk], [world.channel.pk])


def test_a_new_partner_sees_nothing_until_somebody_says_so(
    admin_client: Client, world: World
) -> None:
    save(admin_client, None)

    partner = Partner.objects.get()
    assert (partner.warehouse_ids, partner.channel_ids) == ([], [])
    assert "No warehouses" in admin_client.get(list_of(Partner)).text


def test_all_means_also_those_to_come(admin_client: Client, world: World) -> None:
    partner = Partner.objects.create(name="Acme", warehouse_ids=[], channel_ids=[])

    chosen = [world.warehouse.pk]
    save(admin_client, partner, sees_all_warehouses="on", sees_all_channels="on", warehouses=chosen)

    partner.refresh_from_db()
    assert (partner.warehouse_ids, partner.channel_ids) == (None, None)
    shown = admin_client.get(list_of(Partner)).text
    assert "All warehouses, also those to come" in shown


def test_saving_the_page_as_it_opened_changes_nothing(
    admin_client: Client, world: World, depot: Warehouse
) -> None:
    partner = Partner.objects.create(name="Acme", warehouse_ids=[depot.pk], channel_ids=None)
    form = admin_client.get(page_of(partner)).context["adminform"].form
    switches = ("sees_all_warehouses", "sees_all_channels")

    save(
        admin_client,
        partner,
        warehouses=form["warehouses"].value(),
        channels=form["channels"].value(),
        **{name: "on" for name in switches if form[name].value()},
    )

    partner.refresh_from_db()
    assert (partner.warehouse_ids, partner.channel_ids) == ([depot.pk], None)


def test_what_was_deleted_meanwhile_keeps_its_name_and_can_be_taken_out(
    admin_client: Client, world: World, depot: Warehouse
) -> None:
    nameless = 987_654
    partner = Partner.objects.create(name="Acme", warehouse_ids=[depot.pk, nameless])
    admin_client.post(reverse("admin:inventory_warehouse_delete", args=[depot.pk]), {"post": "yes"})
    assert not Warehouse.objects.filter(pk=depot.pk).exists()

    page = admin_client.get(page_of(partner)).text
    assert f"{depot} (deleted)" in page
    assert f"#{nameless} (deleted)" in page
    save(admin_client, partner, warehouses=[world.warehouse.pk])

    partner.refresh_from_db()
    assert partner.warehouse_ids == [world.warehouse.pk]


def test_a_number_that_is_nothings_is_refused(admin_client: Client, world: World) -> None:
    page = save(admin_client, None, warehouses=["987654"])

    assert "not one of the available choices" in page.text
    assert not Partner.objects.exists()


def test_who_may_only_look_reads_names(client: Client, world: World, depot: Warehouse) -> None:
    client.force_login(person("lou", "partners.view_partner"))
    partner = Partner.objects.create(name="Acme", warehouse_ids=[depot.pk], channel_ids=None)

    page = client.get(page_of(partner)).text

    assert str(depot) in page
    assert "All channels, also those to come" in page
    assert '<input type="checkbox"' not in page.partition('id="content"')[2]
    assert save(client, partner).status_code == 403
