"""Looking at processes from outside."""

import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from config.house import processes

ROOT = Path(__file__).resolve().parents[2]


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Poll until `condition` holds; fails the test when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def alive(state: Path) -> list[str]:
    """Command lines of all that runs for `state`: marked, or with its path as an argument."""
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            is_marked = process.environ().get(processes.MARK) == str(state)
            is_over = process.status() == psutil.STATUS_ZOMBIE
        except (psutil.Error, OSError):
            continue
        if not is_over and (is_marked or f"{state}/" in command):
            found.append(command)
    return found
