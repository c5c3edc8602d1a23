"""The HTTP client over real sockets: what it refuses, what it reports, what it keeps to itself."""

from __future__ import annotations

import gzip
import io
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from channels.contract import ChannelError, Code
from channels.http import HttpClient

SECRET = "shpat_never_to_be_seen"


@contextmanager
def answering(*answers: Callable[[socket.socket], None]) -> Iterator[str]:
    """A loopback server that treats its connections, one after the other, as told."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                _read_request(connection)
                answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(timeout=10)
        listener.close()
        assert not thread.is_alive()


def _read_request(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received or not received.endswith(b"{}"):
        received += connection.recv(65536)


def saying(raw: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(raw)


def cutting(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def until_closed(connection: socket.socket) -> None:
    """Say nothing until the client gives up."""
    connection.recv(1)


def message(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def post(client: HttpClient, origin: str, path: str = "/x") -> tuple[int, bytes]:
    reply = client.post(f"{origin}{path}", body=b"{}", headers={"X-Token": SECRET}, label="a call")
    return reply.status, reply.body


def failing(client: HttpClient, origin: str) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        post(client, origin)
    return caught.value


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "503 Service Unavailable"])
def test_every_status_is_a_reply_not_an_error(status: str) -> None:
    with answering(saying(message(b"said", "X-Api: 7", status=status))) as origin:
        reply = HttpClient([origin]).post(f"{origin}/x", body=b"{}", headers={}, label="a call")
    assert (str(reply.status), reply.body) == (status[:3], b"said")
    assert reply.headers["x-api"] == "7"


def test_a_compressed_body_is_unpacked_and_counted_unpacked() -> None:
    packed = gzip.compress(b"0" * 100_000)
    answer = saying(message(packed, "Content-Encoding: gzip"))
    with answering(answer, answer) as origin:
        assert post(HttpClient([origin]), origin)[1] == b"0" * 100_000
        error = failing(HttpClient([origin], max_body_bytes=99_999), origin)
    assert len(packed) < 99_999
    assert (error.code, error.is_outcome_unknown) == (Code.OUTCOME_UNKNOWN, True)


def test_a_refused_connection_was_never_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        origin = f"http://127.0.0.1:{closed_soon.getsockname()[1]}"
    error = failing(HttpClient([origin]), origin)
    assert error.code is Code.UNAVAILABLE
    assert (error.permanent, error.is_outcome_unknown) == (False, False)


def test_an_unknown_host_name_was_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)

    def unknown(*_args: object, **_kwargs: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failing(HttpClient(["https://nowhere.invalid"]), "https://nowhere.invalid")
    assert error.code is Code.UNAVAILABLE
    assert (error.permanent, error.is_outcome_unknown) == (False, False)


def test_a_cut_after_sending_leaves_the_outcome_unknown() -> None:
    with answering(cutting) as origin:
        error = failing(HttpClient([origin]), origin)
    assert error.code is Code.OUTCOME_UNKNOWN
    assert (error.permanent, error.is_outcome_unknown) == (False, True)


def test_a_cut_amid_the_answer_leaves_the_outcome_unknown() -> None:
    whole = message(b"0123456789")
    with answering(saying(whole[:-5])) as origin:
        error = failing(HttpClient([origin]), origin)
    assert (error.code, error.is_outcome_unknown) == (Code.OUTCOME_UNKNOWN, True)


def test_a_late_answer_leaves_the_outcome_unknown() -> None:
    with answering(until_closed) as origin:
        error = failing(HttpClient([origin], timeouts=(1.0, 0.05)), origin)
    assert (error.code, error.is_outcome_unknown) == (Code.OUTCOME_UNKNOWN, True)


def test_an_earlier_error_in_flight_does_not_make_a_cut_look_unsent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        dead = f"http://127.0.0.1:{closed_soon.getsockname()[1]}"
    with answering(cutting) as origin:
        client = HttpClient([origin, dead])
        try:
            post(client, dead)
        except ChannelError:
            error = failing(client, origin)
    assert error.is_outcome_unknown


def test_a_redirect_is_refused_and_not_followed() -> None:
    moved = message(b"", "Location: https://example.com/", status="307 Temporary Redirect")
    with answering(saying(moved)) as origin:
        error = failing(HttpClient([origin]), origin)
    assert (error.code, error.permanent) == (Code.CONFIGURATION, True)


@pytest.mark.parametrize(
    "url", ["https://example.org", "http://example.com", "https://example.com:444"]
)
def test_a_host_that_is_not_allowed_is_refused_before_anything_is_sent(url: str) -> None:
    error = failing(HttpClient(["https://example.com"]), url)
    assert (error.code, error.permanent) == (Code.CONFIGURATION, True)


@pytest.mark.parametrize(
    "origin",
    [
        "http://example.com",
        "https://user@example.com",
        "https://example.com/path",
        "ftp://127.0.0.1",
    ],
)
def test_only_https_or_loopback_origins_can_be_allowed(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        HttpClient([origin])


def test_the_log_tells_the_call_but_neither_header_nor_body_nor_query(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="channels.http")
    with answering(saying(message(SECRET.encode())), cutting) as origin:
        post(HttpClient([origin]), origin, f"/x?token={SECRET}")
        with pytest.raises(ChannelError) as caught:
            post(HttpClient([origin]), origin, f"/x?token={SECRET}")
    assert "a call" in caplog.text
    assert "200" in caplog.text
    assert SECRET not in caplog.text + str(caught.value)


def test_a_credential_that_can_not_be_sent_is_not_repeated_in_the_error() -> None:
    client = HttpClient(["http://127.0.0.1:9"])
    with pytest.raises(ChannelError) as caught:
        client.post("http://127.0.0.1:9/x", body=b"", headers={"X-Token": f"{SECRET}\n"}, label="c")
    assert caught.value.code is Code.CONFIGURATION
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_credentials_of_a_netrc_file_are_never_added(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine example.com login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    sent: list[requests.PreparedRequest] = []

    def send(request: requests.PreparedRequest, **_options: object) -> requests.Response:
        sent.append(request)
        response = requests.Response()
        response.status_code, response.raw = 200, io.BytesIO(b"")
        return response

    client = HttpClient(["https://example.com"])
    monkeypatch.setattr(client._session, "send", send)
    post(client, "https://example.com")
    assert "Authorization" not in sent[0].headers


def test_a_proxy_of_the_environment_is_not_asked_for_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with answering(saying(message(b"direct"))) as origin:
        assert post(HttpClient([origin]), origin)[1] == b"direct"
