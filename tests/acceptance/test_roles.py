"""Who sees and may do what: every group that comes out of the box, on every page."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from channels.models import Listing
from desk.cells import page_of
from inventory.models import Movement
from orders.models import SalesOrder
from syncjobs.models import Run
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

MANAGER, CSM, PARTNER, SENDER = "Warehouse manager", "CSM", "Partner", "Stock communicator"
ALL = {MANAGER, CSM, PARTNER, SENDER}

SEE = {
    "inventory.product": ALL,
    "inventory.warehouse": ALL,
    "inventory.stocklevel": ALL,
    "inventory.movement": {MANAGER, CSM},
    "inventory.purchaseorder": {MANAGER, CSM},
    "inventory.stocktake": {MANAGER, CSM},
    "inventory.transfer": {MANAGER, CSM},
    "orders.salesorder": {MANAGER, CSM},
    "orders.asn": {MANAGER, CSM},
    "channels.communicated": ALL,
    "channels.channel": {CSM, SENDER},
    "channels.location": {CSM, SENDER},
    "channels.listing": {CSM, SENDER},
    "channels.profile": {MANAGER, CSM, SENDER},
    "channels.sellinglist": {MANAGER, CSM, SENDER},
    "channels.publication": {CSM, SENDER},
    "channels.channelorder": {CSM, SENDER},
    "channels.transmission": {CSM, SENDER},
    "channels.notice": {CSM, SENDER},
    "syncjobs.run": {CSM, SENDER},
    "syncjobs.processlog": {CSM, SENDER},
    "syncjobs.finding": {CSM, SENDER},
    "syncjobs.oversell": {CSM, SENDER},
    "syncjobs.upload": {MANAGER, CSM},
    "partners.partner": {CSM},
    "partners.apikey": {CSM},
    "partners.webhook": {CSM},
    "partners.delivery": {CSM},
    "django_celery_beat.periodictask": set(),
    "django_celery_beat.crontabschedule": set(),
    "django_celery_beat.intervalschedule": set(),
    "auth.user": set(),
    "auth.group": set(),
}
ADD = {
    "inventory.product": {MANAGER},
    "inventory.warehouse": {MANAGER},
    "inventory.purchaseorder": {MANAGER},
    "inventory.stocktake": {MANAGER},
    "inventory.transfer": {MANAGER},
    "channels.profile": {CSM},
    "channels.sellinglist": {CSM},
    "syncjobs.upload": {MANAGER, CSM},
}

Login = Callable[[str], Client]


@pytest.fixture
def login(client: Client) -> Login:
    """Log a member of one group in. The groups are made by a migration; a test that empties the
    database before this one takes them away, so they are made sure of."""
    import_module("syncjobs.migrations.0002_create_groups").create_groups(apps, None)
    import_module("syncjobs.migrations.0006_let_csms_look_at_partners").let_look(apps, None)

    def log_in(group: str) -> Client:
        client.force_login(person(group.lower().replace(" ", "-"), group=group))
        return client

    return log_in


def address(model: str, page: str = "changelist") -> str:
    return reverse(f"admin:{model.replace('.', '_')}_{page}")


def test_every_page_of_the_admin_is_in_this_matrix() -> None:
    registered = {model._meta.label_lower for model in admin.site._registry}

    assert registered == set(SEE)


def test_no_action_names_a_permission_that_checks_would_look_up() -> None:
    """Such a check asks the database before the first migration has made its tables."""
    pages: list[Any] = list(admin.site._registry.values())
    named = {
        f"{type(page).__name__}.{act.path}: {permission}"
        for page in pages
        for act in [*page._get_base_actions_detail(), *page._get_base_actions_list()]
        for permission in getattr(act.method, "allowed_permissions", ())
        if "." in permission
    }

    assert named == set()


@pytest.mark.parametrize("group", sorted(ALL))
def test_a_group_sees_its_lists_and_no_other(login: Login, world: World, group: str) -> None:
    client = login(group)

    seen = {model for model in SEE if client.get(address(model)).status_code == 200}

    assert seen == {model for model, groups in SEE.items() if group in groups}


@pytest.mark.parametrize("group", sorted(ALL))
def test_a_group_adds_only_what_it_keeps(login: Login, world: World, group: str) -> None:
    client = login(group)

    added = {model for model in SEE if client.get(address(model, "add")).status_code == 200}

    assert added == {model for model, groups in ADD.items() if group in groups}


@pytest.mark.parametrize("group", sorted(ALL))
def test_the_menu_offers_what_the_group_may_see(login: Login, world: World, group: str) -> None:
    response = login(group).get(reverse("admin:index"))
    entries = [
        entry
        for part in response.context["sidebar_navigation"]
        for entry in part["items"]
        if entry["has_permission"]
    ]

    offered = {str(entry["link"]) for entry in entries} - {reverse("admin:index")}

    seen = {address(model) for model, groups in SEE.items() if group in groups}
    assert offered == seen | ({reverse("work")} if group == MANAGER else set())


def test_the_menu_names_the_table_as_the_source_does(login: Login) -> None:
    shown = login(PARTNER).get(reverse("admin:index")).content.decode()

    assert "Communicate inventory to external sources" in shown
    assert reverse("admin:syncjobs_run_changelist") not in shown


@pytest.mark.parametrize("group", sorted(ALL))
def test_the_first_page_opens_for_every_group(login: Login, world: World, group: str) -> None:
    context = login(group).get(reverse("admin:index")).context

    assert ("cards" in context) == (group in {CSM, SENDER})
    assert len(context["tiles"]) == {MANAGER: 4, CSM: 5, PARTNER: 1, SENDER: 1}[group]


FORMS = {
    "levels-TOTAL_FORMS": 0,
    "levels-INITIAL_FORMS": 0,
    "components-TOTAL_FORMS": 0,
    "components-INITIAL_FORMS": 0,
}


@pytest.mark.parametrize("group", sorted(ALL))
def test_the_marketplace_is_changed_by_csms_alone(login: Login, world: World, group: str) -> None:
    product = world.products[0]
    data = FORMS | {"sku": "X", "name": "X"}

    login(group).post(page_of(product), data)

    assert Listing.objects.get(product=product).is_ticked == (group != CSM)


@pytest.mark.parametrize("group", sorted(ALL))
def test_products_are_edited_by_warehouse_managers_alone(
    login: Login, world: World, group: str
) -> None:
    product = world.products[0]
    data = FORMS | {"sku": "CUP-0", "name": "Beaker"}

    login(group).post(page_of(product), data)

    product.refresh_from_db()
    assert (product.name == "Beaker") == (group == MANAGER)


@pytest.mark.parametrize("group", sorted(ALL))
def test_stock_is_adjusted_by_warehouse_managers_alone(
    login: Login, world: World, group: str
) -> None:
    product = world.products[0]
    before = Movement.objects.count()
    data = {
        "key": "k",
        "adjust-warehouse": world.warehouse.pk,
        "adjust-way": "change",
        "adjust-units": -1,
        "adjust-reason": "broken",
    }

    login(group).post(reverse("admin:inventory_product_adjust", args=[product.pk]), data)

    assert Movement.objects.count() - before == (group == MANAGER)


@pytest.mark.parametrize("group", sorted(ALL))
def test_orders_are_archived_by_managers_and_csms(login: Login, world: World, group: str) -> None:
    order = world.hold(world.products[0], 1)

    client, chosen = login(group), {"action": "archive", "_selected_action": [order]}
    client.post(address("orders.salesorder"), chosen)
    confirmed = {"ids": str(order), "key": "k", "change": "archive"}
    client.post(reverse("admin:orders_salesorder_chosen"), confirmed)

    is_archived = SalesOrder.objects.get(pk=order).archived_at is not None
    assert is_archived == (group in {MANAGER, CSM})


@pytest.mark.parametrize("group", sorted(ALL))
def test_confirm_and_send_is_for_those_who_have_its_own_permission(
    login: Login, world: World, group: str
) -> None:
    row = world.row(world.products[0])

    login(group).post(
        address("channels.communicated"),
        {"action": "confirm_and_send", "_selected_action": [row.pk], "confirmed": "1"},
    )

    assert Run.objects.exists() == (group == SENDER)


@pytest.mark.parametrize("group", sorted(ALL))
def test_listings_are_switched_by_csms_alone(login: Login, world: World, group: str) -> None:
    listing = world.listing(world.products[0])

    login(group).post(
        address("channels.listing"),
        {"action": "hold_back", "_selected_action": [listing.pk], "_confirmed": "1", "index": "0"},
    )

    listing.refresh_from_db()
    assert listing.is_excluded == (group == CSM)


@pytest.mark.parametrize("group", sorted(ALL))
def test_no_group_changes_a_channel(login: Login, world: World, group: str) -> None:
    response = login(group).post(page_of(world.channel), {"name": "Mine"})

    assert response.status_code == 403


@pytest.mark.parametrize("group", sorted(ALL))
def test_lists_stay_cheap_for_every_group(
    login: Login,
    world: World,
    group: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = login(group)
    for model in [model for model, groups in SEE.items() if group in groups]:
        with django_assert_max_num_queries(15):
            client.get(address(model))
    with django_assert_max_num_queries(12):
        client.get(reverse("admin:index"))


@pytest.mark.parametrize("group", sorted(ALL))
def test_explanations_open_for_every_group(login: Login, world: World, group: str) -> None:
    response = login(group).get(page_of(world.row(world.products[0])))

    assert response.status_code == 200


def test_making_the_groups_again_keeps_what_was_edited(login: Login) -> None:
    group = Group.objects.get(name=PARTNER)
    group.permissions.clear()

    import_module("syncjobs.migrations.0002_create_groups").create_groups(apps, None)

    assert group.permissions.count() == 0
    assert Group.objects.filter(name__in=ALL).count() == 4
