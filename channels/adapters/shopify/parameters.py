"""What a Shopify channel asks for, and the check of what it was given."""

from __future__ import annotations

import re
from collections.abc import Mapping

from channels.contract import ChannelError, Code, Connection, Parameter, gettext_noop, previous

DEFAULT_VERSION = "2026-10"

PARAMETERS = (
    Parameter(
        name="shop_domain",
        label=gettext_noop("Shop domain"),
        help=gettext_noop(
            "The permanent name, like my-store.myshopify.com: small letters, digits and hyphens; "
            "never the shop's own domain."
        ),
        pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$",
    ),
    Parameter(
        name="access_token",
        label=gettext_noop("Access token"),
        help=gettext_noop(
            "Admin API token of a custom app (shpat_...), or empty to use client ID and secret."
        ),
        is_secret=True,
        is_required=False,
        pattern=r"[\x21-\x7e]+",
    ),
    Parameter(
        name="client_id",
        label=gettext_noop("Client ID"),
        help=gettext_noop(
            "Of an app from the Dev Dashboard that belongs to the same organisation as the store."
        ),
        is_required=False,
        pattern=r"[\x21-\x7e]+",
    ),
    Parameter(
        name="client_secret",
        label=gettext_noop("Client secret"),
        help=gettext_noop(
            "Goes with the client ID: a token is fetched with them and renewed every day. It also"
            " proves that a webhook comes from Shopify, so give it beside an access token as well:"
            " a custom app calls it API secret key."
        ),
        is_secret=True,
        is_signing=True,
        is_required=False,
        pattern=r"[\x21-\x7e]+",
    ),
    Parameter(
        name="api_version",
        label=gettext_noop("API version"),
        help=gettext_noop(
            "Year and month, like 2026-10. Versions before 2026-04 are not supported."
        ),
        is_required=False,
        pattern=r"2026-(04|07|10)|20(2[7-9]|[3-9]\d)-(01|04|07|10)",
        default=DEFAULT_VERSION,
    ),
    Parameter(
        name="sandbox_url",
        label=gettext_noop("Sandbox address"),
        help=gettext_noop(
            "For rehearsals only: http://127.0.0.1:PORT of a Shopify sandbox on this machine."
        ),
        is_required=False,
        pattern=r"http://(127\.0\.0\.1|localhost)(:\d{1,5})?/?",
    ),
)


def settled(connection: Connection) -> dict[str, str]:
    """The values by name, blanks replaced by defaults.

    Raises ChannelError (CONFIGURATION) naming the first setting that is missing or malformed;
    the value itself is never repeated, it may be a secret. Checked here because a token must
    not leave for an address nobody checked.
    """
    values = {item.name: _settled(item, connection.values) for item in PARAMETERS}
    if not values["access_token"] and not (values["client_id"] and values["client_secret"]):
        raise _wrong("Give an access token, or a client ID together with its client secret")
    return values


def signing_secrets(connection: Connection) -> list[str]:
    """What Shopify may sign its notices with: the client secret and, as long as the connection
    still holds it, the one before."""
    names = ("client_secret", previous("client_secret"))
    return [value for name in names if (value := connection.values.get(name, "").strip())]


def base_url(values: Mapping[str, str]) -> str:
    """Origin that requests go to, without a trailing slash."""
    sandbox = values["sandbox_url"].rstrip("/")
    return sandbox or f"https://{values['shop_domain']}"


def _settled(parameter: Parameter, given: Mapping[str, str]) -> str:
    value = given.get(parameter.name, "").strip() or parameter.default
    if not value and parameter.is_required:
        raise _wrong(f"{parameter.label} is missing. {parameter.help}")
    if value and not re.fullmatch(parameter.pattern, value):
        raise _wrong(f"{parameter.label} is not well formed. {parameter.help}")
    return value


def _wrong(message: str) -> ChannelError:
    return ChannelError(Code.CONFIGURATION, message, permanent=True)
