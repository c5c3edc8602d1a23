"""One bucket for all workers, in Redis; and without Redis one for each process."""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings
from django.db import connection

from channels import accounts
from channels.contract import Meter
from channels.meter import LocalMeter
from channels.models import Channel
from config.house import processes
from syncjobs import budgets
from syncjobs.budgets import RedisMeter
from tests.store import Store
from tests.syncjobs.outages import own_redis, stop

Server = tuple[processes.Child, str]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with own_redis(monkeypatch) as found:
        yield found


@pytest.fixture
def raw(server: Server) -> redis.Redis:
    """The server itself, past our meters."""
    return redis.Redis.from_url(server[1])


def told(meter: Meter, available: float, rate: float = 100) -> None:
    meter.observe(available=available, maximum=2000, restore_rate=rate)


def test_a_point_that_one_worker_took_is_gone_for_the_others(server: Server) -> None:
    one, two, stranger = RedisMeter("shop:a"), RedisMeter("shop:a"), RedisMeter("shop:b")
    told(one, 100, rate=1)
    assert one.reserve(100) == 0
    assert two.reserve(10) == pytest.approx(10, abs=1)
    assert stranger.reserve(10) == 0


def test_before_the_vendor_spoke_one_call_goes_and_the_others_follow_a_second_apart(
    server: Server,
) -> None:
    assert [RedisMeter("shop:a").reserve(10) for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_the_scripts_reckon_as_the_local_meter_does(server: Server, seed: int) -> None:
    chance, caller = random.Random(seed), 0
    ours = LocalMeter(caller=lambda: caller)
    shared = [RedisMeter("shop:a") for _ in range(4)]
    for _ in range(150):
        caller = chance.randrange(4)
        what = chance.choice(["reserve", "release", "observe", "assume"])
        points = chance.randint(0, 300)
        if what == "assume":
            shared[caller].assume(maximum=points, restore_rate=0.01)
            ours.assume(maximum=points, restore_rate=0.01)
        elif what == "observe":
            told(shared[caller], points, rate=0.01)
            told(ours, points, rate=0.01)
        elif what == "release":
            shared[caller].release(points)
            ours.release(points)
        else:
            expected = ours.reserve(points)
            assert shared[caller].reserve(points) == pytest.approx(expected, rel=0.01, abs=2)


def test_a_bucket_that_nobody_uses_is_forgotten_and_no_key_stays_for_ever(
    server: Server, raw: redis.Redis
) -> None:
    meter = RedisMeter("shop:a")
    for call in (lambda: meter.reserve(10), lambda: meter.release(10), lambda: told(meter, 5)):
        call()
        [key] = raw.keys("stockcast:meter:*")
        assert 0 < raw.ttl(key) <= budgets.IDLE_SECONDS


def test_a_flushed_server_only_forgets_what_the_next_answer_tells_again(
    server: Server, raw: redis.Redis
) -> None:
    meter = RedisMeter("shop:a")
    told(meter, 0, rate=1)
    raw.flushall()
    assert meter.reserve(10) == 0
    told(meter, 0, rate=1)
    assert meter.reserve(10) == pytest.approx(10, abs=1)


def test_a_published_bucket_is_full_once_for_all_workers(server: Server) -> None:
    workers = [RedisMeter("shop:a") for _ in range(3)]
    for worker in workers:
        worker.assume(maximum=2, restore_rate=0.1)
    waits = [worker.reserve(1) for worker in workers]
    assert waits == [0, 0, pytest.approx(10, abs=1)]
    told(workers[0], 0, rate=1)
    workers[0].assume(maximum=2, restore_rate=0.1)
    assert workers[0].reserve(10) == pytest.approx(12, abs=1)  # two others are on their way


def test_a_bucket_that_fills_slowly_is_kept_until_it_would_be_full(
    server: Server, raw: redis.Redis
) -> None:
    meter = RedisMeter("shop:a")
    meter.assume(maximum=20, restore_rate=0.0056)
    [key] = raw.keys("stockcast:meter:*")
    assert 3500 < raw.ttl(key) <= 3600
    meter.reserve(1)
    assert 3500 < raw.ttl(key) <= 3600


def test_without_redis_a_process_goes_by_the_published_bucket(server: Server) -> None:
    RedisMeter("shop:a").assume(maximum=2, restore_rate=0.1)
    stop(server[0])
    meter = RedisMeter("shop:a")
    assert [meter.reserve(1) for _ in range(3)] == [0, 0, pytest.approx(10, abs=1)]


def test_how_much_of_each_bucket_is_taken_is_told_where_it_is_known(server: Server) -> None:
    told(RedisMeter("shop:a"), 500, rate=0)
    assert budgets.used(["shop:a", "shop:b"]) == [0.75, None]
    assert budgets.used([]) == []


def test_without_redis_a_process_goes_on_from_what_the_vendor_said_last(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    meter = RedisMeter("shop:a")
    told(meter, 20, rate=1)
    stop(server[0])
    with caplog.at_level(logging.WARNING, "syncjobs.budgets"):
        assert meter.reserve(15) == 0
        assert RedisMeter("shop:a").reserve(15) == pytest.approx(10, abs=1)
        meter.release(15)
        told(meter, 50, rate=1)
        assert RedisMeter("shop:a").reserve(50) == 0
        assert budgets.used(["shop:a"]) == [None]
    assert len(caplog.records) == 1


def test_a_server_that_hangs_is_waited_for_once_and_shortly(server: Server) -> None:
    meter = RedisMeter("shop:a")
    told(meter, 20, rate=1)
    os.kill(server[0].process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for _ in range(20):
            meter.reserve(1)
        assert time.monotonic() - began < 4 * budgets.TIMEOUT_SECONDS
    finally:
        os.kill(server[0].process.pid, signal.SIGCONT)


def test_when_redis_is_back_the_bucket_is_shared_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = RedisMeter("shop:a"), RedisMeter("shop:a")
    told(one, 100, rate=1)
    os.kill(server[0].process.pid, signal.SIGSTOP)
    told(one, 90, rate=1)
    os.kill(server[0].process.pid, signal.SIGCONT)
    monkeypatch.setattr(budgets._link(settings.REDIS_URL), "resting_until", 0.0)
    told(one, 50, rate=1)
    assert one.reserve(50) == 0
    assert two.reserve(10) == pytest.approx(10, abs=1)


@pytest.mark.django_db
def test_channels_of_one_account_share_its_bucket_and_no_others(
    channel: Channel, store: Store
) -> None:
    def named(**changes: str) -> str:
        other = Channel(kind=channel.kind, settings=channel.settings | changes, credentials={})
        return accounts.account(other)

    ours = accounts.account(channel)
    assert named() == named(api_version="2026-07", client_id=" ") == ours
    assert named(sandbox_url="") != ours
    assert named(shop_domain="other.myshopify.com") != ours
    assert "myshopify" not in ours


@pytest.mark.django_db
def test_each_operation_of_an_account_has_a_bucket_of_its_own(
    channel: Channel, server: Server
) -> None:
    connection = accounts.connect(channel).connection
    assert connection.meter is not None
    assert connection.meters is not None
    told(connection.meter, 0, rate=1)
    connection.meters("read").assume(maximum=2, restore_rate=1)
    connection.meters("write").assume(maximum=1, restore_rate=1)
    again = accounts.connect(channel).connection.meters
    assert again is not None
    assert [again("read").reserve(1), again("write").reserve(1)] == [0, 0]
    assert again("read").reserve(1) == pytest.approx(0, abs=0.5)
    assert again("write").reserve(1) == pytest.approx(1, abs=0.5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whose", ["shared", "own"])
def test_two_processes_that_share_a_bucket_are_never_throttled_and_with_one_each_they_are(
    server: Server, channel: Channel, store: Store, whose: str
) -> None:
    store.post("shop", bucket_maximum=1000, restore_rate=60, available_points=60)
    accounts.connect(channel).pull_locations()
    before = store.get("counters")["counters"]
    database = urlsplit(os.environ["DATABASE_URL"])._replace(
        path=f"/{connection.settings_dict['NAME']}"
    )
    start = "import django; django.setup(); from tests.syncjobs.calling import main; main()"
    callers = [
        subprocess.Popen(
            [sys.executable, "-c", start, str(channel.pk), "4", whose],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {
                "DATABASE_URL": database.geturl(),
                "REDIS_URL": server[1],
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    assert [caller.stdout.readline() for caller in callers if caller.stdout] == ["ready\n"] * 2
    for caller in callers:
        print(file=caller.stdin, flush=True)
    answered = [int(caller.communicate(timeout=60)[0]) for caller in callers]
    after = store.get("counters")["counters"]
    assert min(answered) > 0
    assert after["points_spent"] - before["points_spent"] > 60  # what was there at first
    assert (after["throttled"] > 0) is (whose == "own")
