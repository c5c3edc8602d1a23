"""Keeps the house's programs running: starts them, restarts what dies, stops all of them."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import Popen
from types import FrameType

from config.house import processes
from config.house.processes import Child, Program, ServerError

MAX_RESTARTS = 5
FIRST_BACKOFF = 0.5  # seconds, doubled by each restart
STEADY_AFTER = 60  # seconds of life after which earlier deaths are forgiven
PATIENCE = 10  # seconds for a polite end


class StoppedError(Exception):
    """Somebody asked us to stop while we were still starting."""


class StepError(RuntimeError):
    """A step of the start failed, or a program keeps dying; the message says which and why."""


class Keeper:
    """The programs of one state directory. Signals only set a flag, so no moment is a bad one."""

    def __init__(self, state: Path) -> None:
        self.logs = state / "logs"
        self.environment = {processes.MARK: str(state), "PYTHONUNBUFFERED": "1"}
        self.children: list[Child] = []
        self.is_stopping = False

    def ask_stop(self, _number: int, _frame: FrameType | None) -> None:
        """Signal handler."""
        self.is_stopping = True

    def adopt(self, child: Child) -> None:
        """Watch a program that somebody else started and will stop."""
        self.children.append(child)

    def program(self, name: str, *command: str, death_signal: int = signal.SIGTERM) -> Program:
        """`command` with our environment and a log of its own."""
        log = processes.rotated(self.logs / f"{name}.log")
        return Program(command, log, self.environment, signal.Signals(death_signal))

    def keep(
        self, name: str, program: Program, is_ready: Callable[[], bool] | None = None
    ) -> Child:
        """Start `program` now and again whenever it dies; returns when `is_ready` says so."""
        log = self.logs / f"{name}.log"
        child = Child(name, lambda: processes.spawn(program), log, processes.spawn(program))
        self.children.append(child)
        if is_ready is not None:
            self.wait_for(child, is_ready)
        return child

    def wait_for(self, child: Child, is_ready: Callable[[], bool], seconds: float = 60) -> None:
        """Poll until `is_ready`. Raises StepError when `child` dies first or time is up."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if child.process.poll() is not None or time.monotonic() > deadline:
                raise StepError(f"{child.name} did not start:\n{processes.tail(child.log)}")
            self.pause(0.05)

    def step(self, name: str, *command: str, output: Path | None = None) -> Popen[bytes]:
        """Begin something that ends by itself; its log holds this run only (see `finish`)."""
        program = self.program(name, *command)
        (self.logs / f"{name}.log").unlink(missing_ok=True)
        return processes.spawn(replace(program, output=output))

    def finish(self, name: str, process: Popen[bytes]) -> None:
        """Wait for a step's end. Raises StepError with its last lines when it failed."""
        try:
            while process.poll() is None:
                self.pause(0.02)
        except StoppedError:
            processes.end(process, signal.SIGTERM, PATIENCE)
            raise
        if process.returncode != 0:
            log = processes.tail(self.logs / f"{name}.log", 25)
            raise StepError(f"{name} failed ({process.returncode}):\n{log}")

    def pause(self, seconds: float) -> None:
        """Sleep at most `seconds`. Raises StoppedError as soon as somebody asks us to stop."""
        deadline = time.monotonic() + seconds
        while not self.is_stopping:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.1))
        raise StoppedError

    def watch(self) -> None:
        """Restart what dies, until asked to stop (StoppedError) or a program keeps dying."""
        while True:
            for child in self.children:
                if child.process.poll() is not None:
                    self.revive(child)
            self.pause(0.25)

    def revive(self, child: Child) -> None:
        """Say who died and its last words, then start it again after a growing pause."""
        say(f"{child.name} ended ({child.process.returncode}); the end of {child.log}:")
        say(processes.tail(child.log))
        processes.kill_group(child.process.pid)
        if time.monotonic() - child.launched_at > STEADY_AFTER:
            child.restarts = 0
        if child.restarts >= MAX_RESTARTS:
            raise StepError(f"{child.name} was restarted {MAX_RESTARTS} times and ended again")
        self.pause(FIRST_BACKOFF * 2**child.restarts)
        child.restarts += 1
        child.launched_at = time.monotonic()
        try:
            child.process = child.launch()
        except ServerError as problem:
            say(str(problem))  # still dead: the next round counts it
        else:
            say(f"{child.name} restarted ({child.restarts} of {MAX_RESTARTS})")

    def stop(self, but: list[Child]) -> None:
        """Ask every program `but` these to end, all at once, then see to it."""
        ours = [child for child in reversed(self.children) if child not in but]
        for child in ours:
            if child.process.poll() is None:
                child.process.send_signal(child.end_signal)
        deadline = time.monotonic() + PATIENCE
        while any(child.process.poll() is None for child in ours) and time.monotonic() < deadline:
            time.sleep(0.02)
        for child in ours:
            processes.end(child.process, signal.SIGKILL, PATIENCE)


def say(text: str) -> None:
    """One line for the person at the terminal; a reader who went away is no reason to stop."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
