"""The first page: what needs somebody, how each channel is, and figures that lead to what they
count."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels.models import Channel, ChannelOrder, ListingLevel, Publication
from channels.models.publication import Status
from inventory.ledger import Cause
from inventory.models import Movement, StockLevel
from orders import fulfilment, intake
from partners.models import Partner, Webhook
from syncjobs import counting, hours
from syncjobs.counting import bounded
from syncjobs.models import Finding, Oversell, ProcessLog, Run, Upload
from tests.factories import make_purchase_order, make_transfer, make_warehouse
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")


@pytest.fixture
def busy(world: World) -> World:
    """Something in every figure of the first page."""
    for product in world.products[:2]:
        world.tell(product)
    Publication.objects.update(due_since=F("answered_at") - datetime.timedelta(seconds=7))
    told = world.tell(world.products[1])
    Publication.objects.filter(pk=told.pk).update(status=Status.REJECTED)
    level = world.level(world.products[0])
    ListingLevel.objects.filter(pk=level.pk).update(told_at=timezone.now(), told=3)
    Finding.objects.create(channel=world.channel, level=level, cause="rejected", shown=1, should=2)
    world.log(world.products[0], "untracked")
    world.log(world.products[1], "untracked")
    world.log(world.products[3], "not_matched")
    intake.cancel(world.hold(world.products[0], 3))
    world.hold(world.products[1], 9)
    shipped = world.hold(world.products[0], 2)
    fulfilment.ship_all([shipped], Cause())
    Oversell.objects.filter(closed_at=None).update(channel=world.channel)
    ChannelOrder.objects.create(
        channel=world.channel,
        external_id="1",
        number="#1",
        reason="order_refused",
        updated_at=timezone.now(),
    )
    StockLevel.objects.filter(product=world.products[0]).update(staged=4)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    for expected_on in (yesterday, None):
        make_purchase_order(
            world.warehouse, {world.products[0]: 5}, status="open", expected_on=expected_on
        )
    world.warehouse.stocktakes.create()
    there = make_warehouse()
    transfer = make_transfer(world.warehouse, there, {world.products[0]: 1})
    type(transfer).objects.update(status="in_transit")
    Upload.objects.create(
        key="u", kind="products", file_name="a.csv", size=1, language="en", uploaded_by="ana"
    )
    partner = Partner.objects.create(name="Agency")
    Webhook.objects.create(
        partner=partner, url="https://example.com/a", topics=[], failing_since=timezone.now()
    )
    return world


def listed(client: Client, url: str) -> int:
    """How many rows a list shows."""
    response = client.get(url)
    assert response.status_code == 200, url
    return int(response.context["cl"].result_count)


def figures(context: Any) -> Iterator[tuple[str, int, str]]:
    """Every figure of the page: its name, number, and the list it leads to."""
    tiles = [*context["tiles"], *context["work"]]
    yield from ((tile.label, tile.figure, tile.url) for tile in tiles)
    for card in context["cards"]:
        named = [card.waiting, card.unconfirmed, card.told, card.oversells]
        for number, figure in enumerate([*named, *card.drift, *card.failures]):
            yield f"{card.channel} {number} {figure.label}", figure.number, figure.url
    needs = [need for need in context["needs"] if need.number is not None]
    yield from ((need.title, need.number, need.url) for need in needs)
    yield from ((each.label, each.number, each.url) for each in context["failures"])
    yield from ((each.label, int(each.figure), each.url) for each in context["moved"])
    yield from charted(context["charts"][0])


def charted(told: Any) -> Iterator[tuple[str, int, str]]:
    """The figures of the chart of numbers told."""
    yield "told", int(told.figure), told.url
    for row in told.rows:
        for text, url in row.cells:
            if url:
                yield f"told {row.name} {url}", int(text), url


@pytest.mark.parametrize("is_kept", [False, True])
def test_every_figure_leads_to_the_list_that_it_counts(
    admin_client: Client, busy: World, *, is_kept: bool
) -> None:
    if is_kept:
        hours.keep()

    found = list(figures(admin_client.get(HOME).context))

    assert {name: listed(admin_client, url) for name, _, url in found} == {
        name: number for name, number, _ in found
    }
    assert min(number for name, number, _ in found) > 0, found
    assert len(found) > 25


def test_movements_are_shown_for_a_day_or_for_a_week(admin_client: Client, busy: World) -> None:
    old = timezone.now() - datetime.timedelta(days=3)
    copied = Movement.objects.filter(reason="opening").first()
    assert copied is not None
    copied.pk, copied.key, copied.recorded_at = None, "old", old
    copied.save(force_insert=True)

    day = {each.label: each for each in admin_client.get(HOME).context["moved"]}
    page = admin_client.get(HOME, {"movements": "7d"})
    week = {each.label: each for each in page.context["moved"]}

    assert int(week["Opening stock"].figure) == int(day["Opening stock"].figure) + 1
    for each in week.values():
        assert listed(admin_client, each.url) == int(each.figure)
    assert 'movements=7d#home-moved" aria-current="true"' in page.text


def test_what_needs_somebody_comes_most_urgent_first_and_with_its_remedy(
    admin_client: Client, busy: World
) -> None:
    Channel.objects.update(problem_code="unauthorized", problem="Token unknown")
    Run.objects.create(channel=busy.channel, kind="due", trigger="change", status="paused")

    page = admin_client.get(HOME)

    needs = page.context["needs"]
    assert [need.title for need in needs][:4] == [
        "Corner shop: Access token refused",
        "Corner shop: a run waits for your approval",
        "1 order of a channel could not be taken in",
        "Corner shop: 1 oversell case",
    ]
    assert [need.color for need in needs] == sorted(
        (need.color for need in needs), key=["danger", "warning", "info"].index
    )
    assert all(need.remedy and need.url for need in needs)
    assert "Enter a valid token" in page.text
    assert "All is well" not in page.text


def test_a_number_that_waits_for_long_asks_for_somebody(admin_client: Client, world: World) -> None:
    ListingLevel.objects.update(stale_at=timezone.now() - datetime.timedelta(hours=1))

    page = admin_client.get(HOME)
    [need] = page.context["needs"]

    assert need.title == "Corner shop: 3 numbers wait for long"
    assert "numbers to be sent</span>" in page.text
    assert listed(admin_client, need.url) == need.number == 3


def test_when_nothing_waits_the_page_says_so_calmly(admin_client: Client, world: World) -> None:
    assert "All is well" in admin_client.get(HOME).text

    world.hold(world.products[0], 99)  # more than there is: a figure below is red

    assert "All is well" not in admin_client.get(HOME).text


def test_drift_that_is_mended_by_itself_asks_for_nobody(admin_client: Client, world: World) -> None:
    level = world.level(world.products[0])
    Finding.objects.create(channel=world.channel, level=level, cause="edit")

    by_itself = admin_client.get(HOME).context
    Channel.objects.update(drift_policy="report")
    by_hand = admin_client.get(HOME).context

    assert [figure.number for figure in by_itself["cards"][0].drift] == [1]
    assert (len(by_itself["needs"]), len(by_hand["needs"])) == (0, 1)


def test_an_empty_house_teaches_three_steps_and_ticks_them_off(admin_client: Client) -> None:
    def done() -> list[bool]:
        return [step.is_done for step in admin_client.get(HOME).context["steps"]]

    page = admin_client.get(HOME)
    assert "Three steps to begin" in page.text
    assert "All is well" not in page.text
    assert done() == [False, False, False]
    Channel.objects.create(kind="pretend", name="Shop")
    assert done() == [True, False, False]


def test_a_house_at_work_is_taught_no_more(admin_client: Client, world: World) -> None:
    assert admin_client.get(HOME).context["steps"] == []


def test_a_warehouse_manager_sees_the_work_and_a_csm_the_channels(
    client: Client, busy: World
) -> None:
    def shown(group: str) -> Any:
        client.force_login(person(group, group=group))
        return client.get(HOME).context

    manager, csm, partner = shown("Warehouse manager"), shown("CSM"), shown("Partner")

    assert [tile.label for tile in manager["work"]] == [
        "purchase orders to receive",
        "product at the dock",
        "order to ship",
        "order shipped, ASN not sent",
        "stocktake open",
        "transfer on its way",
    ]
    assert "cards" not in manager
    [untold] = csm["work"]
    assert (untold.text, untold.note) == ("1", "2 units count twice until their ASN is sent")
    assert len(csm["cards"]) == 1
    assert (partner["needs"], partner["work"], "charts" in partner) == ([], [], False)
    assert [tile.label for tile in partner["tiles"]] == ["stock level backordered"]
    assert [tile.color for tile in partner["tiles"]] == [""]
    page = client.get(HOME).text
    assert "What you can look at" in page
    assert reverse("admin:channels_communicated_changelist") in page
    assert "is_watching" in partner
    assert not partner["is_watching"]


@pytest.mark.parametrize("group", ["Warehouse manager", "CSM", "Partner", "Stock communicator"])
def test_a_new_house_teaches_whoever_may_take_the_first_step(client: Client, group: str) -> None:
    client.force_login(person("ben", group=group))

    titles = [step.title for step in client.get(HOME).context["steps"]]

    assert bool(titles) == (group == "Warehouse manager")
    assert not titles or titles[0] == "Add a warehouse"


@pytest.mark.parametrize("group", ["Warehouse manager", "CSM", "Partner", "Stock communicator", ""])
def test_the_first_page_costs_at_most_twelve_statements_for_everybody(
    client: Client,
    busy: World,
    group: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(10):
        Channel.objects.create(kind="pretend", name=f"Shop {number}")
    client.force_login(
        person("ben", group=group) if group else User.objects.create_superuser("ana")
    )

    with django_assert_max_num_queries(12):
        response = client.get(HOME)

    assert response.status_code == 200


def test_large_figures_are_grouped_in_thousands(admin_client: Client, world: World) -> None:
    world.hold(world.products[1], 12_345)

    assert "12,340 units promised, not there" in admin_client.get(HOME).text


def test_no_list_is_counted_further_than_it_shows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "READ", 2)

    found = counting.count({"levels": counting.counted(ListingLevel.objects.all())})

    assert found["levels"].rows == 3
    assert bounded(found["levels"].rows) == "2+"


def test_the_charts_say_in_words_what_they_draw(admin_client: Client, busy: World) -> None:
    page = admin_client.get(HOME)

    told, speed = page.context["charts"]
    assert told.alternative == "2 sent and 1 rejected in the last 24 hours, by hour"
    assert f'role="img" aria-label="{told.alternative}"' in page.text
    assert "<caption" in page.text
    assert len(told.spots) == len(speed.spots) == 24
    linked = [spot for spot in told.spots if spot.url]
    assert sum(listed(admin_client, spot.url) for spot in linked) == 3
    assert "half within 7.0 s" in " ".join(spot.text for spot in speed.spots)


def test_failures_of_the_last_day_are_counted_by_reason(admin_client: Client, world: World) -> None:
    for product in world.products[:2]:
        world.log(product, "untracked")
    old = world.log(world.products[2], "untracked")
    ProcessLog.objects.filter(pk=old.pk).update(
        created_at=timezone.now() - datetime.timedelta(days=2)
    )
    world.log(world.products[3], "not_matched")

    failures = admin_client.get(HOME).context["failures"]

    assert [(each.label, each.number) for each in failures] == [
        ("Stock is not tracked at the channel", 2),
        ("No match at the channel", 1),
    ]
