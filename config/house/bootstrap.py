"""Make .venv with the locked requirements: ``python3 config/house/bootstrap.py [--dev]``.

Needs nothing but Python's standard library. Silent and quick when nothing is to be done; otherwise
pip installs with hashes only, and a stamp in .venv says for which lock file, Python and place.
Runs that meet wait for each other; one that was killed is repeated.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "stockcast.json"
LOCKS = ("requirements.txt", "requirements-dev.txt")  # the second holds all of the first

# Before anything an old Python could trip over: its users get a sentence, not a traceback.
HAVE = ".".join(str(number) for number in sys.version_info[:2])
if sys.version_info < (3, 11):  # noqa: UP036 - this file is what meets a Python of any age
    sys.exit(
        f"stockcast: Python 3.11 or newer is needed; {sys.executable} is {HAVE}.\n"
        "Install one and name it: make run PYTHON=python3.11"
    )


def main(arguments: list[str]) -> None:
    """Bring .venv up to date; ends with 1 and a remedy when this machine cannot have one."""
    is_dev = "--dev" in arguments
    if is_current(is_dev):
        return
    place = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(place, fcntl.LOCK_EX)
    if is_current(is_dev):  # another run did it while we waited
        return
    began = time.monotonic()
    if not is_usable():
        check_venv()
        make_venv()
    install(LOCKS[is_dev])
    say(f"installed {LOCKS[is_dev]} into .venv in {time.monotonic() - began:.0f} s")


def check_venv() -> None:
    """Refuse a Python that cannot make virtual environments, naming what to install."""
    if importlib.util.find_spec("ensurepip") is None:
        fail(
            f"{sys.executable} cannot make virtual environments: its module ensurepip is missing.",
            f"On Debian and Ubuntu: apt-get install python{HAVE}-venv",
        )


def is_current(is_dev: bool) -> bool:  # noqa: FBT001 - one question, asked in this file
    """True when .venv was made here, by this Python, from the lock files as they are now."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    if stamp.get("identity") != identity() or not PYTHON.exists():
        return False
    wanted = LOCKS[1:] if is_dev else LOCKS
    return any(stamp.get(lock) == digest(lock) for lock in wanted)


def identity() -> str:
    """What a virtual environment cannot survive a change of: its place and its Python."""
    return f"{VENV} {HAVE} {os.path.realpath(PYTHON)}"


def digest(lock: str) -> str:
    """The fingerprint of a lock file."""
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def is_usable() -> bool:
    """True when the .venv that is there can be installed into.

    One without a stamp was made by hand, or by a run that was killed: then pip itself decides.
    """
    try:
        if STAMP.exists() and json.loads(STAMP.read_text()).get("identity") != identity():
            return False
        done = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    except (OSError, ValueError):
        return False
    return done.returncode == 0


def make_venv() -> None:
    """Make .venv anew."""
    say(f"making a virtual environment with Python {sys.version.split()[0]}")
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(VENV)
    except (OSError, subprocess.CalledProcessError) as problem:
        fail(
            f"could not make {VENV}: {problem}",
            "Is there room, may this user write there, and is Python's venv package whole?",
        )


def install(lock: str) -> None:
    """Install `lock` and stamp it."""
    say(f"installing {lock}, which needs the package index once")
    write_stamp({})
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--no-input"]
    command += ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    if not is_writable_home():
        command.append("--no-cache-dir")
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    environment["PIP_USER"] = "0"
    done = subprocess.run([*command, "-r", str(ROOT / lock)], env=environment, check=False)
    if done.returncode != 0:
        fail(
            f"pip could not install {lock}, see above.",
            "Where the package index is out of reach, set PIP_INDEX_URL or PIP_FIND_LINKS.",
        )
    installed = LOCKS if lock == LOCKS[1] else (lock,)
    write_stamp({name: digest(name) for name in installed})


def is_writable_home() -> bool:
    """Whether pip may keep a cache: it warns at length when it may not."""
    home = os.environ.get("HOME", "")
    return bool(home) and os.access(home, os.W_OK)


def write_stamp(locks: dict[str, str]) -> None:
    """Replace the stamp in one step."""
    fresh = STAMP.with_suffix(".new")
    fresh.write_text(json.dumps({"identity": identity(), **locks}))
    fresh.replace(STAMP)


def say(text: str) -> None:
    """One line of progress."""
    print(f"stockcast: {text}", flush=True)


def fail(problem: str, remedy: str) -> None:
    """End with 1, what is wrong, and what to do."""
    sys.exit(f"stockcast: {problem}\n{remedy}")


if __name__ == "__main__":
    main(sys.argv[1:])
