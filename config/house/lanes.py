"""Pytest in several processes at once (pytest-xdist), each with servers of its own: lanes.

``config.house.servers test`` loads this as a plugin. It must come before pytest-django, which reads
the settings, and so the two URLs, before any conftest is imported. Without ``-n`` it changes
nothing; ``-n auto`` is one lane more than there are cores: a third of the long tests' time they
wait, for a browser, a worker or a clock.

A PostgreSQL that the operator named is shared by the lanes, each with a database of its own there.
"""

import os

import pytest

from config.house import servers

MOST = 8
"""Lanes of ``-n auto``: beyond that the longest tests decide when all is over."""


def open_lane() -> servers.Servers | None:
    """Servers for this process, where it is a lane, and their URLs in its environment."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return None
    for name in ("DATABASE_URL", "REDIS_URL"):
        if name == "REDIS_URL" or os.environ.get(servers.OWN_DATABASE):
            os.environ.pop(name, None)
    own = servers.start_scratch()
    os.environ.update(own.environment())
    return own


LANE = open_lane()


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than the cores that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min((usable or 1) + 1, MOST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long tests first, else as shuffled: one that began last would keep all lanes waiting."""
    if LANE is not None:
        usual = float(config.getini("timeout"))
        items.sort(key=lambda item: seconds_granted(item, usual) <= usual)


def seconds_granted(item: pytest.Item, usual: float) -> float:
    """How long a test may take by its own mark: it is the long ones that bear one."""
    mark = item.get_closest_marker("timeout")
    return usual if mark is None else float(mark.args[0])


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """The lane's last test is over."""
    if LANE is not None:
        LANE.stop()
