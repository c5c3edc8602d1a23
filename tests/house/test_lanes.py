"""Lanes of tests do not meet: each has servers of its own, whatever its environment names."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from config.house import lanes
from tests.house.watching import alive

LANE = """
import os, signal
from config.house import lanes
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
signal.sigwait({signal.SIGTERM})
lanes.pytest_unconfigure()
"""

Python = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def given(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that a run of tests gives to its lanes."""
    monkeypatch.setenv("STOCKCAST_DATA", str(state))
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    monkeypatch.setenv("DATABASE_URL", "postgres://one@db.example/all")
    monkeypatch.setenv("REDIS_URL", "redis://queue.example/1")


def urls(lane: subprocess.Popen[str]) -> list[str]:
    assert lane.stdout is not None
    return lane.stdout.readline().split()


@pytest.mark.usefixtures("given")
def test_each_lane_has_servers_of_its_own_and_leaves_none(
    state: Path, python: Python, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKCAST_OWN_DATABASE", "1")
    both = [python("-c", LANE), python("-c", LANE)]
    found = [url for lane in both for url in urls(lane)]

    assert len(set(found)) == 4
    assert all(str(state) in url for url in found)
    assert alive(state)

    for lane in both:
        lane.terminate()
        assert lane.wait(60) == 0
    assert alive(state) == []


@pytest.mark.usefixtures("given")
def test_a_database_that_the_operator_named_is_shared(
    state: Path, python: Python, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKCAST_OWN_DATABASE", "")
    lane = python("-c", LANE)
    database_url, redis_url = urls(lane)

    assert database_url == "postgres://one@db.example/all"
    assert str(state) in redis_url

    lane.terminate()
    assert lane.wait(60) == 0


def test_a_process_that_is_no_lane_keeps_its_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)

    assert lanes.open_lane() is None


def test_there_is_one_lane_more_than_cores_but_not_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for usable, expected in ((1, 2), (2, 3), (64, lanes.MOST)):
        held = set(range(usable))
        monkeypatch.setattr("os.sched_getaffinity", lambda _, held=held: held, raising=False)
        assert lanes.pytest_xdist_auto_num_workers() == expected
