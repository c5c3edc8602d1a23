"""What an Amazon channel asks for, and the check of what it was given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from channels.adapters.amazon.regions import LOGIN_ORIGIN, REGIONS, Region
from channels.contract import ChannelError, Code, Connection, Parameter, gettext_noop

_TEXT = r"[\x21-\x7e]+"

PARAMETERS = (
    Parameter(
        name="seller_id",
        label=gettext_noop("Seller ID"),
        help=gettext_noop(
            "The merchant token, like A1B2C3D4E5F6G7: in Seller Central under Account Info."
        ),
        pattern=r"[A-Z0-9]{5,30}",
    ),
    Parameter(
        name="region",
        label=gettext_noop("Region"),
        help=gettext_noop("NA, EU or FE. A channel is one seller in one region."),
        pattern="|".join(REGIONS),
    ),
    Parameter(
        name="marketplaces",
        label=gettext_noop("Marketplaces"),
        help=gettext_noop(
            "Ids of marketplaces of this region, joined by commas. Quantities are told and read "
            "in the first, for a region shares them; orders come from all."
        ),
        pattern=r"\s*[A-Z0-9]+\s*(,\s*[A-Z0-9]+\s*)*",
    ),
    Parameter(
        name="client_id",
        label=gettext_noop("Client ID"),
        help=gettext_noop(
            "Of the app's Login with Amazon credentials: amzn1.application-oa2-client...."
        ),
        pattern=_TEXT,
    ),
    Parameter(
        name="client_secret",
        label=gettext_noop("Client secret"),
        help=gettext_noop(
            "Goes with the client ID. Amazon lets it expire after 180 days: make a new one in "
            "time and enter it here."
        ),
        is_secret=True,
        pattern=_TEXT,
    ),
    Parameter(
        name="refresh_token",
        label=gettext_noop("Refresh token"),
        help=gettext_noop("What the seller's authorisation of the app gave: Atzr|...."),
        is_secret=True,
        pattern=_TEXT,
    ),
    Parameter(
        name="product_type",
        label=gettext_noop("Product type"),
        help=gettext_noop(
            "Used where Amazon does not say the product type of a listing; PRODUCT fits all."
        ),
        is_required=False,
        pattern=r"[A-Z0-9_]+",
        default="PRODUCT",
    ),
    Parameter(
        name="sandbox_url",
        label=gettext_noop("Sandbox address"),
        help=gettext_noop(
            "For rehearsals only: http://127.0.0.1:PORT of an Amazon sandbox on this machine."
        ),
        is_required=False,
        pattern=r"http://(127\.0\.0\.1|localhost)(:\d{1,5})?/?",
    ),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One seller in one region, checked. `marketplaces`: the designated one first. `origin`,
    `token_origin`: where calls and tokens are asked for, without a trailing slash."""

    seller_id: str
    region_id: str
    marketplaces: tuple[str, ...]
    client_id: str
    client_secret: str
    refresh_token: str
    product_type: str
    origin: str
    token_origin: str
    is_sandbox: bool

    @property
    def region(self) -> Region:
        return REGIONS[self.region_id]

    @property
    def designated(self) -> str:
        """The marketplace where quantities are told and read."""
        return self.marketplaces[0]

    def named(self, marketplace: str) -> str:
        """Like `DE (A1PA6795UKMFR9)`."""
        return f"{self.region.marketplaces[marketplace]} ({marketplace})"


def account(connection: Connection) -> Account:
    """The account a connection tells.

    Raises ChannelError (CONFIGURATION) naming the first setting that is missing or malformed;
    the value itself is never repeated, it may be a secret. Checked here because a token must
    not leave for an address nobody checked.
    """
    values = {item.name: _settled(item, connection.values) for item in PARAMETERS}
    region, sandbox = REGIONS[values["region"]], values["sandbox_url"].rstrip("/")
    return Account(
        seller_id=values["seller_id"],
        region_id=values["region"],
        marketplaces=_marketplaces(values["marketplaces"], region),
        client_id=values["client_id"],
        client_secret=values["client_secret"],
        refresh_token=values["refresh_token"],
        product_type=values["product_type"],
        origin=sandbox or region.origin,
        token_origin=sandbox or LOGIN_ORIGIN,
        is_sandbox=bool(sandbox),
    )


def _marketplaces(text: str, region: Region) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    foreign = [each for each in ids if each not in region.marketplaces]
    if foreign:
        known = ", ".join(f"{name} {each}" for each, name in region.marketplaces.items())
        raise _wrong(
            f"Marketplaces: {', '.join(foreign)} is none of {region.name}. Choose from {known}"
        )
    return ids


def _settled(parameter: Parameter, given: Mapping[str, str]) -> str:
    value = given.get(parameter.name, "").strip() or parameter.default
    if not value and parameter.is_required:
        raise _wrong(f"{parameter.label} is missing. {parameter.help}")
    if value and not re.fullmatch(parameter.pattern, value):
        raise _wrong(f"{parameter.label} is not well formed. {parameter.help}")
    return value


def _wrong(message: str) -> ChannelError:
    return ChannelError(Code.CONFIGURATION, message, permanent=True)
