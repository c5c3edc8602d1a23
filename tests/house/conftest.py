"""Servers of these tests' own: they are killed here, which nobody else's may be."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.house import postgres, processes, sockets
from tests.house.watching import ROOT


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty state directory that PostgreSQL's user can reach, ended and removed afterwards.

    Not `tmp_path`: that lies in a directory closed to others, where root's server cannot run.
    """
    for name in ("DATABASE_URL", "REDIS_URL", "STOCKCAST_PARENT"):
        monkeypatch.delenv(name, raising=False)
    directory = Path(tempfile.mkdtemp(prefix="stockcast-test-", dir="/tmp")).resolve()
    directory.chmod(0o711)
    yield directory
    processes.end_marked(directory)
    for path in (
        directory,
        postgres.private_home(directory).parent,
        sockets.short_directory(directory / "postgres"),
        sockets.short_directory(directory / "valkey"),
    ):
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python with arguments in the checkout, its output readable; killed afterwards."""
    started = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            (sys.executable, *arguments),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
