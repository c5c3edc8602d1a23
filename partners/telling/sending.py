"""One POST to a partner's receiver: to the very address that was judged, without redirects or
proxies, within a time and a size."""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException
from typing import Any

from partners.telling.addresses import Address, NotAllowedError, Target, routes

SECONDS = 10.0
"""For everything after the name was looked up: connecting, sending, and the answer's head."""
MOST_BYTES = 64 * 1024
"""Of an answer. Only its status counts."""
AGENT = "Stockcast-Webhooks"


class UndeliveredError(Exception):
    """No answer came. Its text is for the partner; it names no address and no secret."""


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    """Send JSON; returns the answer's status. Raises UndeliveredError."""
    try:
        addresses = routes(target)
    except NotAllowedError as error:
        raise UndeliveredError(str(error)) from error
    except (OSError, UnicodeError) as error:  # the latter: it can be no name
        raise UndeliveredError(f"The name {target.host} is not known.") from error
    deadline = time.monotonic() + SECONDS
    try:
        with _connect(target, addresses, deadline) as connected:
            return _exchange(target, _Bounded(connected, deadline), body, headers)
    except TimeoutError as error:
        raise UndeliveredError(f"No answer within {SECONDS:.0f} seconds.") from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or "no TLS"
        raise UndeliveredError(f"No secure connection: {reason}.") from error
    except HTTPException as error:
        raise UndeliveredError(f"No answer in HTTP ({type(error).__name__}).") from error
    except OSError as error:
        raise UndeliveredError(f"No connection: {error.strerror or 'cut'}.") from error


def _connect(target: Target, addresses: list[Address], deadline: float) -> socket.socket:
    """Connected to the first of the addresses that answers; with TLS, to the host that is meant."""
    last: OSError = TimeoutError()
    for address in addresses:
        try:
            plain = socket.create_connection((str(address), target.port), _left(deadline))
        except OSError as error:
            last = error
            continue
        if not target.is_secure:
            return plain
        try:
            plain.settimeout(_left(deadline))
            return _tls().wrap_socket(plain, server_hostname=target.host.rstrip("."))
        except BaseException:
            plain.close()
            raise
    raise last


def _exchange(target: Target, sock: _Bounded, body: bytes, headers: Mapping[str, str]) -> int:
    connection = HTTPConnection(target.host, target.port)
    connection.sock = sock  # all that is used of a socket
    every = {
        **headers,
        "Host": target.place,
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Connection": "close",
    }
    connection.request("POST", target.path, body, every)
    response = connection.getresponse()
    with suppress(OSError, HTTPException):
        response.read(1024)  # so that small answers end in peace; the status is known already
    return response.status


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Bounded:
    """A socket that ends at a time and after so many bytes, however slowly they drip."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(_left(self._deadline))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Answer(self._sock, self._deadline))

    def close(self) -> None:
        """Not yet: the answer is still read. Whoever connected closes."""


class _Answer(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline, self._left = sock, deadline, MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            return 0
        self._sock.settimeout(_left(self._deadline))
        number = self._sock.recv_into(buffer, min(len(buffer), self._left))
        self._left -= number
        return number
