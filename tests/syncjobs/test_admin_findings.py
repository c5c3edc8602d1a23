"""The list of drift: open findings, each with its cause, its way out, and one click to mend."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels.models import Channel, Communicated, ListingLevel, Observation
from desk.cells import page_of
from syncjobs.models import Finding
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

DRIFT = reverse("admin:syncjobs_finding_changelist")
LOOK = ("syncjobs.view_finding", "channels.view_communicated", "inventory.view_product")


def find(world: World, number: int = 0, cause: str = "edit", **fields: Any) -> Finding:
    """A finding at a product's level, which was believed to show 40 and shows 33."""
    level = world.level(world.products[number])
    ListingLevel.objects.filter(pk=level.pk).update(
        acknowledged=40, pushed_version=level.stale_version
    )
    return Finding.objects.create(
        **{
            "channel": world.channel,
            "level": level,
            "cause": cause,
            "shown": 33,
            "believed": 40,
            "should": 40,
            "message": "Somebody, or another app, changed it.",
        }
        | fields
    )


def choose(client: Client, found: list[Finding], **answers: object) -> Any:
    data = {"action": "mend", "_selected_action": [each.pk for each in found]}
    return client.post(DRIFT, data | answers)


def listed(client: Client, **query: str) -> list[str]:
    rows = client.get(DRIFT, query).context["cl"].result_list
    return [each.level.listing.product.sku for each in rows]


@pytest.fixture
def sender(client: Client) -> Client:
    client.force_login(person("sam", *LOOK, "channels.send_communicated"))
    return client


@pytest.fixture
def looker(client: Client) -> Client:
    client.force_login(person("lou", *LOOK))
    return client


def test_only_open_findings_are_listed_unless_asked_for_others(
    looker: Client, world: World
) -> None:
    find(world)
    find(world, 1, closed_at=timezone.now(), outcome="mended", closed_by="sam")
    find(world, 2, closed_at=timezone.now(), outcome="gone")

    assert listed(looker) == ["CUP-0"]
    assert listed(looker, outcome="mended") == ["CUP-1"]
    assert listed(looker, outcome="gone") == ["CUP-2"]
    assert listed(looker, outcome="all") == ["CUP-2", "CUP-1", "CUP-0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "CUP-1"}, ["CUP-1"]),
        ({"q": "CUP"}, []),
        ({"cause__exact": "order"}, ["CUP-1"]),
    ],
)
def test_findings_are_searched_by_sku_and_filtered(
    looker: Client, world: World, query: dict[str, str], found: list[str]
) -> None:
    find(world)
    find(world, 1, "order")

    assert listed(looker, **query) == found


def test_findings_are_filtered_by_channel(looker: Client, world: World) -> None:
    find(world)
    other = Channel.objects.create(kind="pretend", name="Other shop")

    assert listed(looker, channel__id__exact=str(world.channel.pk)) == ["CUP-0"]
    assert listed(looker, channel__id__exact=str(other.pk)) == []


def test_the_list_shows_what_is_shown_believed_and_right(looker: Client, world: World) -> None:
    find(world, shown=33, believed=39, should=41)

    page = looker.get(DRIFT).content.decode()

    assert all(f">{number}<" in page for number in (33, 39, 41))
    assert "Changed at the channel" in page
    assert "Corner shop" in page


def test_an_empty_list_says_what_fills_it(looker: Client, world: World) -> None:
    assert "Every 15 minutes" in looker.get(DRIFT).content.decode()


