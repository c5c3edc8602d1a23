"""The one HTTP client of all adapters: limits on time, size and hosts, silent about secrets.

It knows no vendor. It answers with what the vendor said, whatever the status, and turns a
failure of the transport into the one `ChannelError`, telling "never sent" from "maybe executed".
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from channels.contract import ChannelError, Code

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
MAX_BODY_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `headers` looks names up in any case; `body` is decoded from its transfer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """A keep-alive session that talks to the given origins and to nobody else.

    origins  like `https://example.com` or `http://127.0.0.1:8100`; plain http on loopback only.
    Raises ValueError for any other origin. Not thread-safe: one client per adapter instance.
    """

    def __init__(
        self,
        origins: Collection[str],
        *,
        timeouts: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._origins = frozenset(_checked(origin) for origin in origins)
        self._timeouts = timeouts
        self._max_body_bytes = max_body_bytes
        self._session = requests.Session()

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str], label: str) -> Reply:
        """Send one POST; see `request`."""
        return self.request("POST", url, body=body, headers=headers, label=label)

    def request(
        self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str], label: str
    ) -> Reply:
        """Send one request, its body as it is; `label` names the call in the log, where neither
        header nor body nor query appears.

        Raises ChannelError: UNAVAILABLE when the request never left, CONFIGURATION for a foreign
        host, a redirect or a bad certificate, OUTCOME_UNKNOWN when the vendor may have acted.
        """
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" not in self._origins:
            raise ChannelError(
                Code.CONFIGURATION,
                f"{parts.hostname} is not a host of this channel",
                permanent=True,
            )
        # Proxies of the environment are for the vendor's host, never for this machine itself.
        self._session.trust_env = parts.hostname not in _LOOPBACK
        started = time.monotonic()
        try:
            reply = self._exchange(method, url, body, headers)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            failure = _failure(error, str(parts.hostname))
            logger.warning("%s %s%s failed: %s", label, parts.netloc, parts.path, failure.message)
            # The library's error holds the request and so the credentials: it goes no further.
            raise failure from None
        elapsed_ms = (time.monotonic() - started) * 1000
        logger.info(
            "%s %s%s %d %d bytes %.0f ms",
            label, parts.netloc, parts.path, reply.status, len(reply.body), elapsed_ms,
        )  # fmt: skip
        return reply

    def close(self) -> None:
        self._session.close()

    def _exchange(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        with self._session.request(
            method,
            url,
            data=body,
            headers=dict(headers),
            timeout=self._timeouts,
            allow_redirects=False,
            stream=True,
            auth=_keep_headers,
        ) as response:
            if response.is_redirect or response.is_permanent_redirect:
                raise ChannelError(
                    Code.CONFIGURATION,
                    f"{urlsplit(url).hostname} redirects to another address; correct the address",
                    permanent=True,
                )
            return Reply(response.status_code, response.headers, self._read(response))

    def _read(self, response: requests.Response) -> bytes:
        received = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            received += chunk
            if len(received) > self._max_body_bytes:
                raise ChannelError(
                    Code.OUTCOME_UNKNOWN,
                    f"The answer is larger than {self._max_body_bytes} bytes",
                    permanent=False,
                    is_outcome_unknown=True,
                )
        return bytes(received)


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An explicit no-op, so that a .netrc of the machine never adds credentials of its own."""
    return request


def _checked(origin: str) -> str:
    parts = urlsplit(origin)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not is_safe or origin != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        raise ValueError(f"{origin} is no https origin and no http origin on loopback")
    return origin


def _failure(error: Exception, host: str) -> ChannelError:
    reason = _reason(error)
    name = type(reason).__name__
    if _is_certificate(reason):
        message = f"The certificate of {host} is not valid"
        return ChannelError(Code.CONFIGURATION, message, permanent=True)
    if isinstance(error, ValueError):
        # requests marks an unusable address or header so; nothing was sent.
        message = f"The address or credentials for {host} can not be sent ({name})"
        return ChannelError(Code.CONFIGURATION, message, permanent=True)
    if _was_never_sent(reason):
        message = f"{host} can not be reached ({name})"
        return ChannelError(Code.UNAVAILABLE, message, permanent=False)
    message = f"{host} took the request but gave no whole answer ({name})"
    return ChannelError(Code.OUTCOME_UNKNOWN, message, permanent=False, is_outcome_unknown=True)


def _reason(error: Exception) -> BaseException:
    """The transport's own error inside the library's wrapping.

    Read from the wrapper's fields, not from `__context__`: an older error that happened to be
    in flight must not make a maybe-executed call look as if it had never been sent.
    """
    inner = error.args[0] if error.args else error
    reason = getattr(inner, "reason", inner)
    return reason if isinstance(reason, BaseException) else error


def _was_never_sent(reason: BaseException) -> bool:
    never_sent = (
        urllib3.exceptions.NewConnectionError,  # refused, unreachable, unknown name
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.ProxyError,  # raised only while the tunnel is not yet open
    )
    return isinstance(reason, never_sent)


def _is_certificate(reason: BaseException) -> bool:
    inner = reason.args[0] if reason.args else None
    return isinstance(inner, ssl.SSLCertVerificationError)
