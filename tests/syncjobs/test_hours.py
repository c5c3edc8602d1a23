"""Figures by the hour: counted once when the hour is over, live until then, and always the same."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from channels.models import Publication
from channels.models.publication import Status
from syncjobs import hours, schedule
from syncjobs.hours import HOUR, Figures
from syncjobs.models import Hour, ProcessLog
from tests.pretend import World

pytestmark = pytest.mark.django_db


def tell(world: World, hours_ago: int, seconds: float = 1.0, **fields: object) -> None:
    """A receipt answered in the middle of an hour that began so many hours before this one."""
    told = world.tell(world.products[0])
    at = hours.floor(timezone.now()) - HOUR * hours_ago + HOUR / 2
    since = at - datetime.timedelta(seconds=seconds)
    changes = {"answered_at": at, "due_since": since} | fields
    Publication.objects.filter(pk=told.pk).update(**changes)


def log(world: World, hours_ago: int, code: str, level: str = "warning") -> None:
    line = world.log(world.products[0], code)
    at = hours.floor(timezone.now()) - HOUR * hours_ago + HOUR / 2
    ProcessLog.objects.filter(pk=line.pk).update(created_at=at, level=level)


def fill(world: World) -> None:
    for ago, seconds in ((2, 1.0), (2, 3.0), (5, 8.0), (30, 2.0)):
        tell(world, ago, seconds)
    tell(world, 2, status=Status.REJECTED)
    for ago, code in ((3, "untracked"), (3, "untracked"), (4, "stale"), (30, "untracked")):
        log(world, ago, code)
    log(world, 3, "excluded", level="info")


def seen() -> tuple[object, ...]:
    figures = Figures.read()
    return figures.told(24), figures.moved(24), figures.moved(168), figures.logged(24)


def test_what_was_counted_and_what_is_counted_live_are_the_same(world: World) -> None:
    fill(world)
    live = seen()

    assert hours.keep() == hours.KEPT
    assert hours.keep() == 0

    assert seen() == live
    told = {at: hour for at, hour in enumerate(reversed(Figures.read().told(24))) if hour.sent}
    assert {at: (hour.sent, hour.rejected) for at, hour in told.items()} == {2: (2, 1), 5: (1, 0)}
    assert (told[2].median, round(told[5].slowest or 0, 3)) == (2.0, 8.0)
    assert Figures.read().logged(24) == {
        (world.channel.pk, "untracked"): 2,
        (world.channel.pk, "stale"): 1,
    }


def test_hours_that_were_counted_are_not_looked_through_again(world: World) -> None:
    fill(world)
    hours.keep()
    Publication.objects.all().delete()
    ProcessLog.objects.all().delete()

    told, *_, logged = seen()

    assert sum(hour.sent for hour in told) == 3  # type: ignore[attr-defined]
    assert sum(logged.values()) == 3  # type: ignore[attr-defined]


def test_the_current_hour_is_never_kept(world: World) -> None:
    tell(world, 0)
    hours.keep()

    assert not Hour.objects.filter(begins_at__gte=hours.floor(timezone.now())).exists()
    assert Figures.read().told(24)[-1].sent == 1


def test_old_hours_are_forgotten_and_a_hole_is_counted_live(world: World) -> None:
    fill(world)
    live = seen()
    hours.keep()
    Hour.objects.create(begins_at=hours.floor(timezone.now()) - HOUR * 400, sent=9, rejected=0)
    Hour.objects.filter(begins_at=hours.floor(timezone.now()) - HOUR * 4).delete()

    assert seen() == live
    assert hours.keep() == 1
    assert not Hour.objects.filter(sent=9).exists()


def test_the_minute_task_counts_hours(world: World) -> None:
    schedule.retry()

    assert Hour.objects.count() == hours.KEPT


def test_counting_anew_corrects_what_was_written_into_the_past(world: World) -> None:
    hours.keep()
    fill(world)

    assert hours.recount() == hours.KEPT
    assert sum(hour.sent for hour in Figures.read().told(24)) == 3


def test_an_hour_is_read_by_its_indexes(world: World) -> None:
    begin = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in (hours._TOLD, hours._MOVED, hours._LOGGED):
            cursor.execute("EXPLAIN " + statement, [begin, begin + HOUR])
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
