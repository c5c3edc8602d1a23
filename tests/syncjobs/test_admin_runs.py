"""The list of runs, live and calm; and what people are told when something broke off."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import due, onboarding
from channels.models import Channel, Communicated, Listing, Location
from desk.cells import page_of
from syncjobs.models import ProcessLog, Run
from tests.pretend import World, person
from tests.syncjobs.test_admin_records import HOME, LOGS, RUNS, make_run

pytestmark = pytest.mark.django_db


def test_several_started_runs_are_followed_together(admin_client: Client, world: World) -> None:
    first = make_run(world, status="running", total=4, sent=1, started_at=timezone.now())
    second = make_run(world, status="finished")
    make_run(world)

    page = admin_client.get(RUNS, {"id__in": f"{first.pk},{second.pk}"})
    told = admin_client.get(
        reverse("admin:syncjobs_run_progresses"), {"ids": f"{first.pk},{second.pk},x,{10**30},"}
    )

    assert set(page.context["cl"].result_list) == {first, second}
    assert f'data-run="{first.pk}"' in page.text
    assert f'data-run="{second.pk}"' not in page.text
    assert "stockcast/runs.js" in page.text
    told_by_run = {key: (each["percent"], each["is_over"]) for key, each in told.json().items()}
    assert told_by_run == {str(first.pk): (25, False), str(second.pk): (100, True)}


def test_progress_of_several_runs_is_told_to_those_only_who_may_see_runs(client: Client) -> None:
    client.force_login(person("stranger", "inventory.view_product"))

    assert client.get(reverse("admin:syncjobs_run_progresses")).status_code == 403


def test_a_broken_off_run_and_its_channel_say_when_it_is_tried_again(
    admin_client: Client, world: World
) -> None:
    at = timezone.now() + datetime.timedelta(minutes=10)
    Channel.objects.update(problem_code="unavailable", problem="It is down", retry_at=at)
    run = make_run(world, status="failed", error_code="unavailable", error="It is down")

    pages = [admin_client.get(page).text for page in (page_of(run), page_of(world.channel), HOME)]

    assert all("or before that by the next sweep" in page for page in pages)


def test_who_may_not_retry_is_told_whom_to_ask_and_no_cell_is_empty(
    client: Client, admin_client: Client, world: World
) -> None:
    ProcessLog.objects.create(channel=world.channel, level="error", code="unavailable")
    hint = "ask a stock communicator"

    administrator = admin_client.get(LOGS).text
    assert hint not in administrator
    assert "by itself" in administrator
    client.force_login(person("carla", group="CSM"))
    assert hint in client.get(LOGS).text


def test_runs_that_had_nothing_to_change_are_hidden_counted_and_shown_when_asked_for(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    real = make_run(world, kind="due", trigger="change", status="finished", sent=1, total=9)
    empty = make_run(world, kind="due", trigger="change", status="finished", total=9)
    waiting = make_run(world, kind="due", trigger="change")

    with django_assert_max_num_queries(12):
        page = admin_client.get(RUNS)
    everything = admin_client.get(RUNS, {"empty": "shown"})
    narrowed = admin_client.get(RUNS, {"kind__exact": "due"})

    assert list(page.context["cl"].result_list) == [waiting, real]
    assert "1 run that had nothing to change is not shown." in page.text
    assert page.context["shown_url"].endswith("?empty=shown")
    assert list(everything.context["cl"].result_list) == [waiting, empty, real]
    assert list(narrowed.context["cl"].result_list) == [waiting, empty, real]
    assert "not shown" not in everything.text
    assert everything.text.count('aria-label="100 %"') == 2


def test_what_was_sent_to_two_channels_leads_to_the_list_of_just_these_runs(
    admin_client: Client, world: World
) -> None:
    product, other = world.products[0], make_run(world)
    second = Channel.objects.create(kind="pretend", name="Second", checked_at=timezone.now())
    shop = Location.objects.create(channel=second, external_id="L2", name="Second shop")
    shop.warehouses.set([world.warehouse])
    onboarding.tick(second, [product.pk])
    Listing.objects.filter(channel=second).update(state="linked", item_id="I-2")
    due.by_channel(second)
    rows = Communicated.objects.filter(product=product)

    table = reverse("admin:channels_communicated_changelist")
    chosen = {"action": "confirm_and_send", "_selected_action": [row.pk for row in rows]}
    answer = admin_client.post(table, chosen | {"confirmed": "yes"})

    started = list(Run.objects.exclude(pk=other.pk).order_by("-pk"))
    assert len(started) == 2
    page = admin_client.get(answer["Location"])
    assert list(page.context["cl"].result_list) == started
    assert all(page_of(run) in page.text for run in started)
    assert "follows these 2 runs" in page.text
