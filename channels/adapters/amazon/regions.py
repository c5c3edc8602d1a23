"""Where Amazon's regions answer, and which marketplaces belong to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOGIN_ORIGIN = "https://api.amazon.com"
"""Grants the tokens of every region."""


@dataclass(frozen=True, slots=True)
class Region:
    """`marketplaces`: country by marketplace id."""

    name: str
    origin: str
    marketplaces: Mapping[str, str]


REGIONS: Mapping[str, Region] = {
    "NA": Region(
        "Amazon North America",
        "https://sellingpartnerapi-na.amazon.com",
        {
            "ATVPDKIKX0DER": "US",
            "A2EUQ1WTGCTBG2": "CA",
            "A1AM78C64UM0Y8": "MX",
            "A2Q3Y263D00KWC": "BR",
        },
    ),
    "EU": Region(
        "Amazon Europe",
        "https://sellingpartnerapi-eu.amazon.com",
        {
            "A1F83G8C2ARO7P": "UK",
            "A1PA6795UKMFR9": "DE",
            "A13V1IB3VIYZZH": "FR",
            "APJ6JRA9NG5V4": "IT",
            "A1RKKUPIHCS9HS": "ES",
            "A1805IZSGTT6HS": "NL",
            "AMEN7PMS3EDWL": "BE",
            "A2NODRKZP88ZB9": "SE",
            "A1C3SOZRARQ6R3": "PL",
            "A28R8C7NBKEWEA": "IE",
            "A33AVAJ2PDY3EV": "TR",
            "A2VIGQ35RCS4UG": "AE",
            "A17E79C6D8DWNP": "SA",
            "ARBP9OOSHTCHU": "EG",
            "AE08WJ6YKNBMC": "ZA",
            "A21TJRUUN4KGV": "IN",
        },
    ),
    "FE": Region(
        "Amazon Far East",
        "https://sellingpartnerapi-fe.amazon.com",
        {"A1VC38T7YXB528": "JP", "A39IBJ37TRP1C6": "AU", "A19VAU5U5O7RUS": "SG"},
    ),
}
