"""Puts and fetches the files of feeds, at addresses that Amazon signs for a few minutes."""

from __future__ import annotations

import zlib
from urllib.parse import urlsplit

from channels.adapters.amazon.client import USER_AGENT
from channels.adapters.amazon.failures import refused
from channels.contract import ChannelError, Code
from channels.http import MAX_BODY_BYTES, HttpClient, Reply

CONTENT_TYPE = "application/json; charset=UTF-8"
_HOSTS = (".amazonaws.com", ".cloudfront.net", ".amazon.com")
_LOOPBACK = ("127.0.0.1", "localhost")
_GZIP = b"\x1f\x8b"


class Documents:
    """These hosts get no token: the address itself is the permission."""

    def __init__(self, *, is_sandbox: bool) -> None:
        self._is_sandbox = is_sandbox

    def put(self, url: str, content: bytes) -> None:
        """The content type must be the very one the address was made for."""
        self._exchange("PUT", url, content, {"Content-Type": CONTENT_TYPE})

    def fetch(self, url: str, compression: str) -> bytes:
        """The file, unpacked where `compression` is GZIP. Raises ChannelError."""
        body = self._exchange("GET", url, b"", {}).body
        # What the transfer unpacked already needs no more.
        return _unpacked(body) if compression == "GZIP" and body[:2] == _GZIP else body

    def _exchange(self, method: str, url: str, content: bytes, extra: dict[str, str]) -> Reply:
        http = HttpClient([self._origin(url)])
        headers = {"User-Agent": USER_AGENT, **extra}
        try:
            reply = http.request(method, url, body=content, headers=headers, label="feed document")
        except ChannelError as error:
            # Nothing has come of it: a file is nothing before a feed names it.
            error.is_outcome_unknown = False
            raise
        finally:
            http.close()
        if not 200 <= reply.status < 300:
            # An address that has expired answers 403 with XML; the next time there is a new one.
            message = f"Amazon's file store answered {reply.status} to {method}"
            raise ChannelError(Code.UNAVAILABLE, message, permanent=False)
        return reply

    def _origin(self, url: str) -> str:
        """Which hosts serve the files is documented nowhere: any of Amazon's may."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_theirs = parts.scheme == "https" and host.endswith(_HOSTS)
        is_own = self._is_sandbox and parts.scheme == "http" and host in _LOOPBACK
        if not (is_theirs or is_own):
            message = f"Amazon names {host or 'nothing'} as a file store, which is no host of its"
            raise refused(message, Code.CONFIGURATION)
        return f"{parts.scheme}://{parts.netloc}"


def _unpacked(body: bytes) -> bytes:
    """Never more than any other answer may hold."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        content = unpacking.decompress(body, MAX_BODY_BYTES)
    except zlib.error as error:
        message = "Amazon's report can not be unpacked"
        raise ChannelError(Code.UNAVAILABLE, message, permanent=False) from error
    if not unpacking.eof:
        raise refused(f"Amazon's report is cut, or larger than {MAX_BODY_BYTES} bytes")
    return content
