"""The two servers all stands on: ours from wheels, or the operator's by DATABASE_URL, REDIS_URL.

    python -m config.house.servers WHAT
        exec -- COMMAND...     with the data in .stockcast/; while the house runs, with its servers
        scratch -- COMMAND...  with throw-away servers, any number at once
        test -- PYTEST ARGS    scratch, for pytest; with -n for each lane (lanes.py)
        clean                  delete all data kept here

Each variable counts on its own. The command's exit code is passed on (128 + n when signal n ended
it). ``--durable`` gives scratch servers that sync to disk. STOCKCAST_DATA names another directory
than .stockcast/.
"""

import argparse
import fcntl
import json
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

from config.house import postgres, processes, sockets, valkey
from config.house.processes import Child

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("STOCKCAST_DATA") or ROOT / ".stockcast").resolve()
SLOTS = 32
OWN_DATABASE = "STOCKCAST_OWN_DATABASE"  # tells tests that no operator named it


class HeldError(RuntimeError):
    """Another process holds this state directory; ``facts`` is what it wrote about itself."""

    def __init__(self, state: Path, facts: Mapping[str, str]) -> None:
        who = f"process {facts.get('pid', '?')} ({facts.get('what', 'starting')})"
        super().__init__(f"{state} is in use by {who}")
        self.facts = facts


@dataclass
class Servers:
    """Two URLs, and the servers behind them that are ours (none that the operator named)."""

    database_url: str
    redis_url: str
    state: Path
    lock: TextIO
    children: list[Child] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to work with these servers."""
        urls = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        return urls | {"SECRET_KEY": secret_key(self.state)}

    def tell(self, what: str, **facts: str) -> None:
        """Write into the lock who we are, for those who find it taken."""
        self.lock.seek(0)
        self.lock.truncate()
        self.lock.write(json.dumps({"pid": str(os.getpid()), "what": what, **facts}))
        self.lock.flush()

    def stop(self) -> None:
        """Stop our servers, the last started first, and give the state directory free."""
        while self.children:
            child = self.children.pop()
            processes.end(child.process, child.end_signal, 20)
        self.tell("stopped")
        self.lock.close()


def start(state: Path, *, is_durable: bool = True) -> Servers:
    """Claim `state`, end what a killed predecessor left, start what the environment lacks.

    Raises HeldError when another process has it, processes.ServerError when a server fails.
    """
    state = state.resolve()
    servers = Servers(
        os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""), state, _claim(state)
    )
    servers.tell("starting")
    processes.end_marked(state)
    try:
        if not servers.database_url:
            child, servers.database_url = postgres.start(state, is_durable=is_durable)
            servers.children.append(child)
        if not servers.redis_url:
            child, servers.redis_url = valkey.start(state, is_durable=is_durable)
            servers.children.append(child)
    except BaseException:
        servers.stop()
        raise
    return servers


def start_scratch(*, is_durable: bool = False) -> Servers:
    """Servers of the caller's own, for tests, never shared.

    Their data stay for the next run, for a new cluster costs a second.
    """
    for number in range(1, SLOTS + 1):
        try:
            return start(STATE / "test" / str(number), is_durable=is_durable)
        except HeldError:
            continue
    raise RuntimeError(f"{SLOTS} scratch servers at once are enough: see {STATE / 'test'}")


def secret_key(state: Path) -> str:
    """The installation's signing key: SECRET_KEY, or one made once and readable by us alone."""
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    path, fresh = state / "secret_key", state / f"secret_key.{os.getpid()}"
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        fresh.rename(path)
    return path.read_text()


def run(command: list[str], environment: Mapping[str, str]) -> int:
    """Run `command` in our terminal's foreground and pass signals on; returns its exit code."""
    program = processes.Program(tuple(command), environment=environment)
    child = processes.spawn(program, is_own_session=False)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # A terminal's Ctrl-C reaches the whole group; a second copy would cut the command's own
        # clean-up short.
        if number != signal.SIGINT or not sys.stdin.isatty():
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    code = child.wait()
    return code if code >= 0 else 128 - code


def borrowed_or_own(state: Path) -> tuple[dict[str, str], Servers | None]:
    """The environment to work with `state`: a live holder's servers, else our own.

    The caller must stop our own. Raises HeldError when the holder does not say within 60 s where
    its servers are.
    """
    deadline = time.monotonic() + 60
    while True:
        try:
            own = start(state)
        except HeldError as held:
            if "DATABASE_URL" in held.facts:
                urls = {name: held.facts[name] for name in ("DATABASE_URL", "REDIS_URL")}
                return urls | {"SECRET_KEY": secret_key(state)}, None
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            urls = {"DATABASE_URL": own.database_url, "REDIS_URL": own.redis_url}
            own.tell("config.house.servers exec", **urls)
            return own.environment(), own


def clean() -> None:
    """Delete .stockcast/ and what root keeps elsewhere for it. Raises HeldError while in use."""
    states = [STATE, *(STATE / "test").glob("*")] if STATE.exists() else []
    locks = [_claim(state) for state in states]
    for state in states:
        elsewhere = [sockets.short_directory(state / name) for name in ("postgres", "valkey")]
        for path in (postgres.private_home(state).parent, *elsewhere):
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(STATE, ignore_errors=True)
    for lock in locks:
        lock.close()


def main() -> int:
    """The command line described at the top of this file."""
    parser = argparse.ArgumentParser(prog="python -m config.house.servers", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("verb", choices=("exec", "scratch", "test", "clean"))
    parser.add_argument("--durable", action="store_true", help="scratch servers that sync to disk")
    parser.add_argument("command", nargs="*", help="after --")
    chosen = parser.parse_args()
    try:
        return _dispatch(chosen.verb, chosen.command, is_durable=chosen.durable)
    except (HeldError, processes.ServerError) as problem:
        print(problem, file=sys.stderr)
        return 1


def _dispatch(verb: str, command: list[str], *, is_durable: bool) -> int:
    if verb == "clean":
        clean()
        return 0
    if verb == "exec":
        environment, own = borrowed_or_own(STATE)
    else:
        own = start_scratch(is_durable=is_durable)
        # Marked: what a test leaves running is ended with its servers.
        environment = own.environment() | {processes.MARK: str(own.state)}
    if verb == "test":
        is_named = bool(os.environ.get("DATABASE_URL"))
        environment[OWN_DATABASE] = "" if is_named else "1"
        command = [sys.executable, "-m", "pytest", "-p", "config.house.lanes", *command]
    try:
        return run(command, environment)
    finally:
        if own is not None:
            if processes.MARK in environment:
                processes.end_marked(own.state)
            own.stop()


def _claim(state: Path) -> TextIO:
    _make(state)
    path = state / "lock"
    path.touch(mode=0o600)
    lock = path.open("r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = lock.read()
        lock.close()
        raise HeldError(state, json.loads(text) if text else {}) from None
    lock.truncate()
    return lock


def _make(state: Path) -> None:
    """Make `state` and what is missing above it.

    Root's may be passed through, not listed: ``nobody`` must get to its data.
    """
    missing = [path for path in (state, *state.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)


if __name__ == "__main__":
    sys.exit(main())
