"""Child processes that do not outlive the process that started them, nor hide from its successor.

Three nets, because each has a hole: an ordinary ``end``; the kernel's death signal
(tether.py), which reaches children but not grandchildren; and a mark in the environment,
inherited by every descendant, by which the next start finds what is left.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

MARK = "STOCKCAST_STATE"
TETHER = Path(__file__).with_name("tether.py")
LOG_LIMIT = 5_000_000


class ServerError(RuntimeError):
    """A server did not come up; the message ends with the last lines of its log."""


@dataclass(frozen=True)
class Program:
    """What to run.

    ``log`` takes what it prints (None: our terminal does), ``output`` its standard output alone
    where that is wanted apart; ``user`` is whom to run as (root only).
    """

    command: tuple[str, ...]
    log: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    death_signal: signal.Signals = signal.SIGTERM
    user: str = ""
    directory: Path | None = None
    kept_fds: tuple[int, ...] = ()
    output: Path | None = None


@dataclass
class Child:
    """A program that is kept running: ``launch`` starts it again and returns once it serves."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    log: Path
    process: subprocess.Popen[bytes]
    end_signal: signal.Signals = signal.SIGTERM
    restarts: int = 0
    launched_at: float = field(default_factory=time.monotonic)


def spawn(program: Program, *, is_own_session: bool = True) -> subprocess.Popen[bytes]:
    """Start `program`, tied to our life. Its own session keeps a terminal's Ctrl-C away."""
    tether = (
        sys.executable,
        "-I",
        "-S",
        str(TETHER),
        str(os.getpid()),
        str(int(program.death_signal)),
        program.user,
    )
    with contextlib.ExitStack() as files:
        log = files.enter_context(program.log.open("ab")) if program.log else None
        output = files.enter_context(program.output.open("wb")) if program.output else log
        return subprocess.Popen(
            (*tether, *program.command),
            stdin=subprocess.DEVNULL if log else None,
            stdout=output,
            stderr=log,
            env={**os.environ, **program.environment},
            cwd=program.directory,
            pass_fds=program.kept_fds,
            start_new_session=is_own_session,
        )


def serving(
    process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path
) -> subprocess.Popen[bytes]:
    """`process`, once it `is_ready`. Raises ServerError when it ends first, or after 60 s."""
    deadline = time.monotonic() + 60
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            end(process, signal.SIGTERM, 10)
            code = process.returncode
            raise ServerError(f"{log.stem} did not come up ({code}), see {log}:\n{tail(log)}")
        time.sleep(0.02)
    return process


def end(process: subprocess.Popen[bytes], first: signal.Signals, patience: float) -> None:
    """Ask with `first`, wait `patience` seconds, then kill; its whole group is gone on return."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    kill_group(process.pid)


def kill_group(leader: int) -> None:
    """Kill what a dead session leader left behind in its group (a master's orphaned workers)."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody is left, or only an unreaped entry (macOS then says EPERM)


def end_marked(mark: Path, patience: float = 5.0) -> list[str]:
    """End every process, at any depth, started for the state directory `mark`; returns names."""
    left = [process for process in psutil.process_iter() if _is_marked(process, str(mark))]
    names = [_name(process) for process in left]
    for process in left:
        _signal(process, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(left, timeout=patience)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=patience)
    return names


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, indented, for a person who must know now why something ended."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join("    " + line for line in text.splitlines()[-lines:])


def rotated(log: Path) -> Path:
    """`log` with its directory made; an overlong one becomes ``NAME.log.1`` first."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log


def _is_marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.pid != os.getpid() and bool(process.environ().get(MARK) == mark)
    except (psutil.Error, OSError):
        return False  # ended meanwhile, or another user's, which we never start with a mark


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return str(process.pid)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
