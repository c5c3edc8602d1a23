"""What dies is started again, not for ever; what will not stop is killed, with its children."""

import re
import sys
from pathlib import Path

import pytest

from config.house import keeper as keeping
from config.house.keeper import Keeper, StepError, StoppedError
from tests.house.watching import alive, until

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "600"])
print("deaf", flush=True)
time.sleep(600)
"""


def test_a_program_that_keeps_dying_is_restarted_five_times_and_shown(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keeping, "FIRST_BACKOFF", 0.001)
    keeper = Keeper(state)
    keeper.keep("weak", keeper.program("weak", "sh", "-c", "echo out of breath; exit 3"))
    with pytest.raises(StepError, match="weak was restarted 5 times"):
        keeper.watch()
    shown = capsys.readouterr().out
    assert len(re.findall(r"weak ended \(3\)", shown)) == 6
    assert "out of breath" in shown
    assert (state / "logs" / "weak.log").read_text().count("out of breath") == 6


def test_a_program_that_does_not_listen_is_killed_with_its_children(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PATIENCE", 0.2)
    keeper = Keeper(state)
    program = keeper.program("deaf", sys.executable, "-c", STUBBORN)
    log = state / "logs" / "deaf.log"
    keeper.keep("deaf", program, is_ready=lambda: "deaf" in log.read_text())
    assert len(alive(state)) == 2
    keeper.stop(but=[])
    until(lambda: not alive(state))


def test_asking_to_stop_ends_a_step_under_way(state: Path) -> None:
    keeper = Keeper(state)
    child = keeper.keep("slow", keeper.program("slow", "sleep", "600"))
    keeper.ask_stop(15, None)
    with pytest.raises(StoppedError):
        keeper.finish("slow", child.process)
    assert child.process.returncode is not None


def test_a_failed_step_is_named_with_its_last_lines(state: Path) -> None:
    keeper = Keeper(state)
    child = keeper.keep(
        "broken", keeper.program("broken", "sh", "-c", "echo no such table; exit 2")
    )
    with pytest.raises(StepError, match=r"broken failed \(2\):\n    no such table"):
        keeper.finish("broken", child.process)
