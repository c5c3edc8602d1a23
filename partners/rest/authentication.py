"""Who calls: `Authorization: Bearer sck_…`. A key in the address is not looked at, for addresses
are logged."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from partners import keys
from partners.models import ApiKey, Partner

SCHEME = "Bearer"


class Caller:
    """A partner with its key, as DRF's `request.user`."""

    is_authenticated = True
    is_anonymous = False
    pk = None

    def __init__(self, key: ApiKey) -> None:
        self.key = key
        self.partner: Partner = key.partner

    def __str__(self) -> str:
        """Who did it, as ledger, orders and logs write it down."""
        return f"{self.partner.name} ({self.key.prefix})"

    def did(self, actor: str) -> bool:
        """Whether that was this partner, with whichever key. Its name does not tell: it may have
        been another's, or been changed since."""
        return actor.endswith(self.marks)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """How whatever this partner did ends to say who did it: with one of its keys' prefixes,
        also of those that open nothing any more. Each is keys.PREFIX_LENGTH + 2 long."""
        prefixes = ApiKey.objects.filter(partner=self.partner).order_by()
        return tuple(f"({prefix})" for prefix in prefixes.values_list("prefix", flat=True))


class KeyAuthentication(BaseAuthentication):
    """Recognizes the key; says nothing about what was wrong with one that opens nothing."""

    def authenticate(self, request: Request) -> tuple[Caller, ApiKey] | None:
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        key = keys.recognize(text.strip()) if scheme.lower() == SCHEME.lower() else None
        if key is None:
            raise AuthenticationFailed(
                "This is no key that opens anything: check that it is whole, not expired and not"
                " revoked, and write it as Authorization: Bearer sck_…"
            )
        keys.touch(key)
        return Caller(key), key

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def caller(request: Any) -> Caller:
    """Who calls; behind the permission that demands a key."""
    found = request.user
    if not isinstance(found, Caller):
        raise AuthenticationFailed
    return found
