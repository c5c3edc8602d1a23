"""Runs, process logs, schedules and the first page."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from pytest_django import DjangoAssertNumQueries

from channels.models import Channel, ListingLevel
from desk.cells import page_of
from syncjobs import tasks
from syncjobs.models import ProcessLog, Run
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

RUNS = reverse("admin:syncjobs_run_changelist")
LOGS = reverse("admin:syncjobs_processlog_changelist")
SCHEDULES = reverse("admin:django_celery_beat_periodictask_changelist")
HOME = reverse("admin:index")


def make_run(world: World, **fields: Any) -> Run:
    return Run.objects.create(
        **{"channel": world.channel, "kind": "bulk", "trigger": "person"} | fields
    )


def progress_of(client: Client, run: Run) -> dict[str, Any]:
    response = client.get(reverse("admin:syncjobs_run_progress", args=[run.pk]))
    assert response.status_code == 200
    return dict(response.json())


def test_progress_is_told_as_json_while_it_runs_and_when_it_is_over(
    admin_client: Client, world: World
) -> None:
    run = make_run(world, status="running", total=8, sent=1, unchanged=2, started_at=timezone.now())
    midway = progress_of(admin_client, run)
    Run.objects.update(
        status="finished",
        skipped=3,
        failed=2,
        started_at=timezone.now() - datetime.timedelta(seconds=90),
        ended_at=timezone.now(),
    )
    over = progress_of(admin_client, run)

    assert (midway["percent"], midway["is_over"], midway["headline"]) == (
        37,
        False,
        "3 of 8 quantities",
    )
    assert (over["percent"], over["is_over"], over["status"]) == (100, True, "Finished")
    assert (over["skipped"], over["failed"], over["duration"]) == (3, 2, "1 min 30 s")


def test_a_run_that_waits_has_not_begun(admin_client: Client, world: World) -> None:
    waiting = progress_of(admin_client, make_run(world))

    assert (waiting["percent"], waiting["duration"], waiting["is_over"]) == (0, "–", False)


def test_progress_is_told_to_those_only_who_may_see_runs(client: Client, world: World) -> None:
    run = make_run(world)
    client.force_login(person("stranger", "inventory.view_product"))

    response = client.get(reverse("admin:syncjobs_run_progress", args=[run.pk]))

    assert response.status_code == 403


def test_progress_of_no_run_is_not_found(admin_client: Client) -> None:
    response = admin_client.get(reverse("admin:syncjobs_run_progress", args=[999_999]))

    assert response.status_code == 404


def test_only_the_page_of_an_unfinished_run_asks_for_progress(
    admin_client: Client, world: World
) -> None:
    running = admin_client.get(page_of(make_run(world, status="running"))).content.decode()
    finished = admin_client.get(page_of(make_run(world, status="finished"))).content.decode()

    assert "stockcast/progress.js" in running
    assert "data-url=" in running
    assert "stockcast/progress.js" not in finished
    assert "data-url=" not in finished


def test_the_page_of_a_run_shows_its_error_with_advice_and_its_logs(
    admin_client: Client, world: World
) -> None:
    run = make_run(world, status="failed", error_code="unauthorized", error="Token unknown")
    world.log(world.products[3], "not_matched", run)

    page = admin_client.get(page_of(run)).content.decode()

    assert "Token unknown" in page
    assert "Enter a valid token" in page
    assert "No match at the channel" in page
    assert "CUP-3" in page


def test_a_long_log_is_cut_and_leads_to_all_of_it(admin_client: Client, world: World) -> None:
    run, other = make_run(world), make_run(world)
    for _ in range(55):
        world.log(world.products[0], "stale", run)
    world.log(world.products[0], "stale", other)

    context = admin_client.get(page_of(run)).context
    first = admin_client.get(context["all_lines"]).context["cl"].result_list

    assert len(context["lines"]) == 50
    second = admin_client.get(f"{context['all_lines']}&p=2").context["cl"].result_list
    assert (len(first), len(second)) == (25, 25)


@pytest.mark.parametrize("address", [RUNS, LOGS])
def test_runs_and_logs_are_written_by_nobody(
    admin_client: Client, world: World, address: str
) -> None:
    run = make_run(world)
    line = world.log(world.products[0], "stale", run)
    page = page_of(run if address == RUNS else line)

    assert admin_client.get(address + "add/").status_code == 403
    assert admin_client.post(page, {"sent": 9}).status_code == 403
    assert admin_client.post(page.replace("change", "delete"), {"post": "y"}).status_code == 403
    assert (Run.objects.count(), ProcessLog.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "cup-3"}, ["CUP-3"]),
        ({"q": "cup"}, ["CUP-3", "CUP-0"]),
        ({"code": "not_matched"}, ["CUP-3"]),
        ({"level__exact": "error"}, []),
        ({"created_at_from_0": "2099-01-01", "created_at_from_1": "00:00:00"}, []),
        ({"created_at_from_0": "2001-01-01"}, ["CUP-3", "CUP-0"]),
        ({"created_at_to_0": "2001-01-01"}, []),
    ],
)
def test_logs_are_searched_and_filtered(
    admin_client: Client, world: World, query: dict[str, str], found: list[str]
) -> None:
    world.log(world.products[0], "stale")
    world.log(world.products[3], "not_matched")

    lines = admin_client.get(LOGS, query).context["cl"].result_list

    assert [line.sku for line in lines] == found


def test_a_malformed_day_is_refused_and_not_an_error(admin_client: Client, world: World) -> None:
    response = admin_client.get(LOGS, {"created_at_from_0": "yesterday"})

    assert (response.status_code, response.headers["Location"]) == (302, f"{LOGS}?e=1")


def test_each_log_line_says_what_it_means_and_what_to_do(
    admin_client: Client, world: World
) -> None:
    line = world.log(world.products[3], "not_matched")

    for address in (LOGS, page_of(line)):
        shown = admin_client.get(address).content.decode()
        assert "No match at the channel" in shown
        assert "correct its SKU" in shown


@pytest.mark.parametrize("address", [RUNS, LOGS, SCHEDULES])
def test_lists_stay_cheap(
    admin_client: Client,
    world: World,
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        world.log(world.products[0], "stale", make_run(world))
        crontab = CrontabSchedule.objects.create(minute=str(number))
        PeriodicTask.objects.create(name=f"Task {number}", task="x", crontab=crontab)

    with django_assert_max_num_queries(12):
        response = admin_client.get(address)

    assert len(response.context["cl"].result_list) >= 12


def test_a_schedule_is_edited_in_the_admin(admin_client: Client) -> None:
    crontab = CrontabSchedule.objects.create(minute="7")
    task = PeriodicTask.objects.create(name="Mine", task=tasks.sweep.name, crontab=crontab)
    hourly = CrontabSchedule.objects.create(minute="0")

    page = admin_client.get(page_of(task))
    response = admin_client.post(
        page_of(task),
        {
            "name": "Mine",
            "description": "Every hour",
            "regtask": tasks.send_new_products.name,
            "task": tasks.sweep.name,
            "crontab": hourly.pk,
            "args": "[]",
            "kwargs": "{}",
        },
    )

    assert page.context["adminform"].form.fields["regtask"].initial == tasks.sweep.name
    assert response.status_code == 302
    task.refresh_from_db()
    assert (task.crontab, task.enabled, task.task) == (hourly, False, tasks.send_new_products.name)


def test_a_task_typed_by_its_name_counts(admin_client: Client) -> None:
    crontab = CrontabSchedule.objects.create(minute="7")
    task = PeriodicTask.objects.create(name="Mine", task=tasks.sweep.name, crontab=crontab)

    admin_client.post(
        page_of(task),
        {
            "name": "Mine",
            "enabled": "on",
            "regtask": tasks.sweep.name,
            "task": "plugin.tasks.own",
            "crontab": crontab.pk,
            "args": "[]",
            "kwargs": "{}",
        },
    )

    task.refresh_from_db()
    assert task.task == "plugin.tasks.own"


def test_timetables_have_pages_of_their_own(admin_client: Client) -> None:
    crontab = CrontabSchedule.objects.create(minute="7")

    for model in ("crontabschedule", "intervalschedule"):
        for page in ("changelist", "add"):
            address = reverse(f"admin:django_celery_beat_{model}_{page}")
            assert admin_client.get(address).status_code == 200
    assert admin_client.get(page_of(crontab)).status_code == 200


def test_the_first_page_shows_each_channels_backlog_and_problem(
    admin_client: Client, world: World
) -> None:
    world.tell(world.products[0])
    ListingLevel.objects.update(stale_at=timezone.now() - datetime.timedelta(hours=2))
    Channel.objects.update(problem_code="unauthorized", problem="Token unknown")
    make_run(world, status="failed")

    [card] = admin_client.get(HOME).context["cards"]

    # Two of the three linked products wait; the one without a match is not sendable.
    assert (card.backlog, card.is_slow) == (2, True)
    assert "2\xa0hours ago" in card.freshness
    assert (card.state, card.problem) == ("Access token refused", "Token unknown")
    assert "Enter a valid token" in card.advice
    assert card.last_run == "Chosen products: Stopped by an error"


def test_a_channel_without_backlog_is_up_to_date(admin_client: Client, world: World) -> None:
    for product in world.products[:3]:
        world.tell(product)

    [card] = admin_client.get(HOME).context["cards"]

    assert (card.backlog, card.freshness, card.is_slow) == (0, "up to date", False)


@pytest.mark.parametrize(
    ("switch", "words"),
    [("is_active", "no order is taken in"), ("is_stock_synced", "No quantity is sent")],
)
def test_a_channel_that_is_off_says_so_instead_of_up_to_date(
    admin_client: Client, world: World, switch: str, words: str
) -> None:
    Channel.objects.update(**{switch: False})

    page = admin_client.get(HOME)

    assert words in page.context["cards"][0].off
    assert words in page.text
    assert "Oldest waits since" not in page.text


def test_an_empty_list_says_what_fills_it(admin_client: Client) -> None:
    assert "reason and what to do" in admin_client.get(LOGS).content.decode()
    assert "Nothing matches" in admin_client.get(LOGS, {"q": "x"}).content.decode()


def test_a_run_tells_by_reason_how_many_lines_and_leads_to_just_those(
    admin_client: Client, world: World
) -> None:
    run, other = make_run(world), make_run(world)
    for product in world.products[:3]:
        world.log(product, "untracked", run)
    world.log(world.products[3], "not_matched", run)
    world.log(world.products[3], "not_matched", other)

    said = admin_client.get(page_of(run)).context["said"]

    assert [(each.label, each.figure) for each in said] == [
        ("Stock is not tracked at the channel", "3"),
        ("No match at the channel", "1"),
    ]
    for each in said:
        assert admin_client.get(each.url).context["cl"].result_count == int(each.figure)
        assert admin_client.get(each.page).status_code == 200


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("failed", "Nothing is lost"),
        ("interrupted", "the next run goes on with it"),
        ("queued", "15 minutes at the latest"),
    ],
)
def test_a_run_that_did_not_end_well_says_what_follows(
    admin_client: Client, world: World, status: str, words: str
) -> None:
    assert words in admin_client.get(page_of(make_run(world, status=status))).text


def test_the_rate_of_a_run_is_told(admin_client: Client, world: World) -> None:
    begun = timezone.now() - datetime.timedelta(seconds=60)
    ended = begun + datetime.timedelta(seconds=60)
    quick = make_run(world, sent=1200, started_at=begun, ended_at=ended, status="finished")
    slow = make_run(world, sent=3, started_at=begun, ended_at=ended, status="finished")

    rates = [progress_of(admin_client, run)["rate"] for run in (quick, slow)]

    assert rates == ["20 a second", "3 a minute"]


def test_a_run_is_found_by_its_number(admin_client: Client, world: World) -> None:
    run, _ = make_run(world), make_run(world)

    for query in (str(run.pk), f"#{run.pk}"):
        listed = admin_client.get(RUNS, {"q": query}).context["cl"].result_list
        assert [each.pk for each in listed] == [run.pk]