def test_the_list_costs_the_same_statements_however_many_rows(
    looker: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        find(world, number)

    with django_assert_max_num_queries(9):
        looker.get(DRIFT)


@pytest.mark.parametrize("cause", Finding.Cause.values)
def test_each_cause_has_a_page_with_its_words_its_advice_and_its_links(
    admin_client: Client, world: World, cause: str
) -> None:
    told = world.tell(world.products[0])
    finding = find(world, 0, cause, committed_there=4, committed_here=1)

    page = admin_client.get(page_of(finding)).content.decode()

    row = Communicated.objects.get(level=finding.level)
    for expected in (
        finding.message,
        "4 there, 1 held here",
        page_of(world.products[0]),
        page_of(row),
        page_of(told),
    ):
        assert expected in page
    assert ("parked=yes" in page) == (cause == "order")
    assert (f"/{finding.pk}/mend" in page) == (cause not in {"order", "not_mapped"})


def test_the_page_leads_nowhere_that_the_person_may_not_see(client: Client, world: World) -> None:
    client.force_login(person("new", "syncjobs.view_finding"))
    told = world.tell(world.products[0])
    finding = find(world, 0, "order")

    page = client.get(page_of(finding)).content.decode()

    assert finding.message in page
    assert page_of(world.products[0]) not in page
    assert page_of(told) not in page
    assert "parked=yes" not in page


def test_mending_is_previewed_before_anything_is_changed(sender: Client, world: World) -> None:
    edited, order = find(world), find(world, 1, "order")

    response = choose(sender, [edited, order])
    page = response.content.decode()

    assert (response.context["mendable"], response.context["left"]) == ([edited], [order])
    assert "1 to mend" in page
    assert "order not imported yet" in page
    assert Finding.objects.filter(closed_at=None).count() == 2
    assert not world.level(world.products[0]).is_due


def test_confirming_mends_logs_who_did_and_leaves_what_can_not_be_mended(
    sender: Client, world: World, given: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    edited, order = find(world), find(world, 1, "order")
    given.clear()

    with django_capture_on_commit_callbacks(execute=True):
        choose(sender, [edited, order], confirmed="1")

    edited.refresh_from_db()
    order.refresh_from_db()
    assert (edited.outcome, edited.closed_by, order.closed_at) == ("mended", "sam", None)
    level, seen = world.level(world.products[0]), Observation.objects.get()
    assert (level.acknowledged, level.is_due) == (33, True)
    assert (seen.available, seen.believed) == (33, 40)
    assert not world.level(world.products[1]).is_due
    assert given == [world.channel.pk]
    assert LogEntry.objects.get().user.username == "sam"


def test_one_row_is_asked_about_on_a_page_of_its_own_and_only_a_post_mends(
    sender: Client, world: World
) -> None:
    finding = find(world)
    url = reverse("admin:syncjobs_finding_mend_this", args=[finding.pk])

    assert "1 to mend" in sender.get(url).content.decode()
    finding.refresh_from_db()
    assert finding.closed_at is None
    sender.post(url, {"confirmed": "1"})
    finding.refresh_from_db()
    assert finding.closed_by == "sam"


def test_what_was_mended_already_is_said_and_not_mended_twice(sender: Client, world: World) -> None:
    finding = find(world)
    choose(sender, [finding], confirmed="1")
    level = world.level(world.products[0])

    response = sender.post(
        DRIFT + "?outcome=all",
        {"action": "mend", "_selected_action": [finding.pk], "confirmed": "1"},
        follow=True,
    )

    assert "None of these can be mended" in response.content.decode()
    assert world.level(world.products[0]).stale_version == level.stale_version


def test_a_channel_that_is_told_by_hand_is_named_before_it_is_mended(
    sender: Client, world: World
) -> None:
    Channel.objects.update(is_updated_on_change=False)

    page = choose(sender, [find(world)]).content.decode()

    assert "Corner shop is told by hand only" in page


def test_without_the_permission_to_send_nothing_is_mended(looker: Client, world: World) -> None:
    finding = find(world)
    url = reverse("admin:syncjobs_finding_mend_this", args=[finding.pk])

    choose(looker, [finding], confirmed="1")

    assert looker.post(url, {"confirmed": "1"}).status_code == 403
    assert Finding.objects.get().closed_at is None
    assert not world.level(world.products[0]).is_due


def test_findings_are_written_by_nobody(admin_client: Client, world: World) -> None:
    finding = find(world)

    assert admin_client.get(DRIFT + "add/").status_code == 403
    assert admin_client.post(page_of(finding), {"shown": 1}).status_code == 403
