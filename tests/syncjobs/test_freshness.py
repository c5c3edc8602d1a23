"""How far channels are behind, and where a person sees it."""

from __future__ import annotations

import datetime
import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import accounts
from channels.models import Channel, ListingLevel, Publication
from channels.models.publication import Status
from desk.cells import page_of
from syncjobs import freshness
from syncjobs.budgets import RedisMeter
from syncjobs.freshness import Freshness
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")
CHANNELS = reverse("admin:channels_channel_changelist")


def tell(world: World, seconds: float | None, *, ago: float = 60.0, **fields: object) -> None:
    """A receipt answered `ago` seconds ago, `seconds` after its change; None: sent by hand."""
    told = world.tell(world.products[0])
    answered_at = timezone.now() - datetime.timedelta(seconds=ago)
    since = None if seconds is None else answered_at - datetime.timedelta(seconds=seconds)
    Publication.objects.filter(pk=told.pk).update(
        **{"answered_at": answered_at, "due_since": since} | fields
    )


def of(world: World) -> Freshness:
    return freshness.of([world.channel])[world.channel.pk]


def test_half_and_99_of_100_changes_are_told_within_the_two_figures(world: World) -> None:
    for seconds in range(101):
        tell(world, seconds)
    assert (of(world).median, of(world).slowest, of(world).told) == (50, 99, 101)


def test_old_and_refused_numbers_do_not_count_and_those_sent_by_hand_have_no_speed(
    world: World,
) -> None:
    tell(world, 5, ago=3700)
    tell(world, 5, status=Status.REJECTED)
    tell(world, None)
    assert (of(world).median, of(world).slowest, of(world).told) == (None, None, 1)
    tell(world, 2, status=Status.OBSERVED)
    assert (of(world).median, of(world).told) == (2, 2)


def test_what_waits_and_may_be_sent_is_counted_from_the_first_of_it(world: World) -> None:
    hour = timezone.now() - datetime.timedelta(hours=1)
    ListingLevel.objects.update(stale_at=hour)
    ListingLevel.objects.filter(listing__product=world.products[3]).update(
        stale_at=hour - datetime.timedelta(days=1)
    )
    assert (of(world).backlog, of(world).oldest_due_at) == (3, hour)
    for product in world.products[:3]:
        world.tell(product)
    assert (of(world).backlog, of(world).oldest_due_at) == (0, None)


def test_a_channel_to_which_nothing_happened_has_its_empty_figures(world: World) -> None:
    idle = Channel.objects.create(kind="pretend", name="Idle", settings={"address": "idle"})
    tell(world, 3)
    gone = Channel.objects.create(kind="removed", name="Gone")
    found = freshness.of([idle, world.channel, gone])
    assert found[idle.pk] == found[gone.pk] == Freshness()
    assert found[world.channel.pk].median == 3


def test_the_share_of_the_budget_in_use_is_told(world: World) -> None:
    meter = RedisMeter(accounts.account(world.channel))
    meter.observe(available=30, maximum=120, restore_rate=0)
    assert of(world).budget_used == 0.75


def test_many_channels_cost_as_many_queries_as_one(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    others = [Channel.objects.create(kind="pretend", name=f"Shop {number}") for number in range(5)]
    for channels in ([world.channel], [world.channel, *others]):
        with django_assert_num_queries(2):
            freshness.of(channels)


def test_the_first_page_says_how_fresh_a_channel_is_and_leads_to_its_receipts(
    admin_client: Client, world: World
) -> None:
    for seconds in (0.2, 0.4, 9):
        tell(world, seconds)
    tell(world, 1, status=Status.REJECTED)
    page = admin_client.get(HOME)
    [card] = page.context["cards"]
    assert card.speed == "half within 0.4 s, 99 of 100 within 8.8 s"
    assert card.speed in page.text
    assert html.escape(card.told.url) in page.text
    assert len(admin_client.get(card.told.url).context["cl"].result_list) == card.told.number == 3
    waiting = admin_client.get(card.waiting.url).context["cl"].result_list
    assert len(waiting) == card.waiting.number == card.backlog > 0


def test_the_list_of_channels_shows_freshness_for_all_at_once(
    admin_client: Client, world: World
) -> None:
    tell(world, 75)
    page = admin_client.get(CHANNELS)
    assert "half within 1 min 15 s, 99 of 100 within 1 min 15 s" in page.text
    assert re.search(r"telling=waiting[^>]*>2<", page.text)


def test_more_channels_cost_the_list_no_more_queries(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(30) as before:
        admin_client.get(CHANNELS)
    for number in range(5):
        Channel.objects.create(kind="pretend", name=f"Shop {number}")
    with django_assert_max_num_queries(len(before)):
        admin_client.get(CHANNELS)


def test_a_channels_page_explains_its_freshness_in_words(
    admin_client: Client, world: World
) -> None:
    tell(world, 0.3)
    page = admin_client.get(page_of(world.channel))
    assert "Freshness" in page.text
    assert "How far the channel is behind" in page.text
    assert "half within 0.3 s" in page.text


def test_whoever_may_not_see_receipts_gets_the_figures_without_the_link(
    client: Client, world: World
) -> None:
    tell(world, 0.3)
    client.force_login(person("viewer", "channels.view_channel"))
    page = client.get(HOME)
    assert "half within 0.3 s" in page.text
    assert "/publication/" not in page.text
