"""Webhooks go to public addresses over HTTPS, and to private ones only where listed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from partners.telling import addresses, sending
from partners.telling.addresses import NotAllowedError, Target, is_public, parse
from partners.telling.sending import UndeliveredError
from tests.partners.receiver import Receiver

LOOPBACK = override_settings(WEBHOOK_PRIVATE_NETWORKS=[ip_network("127.0.0.0/8")])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://127.0.0.1:443/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0.0.0.0/",
        "https://10.0.0.5/hook",
        "https://172.16.0.1/",
        "https://192.168.1.1:8443/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://224.0.0.1/",
        "https://239.1.2.3/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://192.0.2.7/",
        "https://198.18.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[ff02::1]/",
        "https://[2001:db8::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:7f00:1::1]/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://printer.local/",
        "https://db.internal/",
        "https://intranet/",
        "http://example.com/",
        "http://8.8.8.8/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "example.com",
        "https://",
        "https:///hook",
        "https://user:word@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:port/",
        "https://example.com/#part",
        "https://exa mple.com/",
        "https://example.com/\r\nHost: other",
        "https://exämple.com/",
        "https://-example.com/",
        "https://example..com/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://[2606:4700::1%..a]/",
        "https://[2606:4700::1%25eth0]/",
        "https://[v1..:a]/",
        "https://[v1." + "a" * 70 + ".b:c]/",
        "https://[8.8.8.8]/",
        "https://[]/",
        "https://[2606:4700::1111]example.com/",
        "https://example.com[2606:4700::1111]/",
        "https://" + "a" * 70 + ".example.com/",
    ],
)
def test_these_are_refused_by_their_form(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse(url)
    assert list(refused.value.message_dict) == ["url"]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com/hook", Target(True, "example.com", 443, "example.com", "/hook")),
        (
            "https://Example.com:8443?a=1",
            Target(True, "example.com", 8443, "Example.com:8443", "/?a=1"),
        ),
        ("https://8.8.8.8/", Target(True, "8.8.8.8", 443, "8.8.8.8", "/")),
        (
            "https://[2606:4700::1111]/x",
            Target(True, "2606:4700::1111", 443, "[2606:4700::1111]", "/x"),
        ),
    ],
)
def test_these_are_taken_apart(url: str, target: Target) -> None:
    assert parse(url) == target


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "found",
    [["10.1.2.3"], ["::1"], ["::ffff:192.168.0.1"], ["8.8.8.8", "127.0.0.1"], ["64:ff9b::7f00:1"]],
)
def test_a_name_that_leads_to_any_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    answers(monkeypatch, found)
    with pytest.raises(NotAllowedError) as refused:
        addresses.routes(parse("https://hooks.example.com/"))
    assert not any(address in str(refused.value) for address in found)


def test_what_was_judged_is_what_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """A name that answers differently the second time is asked once only."""
    asked = answers(monkeypatch, ["127.0.0.1"])
    port = parse(receiver.url).port
    target = Target(False, "hooks.example.com", port, f"hooks.example.com:{port}", "/hook?x=1")
    assert sending.post(target, b"{}", {}) == 204
    assert asked == ["hooks.example.com"]
    [taken] = receiver.taken
    assert (taken.headers["host"], taken.path) == (f"hooks.example.com:{port}", "/hook?x=1")


def test_http_is_for_private_addresses_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(WEBHOOK_PRIVATE_HOSTS=["hooks.lan"]):
        assert parse("http://hooks.lan/").port == 80
        assert parse("https://hooks.lan/").port == 443
    with LOOPBACK:
        assert parse("http://127.0.0.1:8080/").port == 8080
        assert parse("http://[::ffff:127.0.0.1]/").host == "::ffff:127.0.0.1"
        answers(monkeypatch, ["8.8.8.8"])
        with pytest.raises(NotAllowedError):
            addresses.routes(Target(False, "hooks.example.com", 80, "hooks.example.com", "/"))


def test_a_listed_host_may_lead_anywhere_and_others_may_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers(monkeypatch, ["10.1.2.3"])
    with override_settings(WEBHOOK_PRIVATE_HOSTS=["hooks.corp.example"]):
        target = parse("https://HOOKS.corp.example./x")
        assert addresses.routes(target) == [ip_address("10.1.2.3")]
        with pytest.raises(NotAllowedError):
            addresses.routes(parse("https://other.corp.example/x"))


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.fail(302)
    receiver.extra = {"Location": receiver.url + "/elsewhere"}
    assert sending.post(parse(receiver.url), b"{}", {}) == 302
    assert len(receiver.taken) == 1


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert sending.post(parse(receiver.url), b"{}", {}) == 204


def test_what_can_be_no_name_is_not_known() -> None:
    host = f"{'a' * 70}.example.com"
    with pytest.raises(UndeliveredError, match="is not known"):
        sending.post(Target(True, host, 443, host, "/"), b"{}", {})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "No answer in HTTP"),
        (b"SSH-2.0-OpenSSH\r\n", "No answer in HTTP"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5000, "No answer in HTTP"),
    ],
)
def test_what_is_no_answer_is_not_taken_for_one(answer: bytes, says: str) -> None:
    with LOOPBACK, talking([answer]) as url, pytest.raises(UndeliveredError, match=says):
        sending.post(parse(url), b"{}", {})


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 2000,
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 50_000_000,
    ],
)
def test_a_large_answer_is_not_read_to_its_end(answer: bytes) -> None:
    with LOOPBACK, talking([answer]) as url:
        assert sending.post(parse(url), b"{}", {}) == 200


def test_an_answer_that_drips_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.5)
    with (
        LOOPBACK,
        talking([b"HTTP/1.1 200 OK\r\n"], then=b"X: y\r\n") as url,
        pytest.raises(UndeliveredError, match="No answer within"),
    ):
        sending.post(parse(url), b"{}", {})


def test_nobody_there_is_said_without_an_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with LOOPBACK, pytest.raises(UndeliveredError, match="No connection") as refused:
        sending.post(parse(f"http://127.0.0.1:{port}/"), b"{}", {})
    assert "127.0.0.1" not in str(refused.value)


def answers(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> list[str]:
    """Let every name lead there; returns the names that were looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **settings: Any) -> Any:
        flags = settings.get("flags", args[4] if len(args) > 4 else 0)
        if flags & socket.AI_NUMERICHOST or host in {"127.0.0.1", "::1", "localhost"}:
            return real(host, *args, **settings)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


class talking:  # noqa: N801 - reads as a verb
    """A server that says these bytes to whoever posts `{}`, then drips, whatever was asked."""

    def __init__(self, said: list[bytes], then: bytes = b"") -> None:
        self.said, self.then = said, then
        self.over = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.getsockname()[1]}/"

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join(10)
        self.server.close()

    def _serve(self) -> None:
        caller, _ = self.server.accept()
        with caller:
            heard = caller.recv(65536)
            # To its end: a connection closed with something unread is reset.
            while not heard.endswith(b"\r\n\r\n{}") and (more := caller.recv(65536)):
                heard += more
            try:
                for part in self._parts():
                    caller.sendall(part)
            except OSError:
                return  # the caller had enough

    def _parts(self) -> Iterator[bytes]:
        yield from self.said
        while self.then and not self.over.wait(0.05):
            yield self.then
