"""Where webhooks may be sent: to public addresses over HTTPS, and to what the operator lists in
STOCKCAST_WEBHOOK_PRIVATE. Else whoever may name an address could call what stands behind ours.

A name is looked up once for each request, and what was judged is what is connected to, so that a
name which answers differently the second time leads nowhere else.
"""

from __future__ import annotations

import re
import socket
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

Address = IPv4Address | IPv6Address

MOST_ROUTES = 4
"""Addresses of a name that are tried."""
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*\.?")
_OURS = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_TUNNELS = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))


class NotAllowedError(Exception):
    """Nothing is sent there. Its text is for the partner and tells nothing of our network."""


class Target(NamedTuple):
    """An address taken apart. place: host with port, as it was written; path: with the query."""

    is_secure: bool
    host: str
    port: int
    place: str
    path: str


def parse(url: str) -> Target:
    """The parts of a webhook's address. Raises ValidationError (field "url") for what is none, or
    by its form alone is refused; names are not looked up."""
    if not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url:
        raise _wrong("Write it in plain characters, others percent-encoded or as punycode.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong("This is no address: write it as https://example.com/hook.") from error
    host = (parts.hostname or "").lower()
    _demand_form(parts, host, port)
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(is_secure, host, port or (443 if is_secure else 80), parts.netloc, path)
    _demand_allowed(target)
    return target


def routes(target: Target) -> list[Address]:
    """The addresses to connect to, looked up now. Raises NotAllowedError when any of them is not
    allowed, OSError or UnicodeError when the name is not known."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    every = list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
    for address in every:
        _judge(target, address)
    return every[:MOST_ROUTES]


def is_public(address: Address) -> bool:
    """Whether it leads out of every private network; judged by the address that is meant, where one
    is written inside another."""
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        is_tunnel = any(address in network for network in _TUNNELS)
        return address in _UNICAST and address.is_global and not is_tunnel
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_listed(host: str, address: Address | None = None) -> bool:
    """Whether the operator allows this host, or this address of it, though it be private."""
    if host.rstrip(".") in settings.WEBHOOK_PRIVATE_HOSTS:
        return True
    if address is None:
        return False
    meant = (_inner(address) if isinstance(address, IPv6Address) else None) or address
    return any(meant in network for network in settings.WEBHOOK_PRIVATE_NETWORKS)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is meant by ::ffff:1.2.3.4 or 64:ff9b::1.2.3.4."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def _demand_form(parts: SplitResult, host: str, port: int | None) -> None:
    if parts.scheme not in ("https", "http") or not host:
        raise _wrong("This is no address: write it as https://example.com/hook.")
    if "@" in parts.netloc:
        raise _wrong("Leave name and password out: each request is signed instead.")
    if parts.fragment or port == 0:
        raise _wrong("Leave out what follows #, and give no port 0.")
    if not (_is_written_address(parts.netloc) if "[" in parts.netloc else _NAME.fullmatch(host)):
        raise _wrong("This is no host: write one such as example.com.")


def _is_written_address(place: str) -> bool:
    """Whether this is an address of IPv6 in brackets. None with a zone: that is of our network."""
    found = re.fullmatch(r"\[([^%\]]+)\](:[0-9]*)?", place)
    try:
        return found is not None and bool(IPv6Address(found[1]).exploded)
    except AddressValueError:
        return False


def _demand_allowed(target: Target) -> None:
    literal = _literal(target.host)
    if literal is not None:
        try:
            _judge(target, literal)
        except NotAllowedError as error:
            raise _wrong(str(error)) from error
    elif not is_listed(target.host):
        name = target.host.rstrip(".")
        if "." not in name or name.endswith(_OURS):
            raise _wrong("This is no public host: nothing is sent there.")
        if not target.is_secure:
            raise _wrong("Use https: what is sent is the business of two alone.")


def _literal(host: str) -> Address | None:
    """The address that is written here in any of the ways that a connection would understand, such
    as 127.1 or 0x7f000001; None for a name."""
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except OSError:
        return None
    return ip_address(str(found[0][4][0]).partition("%")[0])


def _judge(target: Target, address: Address) -> None:
    if is_listed(target.host, address):
        return
    if not is_public(address):
        raise NotAllowedError("It leads to a private address: nothing is sent there.")
    if not target.is_secure:
        raise NotAllowedError("Use https: what is sent is the business of two alone.")


def _wrong(message: str) -> ValidationError:
    return ValidationError({"url": ValidationError(message, "address")})
