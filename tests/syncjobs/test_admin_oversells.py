"""The list and the page of oversell cases, and who may close them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from desk.cells import page_of
from inventory import ledger
from inventory.ledger import Cause
from orders.models import SalesOrder
from syncjobs import forensics
from syncjobs.models import Oversell
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:syncjobs_oversell_changelist")
GROUPS = ["CSM", "Partner", "Stock communicator", "Warehouse manager"]
SEEING = {"CSM", "Stock communicator"}


@pytest.fixture(autouse=True)
def _listening() -> None:
    forensics.connect()


@pytest.fixture
def case(world: World) -> Oversell:
    """Five cups, of which an order placed here took eight."""
    world.hold(world.products[1], 8)
    forensics.investigate()
    return Oversell.objects.get()


def member(client: Client, group: str) -> Client:
    client.force_login(person(group.lower().replace(" ", "-"), group=group))
    return client


def close(client: Client, case: Oversell) -> None:
    client.post(LIST, {"action": "close_cases", "_selected_action": [case.pk]})
    case.refresh_from_db()


def close_on_page(client: Client, case: Oversell) -> int:
    url = reverse("admin:syncjobs_oversell_close_case", args=[case.pk])
    return client.post(url, {"_form_submitted": "True", "key": "k"}).status_code


def test_an_empty_list_teaches_what_opens_a_case(admin_client: Client) -> None:
    assert "a case opens here by itself" in admin_client.get(LIST).text


def test_the_list_tells_what_was_oversold_and_how(admin_client: Client, case: Oversell) -> None:
    page = admin_client.get(LIST).text

    for word in ("CUP-1", "Main", "Placed here", "SO-CUP-1-8", "Sold here beyond what was left"):
        assert word in page
    assert ">Open<" in page.replace("\n", "").replace(" ", "")


def test_a_case_that_was_not_looked_into_says_so(admin_client: Client, world: World) -> None:
    world.hold(world.products[1], 8)

    assert "Being looked into" in admin_client.get(LIST).text
    assert "within a minute" in admin_client.get(page_of(Oversell.objects.get())).text


@pytest.mark.parametrize(
    ("state", "received", "is_closed"),
    [("open", 0, False), ("covered", 3, False), ("closed", 0, True)],
)
def test_the_list_is_narrowed_by_state(
    admin_client: Client, world: World, case: Oversell, state: str, received: int, is_closed: bool
) -> None:
    if received:
        ledger.receive(world.warehouse.pk, [(case.product_id, received)], Cause())
    if is_closed:
        forensics.close([case.pk], "maria")

    found = {
        each: len(admin_client.get(LIST, {"state": each}).context["cl"].result_list)
        for each in ("open", "covered", "closed")
    }

    assert found == dict.fromkeys(("open", "covered", "closed"), 0) | {state: 1}


def test_the_list_costs_the_same_for_many_cases(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for product in world.products:
        world.hold(product, 50)
    assert Oversell.objects.count() == 4

    with django_assert_max_num_queries(12):
        admin_client.get(LIST)


def test_the_page_shows_advice_and_timeline_to_the_millisecond_with_links(
    admin_client: Client, case: Oversell
) -> None:
    response = admin_client.get(page_of(case))
    page = response.text
    moments = response.context["moments"]

    assert case.advice in page
    assert "CUP-1: 3 units short" in page
    assert [each.kind for each in moments][-1] == "short"
    assert len(moments[-1].clock) == len("12:34:56.789")
    assert moments[-1].clock in page
    assert f'href="{moments[-1].url}"' in page
    assert admin_client.get(moments[-1].url).status_code == 200
    assert page_of(SalesOrder.objects.get()) in page


def test_the_page_links_only_to_what_the_person_may_see(client: Client, case: Oversell) -> None:
    client.force_login(person("reader", "syncjobs.view_oversell"))

    response = client.get(page_of(case))

    assert {each.url for each in response.context["moments"]} == {""}
    assert "More was" not in response.text
    assert page_of(SalesOrder.objects.get()) not in response.text


def test_the_page_says_since_when_there_is_enough_again(
    admin_client: Client, world: World, case: Oversell
) -> None:
    before = admin_client.get(page_of(case)).text
    ledger.receive(world.warehouse.pk, [(case.product_id, 3)], Cause())
    after = admin_client.get(page_of(case)).text

    assert "Covered since" not in before
    assert "Covered since" in after
    assert "There is enough again" in after


def test_closing_on_the_page_records_who_and_when_once(
    admin_client: Client, case: Oversell
) -> None:
    assert close_on_page(admin_client, case) == 302
    case.refresh_from_db()
    closed_at = case.closed_at
    close_on_page(admin_client, case)
    case.refresh_from_db()

    assert (case.closed_by, case.closed_at) == ("admin", closed_at)
    assert closed_at is not None
    assert "by admin" in admin_client.get(page_of(case)).text


@pytest.mark.parametrize("group", GROUPS)
def test_cases_are_seen_by_those_who_look_after_channels(
    client: Client, case: Oversell, group: str
) -> None:
    login = member(client, group)

    codes = {login.get(LIST).status_code, login.get(page_of(case)).status_code}

    assert codes == ({200} if group in SEEING else {403})


@pytest.mark.parametrize("group", GROUPS)
def test_cases_are_closed_by_csms_alone(client: Client, case: Oversell, group: str) -> None:
    close(member(client, group), case)

    assert (case.closed_at is not None) == (group == "CSM")
    assert case.closed_by == ("csm" if group == "CSM" else "")


@pytest.mark.parametrize("group", GROUPS)
def test_the_button_on_the_page_closes_for_csms_alone(
    client: Client, case: Oversell, group: str
) -> None:
    close_on_page(member(client, group), case)

    case.refresh_from_db()
    assert (case.closed_at is not None) == (group == "CSM")


def test_nobody_edits_or_deletes_a_case(admin_client: Client, case: Oversell) -> None:
    assert admin_client.post(page_of(case), {"short": 0}).status_code == 403
    delete = reverse("admin:syncjobs_oversell_delete", args=[case.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    assert admin_client.get(reverse("admin:syncjobs_oversell_add")).status_code == 403


def test_the_menu_offers_the_cases(admin_client: Client) -> None:
    assert LIST in admin_client.get(reverse("admin:index")).text
