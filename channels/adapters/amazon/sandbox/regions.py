"""Regions and their marketplaces: id, country, name of the shop, language, currency."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marketplace:
    id: str
    country: str
    name: str
    currency: str


_TABLE = {
    "NA": """ATVPDKIKX0DER US Amazon.com USD
             A2EUQ1WTGCTBG2 CA Amazon.ca CAD
             A1AM78C64UM0Y8 MX Amazon.com.mx MXN
             A2Q3Y263D00KWC BR Amazon.com.br BRL""",
    "EU": """A1F83G8C2ARO7P UK Amazon.co.uk GBP
             A1PA6795UKMFR9 DE Amazon.de EUR
             A13V1IB3VIYZZH FR Amazon.fr EUR
             APJ6JRA9NG5V4 IT Amazon.it EUR
             A1RKKUPIHCS9HS ES Amazon.es EUR
             A1805IZSGTT6HS NL Amazon.nl EUR
             AMEN7PMS3EDWL BE Amazon.com.be EUR
             A2NODRKZP88ZB9 SE Amazon.se SEK
             A1C3SOZRARQ6R3 PL Amazon.pl PLN
             A28R8C7NBKEWEA IE Amazon.ie EUR
             A33AVAJ2PDY3EV TR Amazon.com.tr TRY
             A2VIGQ35RCS4UG AE Amazon.ae AED
             A17E79C6D8DWNP SA Amazon.sa SAR
             ARBP9OOSHTCHU EG Amazon.eg EGP
             AE08WJ6YKNBMC ZA Amazon.co.za ZAR
             A21TJRUUN4KGV IN Amazon.in INR""",
    "FE": """A1VC38T7YXB528 JP Amazon.co.jp JPY
             A39IBJ37TRP1C6 AU Amazon.com.au AUD
             A19VAU5U5O7RUS SG Amazon.sg SGD""",
}
REGIONS: dict[str, dict[str, Marketplace]] = {
    region: {row.split()[0]: Marketplace(*row.split()) for row in table.splitlines()}
    for region, table in _TABLE.items()
}
AMAZON_CODES = {"NA": "AMAZON_NA", "EU": "AMAZON_EU", "FE": "AMAZON_JP"}
"""The fulfillment channel code of Amazon's own warehouses."""


def first_marketplaces(region: str, count: int = 2) -> list[str]:
    """The marketplaces a seller has when nobody says which."""
    order = {"EU": ["A1PA6795UKMFR9", "A13V1IB3VIYZZH"]}
    return order.get(region, list(REGIONS[region]))[:count]
