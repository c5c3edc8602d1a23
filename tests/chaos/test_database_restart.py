"""PostgreSQL is killed and comes back while stock moves and a push is under way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.house import postgres, processes
from tests.chaos import sizes

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def server() -> Iterator[tuple[processes.Child, str]]:
    """A server of this test's own, that syncs to disk as one in production does."""
    with tempfile.TemporaryDirectory(prefix="stockcast-", dir="/tmp") as name:
        state = Path(name)
        state.chmod(0o711)
        (state / "logs").mkdir()
        child, url = postgres.start(state, is_durable=True)
        try:
            yield child, url
        finally:
            processes.end(child.process, child.end_signal, 20)


def restart(server: processes.Child) -> None:
    """As a crash does: sessions are cut, what was not committed is gone, the log is replayed."""
    server.process.send_signal(signal.SIGQUIT)
    server.process.wait(30)
    server.process = server.launch()


def test_a_database_that_crashes_under_way_loses_nothing_that_was_acknowledged(
    server: tuple[processes.Child, str],
) -> None:
    child, url = server
    number = 30 * (sizes.RESTARTS + 1)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.under_restart", str(number)],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": url, "LOG_LEVEL": "CRITICAL"}
        | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said = line
        words = line.split()
        if words[0] == "moved" and int(words[1]) % 30 == 29 and int(words[1]) < number - 1:
            restart(child)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert said.startswith("right, after"), said
    assert int(said.split()[2]) >= sizes.RESTARTS, "nobody noticed"
