"""Directories for unix sockets: private, and short enough for an address (107 bytes)."""

import contextlib
import hashlib
import os
import pwd
import re
import stat
from pathlib import Path

from config.house.processes import ServerError

TEMPORARY = Path("/tmp")  # noqa: S108 - short; what is made there is checked to be ours alone
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]{1,80}")  # needs no quoting in a URL, and is short


def socket_directory(home: Path, user: str = "") -> Path:
    """`home`, or a short private directory under /tmp where its path is no socket's address."""
    if PLAIN_PATH.fullmatch(str(home)):
        return home
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    short = short_directory(home)
    with contextlib.suppress(FileExistsError):
        short.mkdir(mode=0o700)
        os.chown(short, owner, -1)
    found = short.lstat()
    if found.st_uid != owner or found.st_mode & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise ServerError(f"{short} is not a private directory of ours: remove it and start again")
    return short


def short_directory(home: Path) -> Path:
    """Where the sockets of a `home` with a long or odd path are."""
    return TEMPORARY / f"stockcast-{digest(home)}"


def digest(path: Path) -> str:
    """A short name for `path`, the same every time."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:16]
