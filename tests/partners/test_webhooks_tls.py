"""A receiver proves who it is: by a certificate for the name that the partner gave, whatever
address that name leads to."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import override_settings

from partners.telling import sending
from partners.telling.addresses import Target
from partners.telling.sending import UndeliveredError

NAME = "hooks.example.com"


class Secure(NamedTuple):
    """A receiver that speaks TLS; the names that were asked of it."""

    port: int
    asked: list[str]


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Secure]:
    """One that is trusted for one name, on loopback."""
    pem = tmp_path / "receiver.pem"
    pem.write_bytes(certified(NAME))
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.sni_callback = lambda _, name, __: asked.append(name)
    trusting = ssl.create_default_context(cafile=str(pem))
    monkeypatch.setattr(sending, "_tls", lambda: trusting)
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _, *more, **how: real("127.0.0.1", *more, **how)
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, args=(server, context), daemon=True)
        thread.start()
        with override_settings(WEBHOOK_PRIVATE_NETWORKS=[ip_network("127.0.0.0/8")]):
            yield Secure(server.getsockname()[1], asked)
        thread.join(10)


def test_the_name_is_asked_for_and_proved_though_the_address_is_connected_to(
    secure: Secure,
) -> None:
    target = Target(True, NAME, secure.port, f"{NAME}:{secure.port}", "/")
    assert sending.post(target, b"{}", {}) == 204
    assert secure.asked == [NAME]


def test_a_certificate_for_another_name_is_refused(secure: Secure) -> None:
    target = Target(True, "other.example.com", secure.port, "other.example.com", "/")
    with pytest.raises(UndeliveredError, match="No secure connection"):
        sending.post(target, b"{}", {})


def serve(server: socket.socket, context: ssl.SSLContext) -> None:
    """Answer one caller."""
    plain, _ = server.accept()
    plain.settimeout(10)
    try:
        with context.wrap_socket(plain, server_side=True) as caller:
            taken = b""
            # Whoever closes with some of it unread cuts the caller off.
            while not taken.endswith(b"{}") and (part := caller.recv(65536)):
                taken += part
            caller.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    except OSError:
        plain.close()  # it did not trust us


def certified(name: str) -> bytes:
    """A key, and a certificate of its own for that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
