"""What is goods, and what goods are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

NO_GOODS: Mapping[str, str] = {
    "POST": "postage",
    "DOT": "postage",
    "C2": "carriage",
    "23444": "next day carriage",
    "BANK CHARGES": "bank charges",
    "AMAZONFEE": "marketplace fee",
    "CRUK": "charity commission",
    "B": "bad debt",
    "D": "discount",
    "M": "manual entry",
    "S": "samples",
    "PADS": "pads that come with cushions",
    "22016": "gift voucher",
    "23702": "an image file",
}
"""Codes that stand on invoices and are nothing one keeps in a warehouse."""

_VOUCHER = re.compile(r"GIFT_0001_\d+")
_GOODS = re.compile(r"\d{5}[A-Z]{0,3}|DCGS\w+")

UNKNOWN = "neither a product code nor one of the known codes that are no goods"


def why_no_goods(code: str) -> str:
    """Why this code (in upper case) is not a product; "" for a product."""
    if code in NO_GOODS:
        return NO_GOODS[code]
    if _VOUCHER.fullmatch(code):
        return "gift voucher"
    return "" if _GOODS.fullmatch(code) else UNKNOWN


class Texts:
    """The descriptions of one code. A text on a priced line is a product's name; a person's remark
    ("check", "damaged", "FOUND") only ever stands where nothing was charged. A code never priced
    is named by words all in capitals, at least two of them."""

    __slots__ = ("_free", "_priced", "spellings")

    def __init__(self) -> None:
        self.spellings: dict[str, set[str]] = {}
        self._priced: Counter[str] = Counter()
        self._free: Counter[str] = Counter()

    def add(self, spelling: str, text: str, *, is_free: bool) -> None:
        texts = self.spellings.setdefault(spelling, set())
        if text:
            (self._free if is_free else self._priced)[text] += 1
            texts.add(text)

    @property
    def names(self) -> Counter[str]:
        """Every text that names the product, with how often."""
        if self._priced:
            return self._priced
        return Counter(
            {text: n for text, n in self._free.items() if text.isupper() and " " in text}
        )

    @property
    def name(self) -> str:
        """The most frequent name, the first in the alphabet of equals; "" when there is none."""
        names = self.names
        return min(names, key=lambda text: (-names[text], text), default="")

    @property
    def is_one_product(self) -> bool:
        """Whether spellings that differ in case only share a name, so that they are the same goods.

        A spelling without any name says nothing against it.
        """
        named = [texts & self.names.keys() for texts in self.spellings.values()]
        named = [texts for texts in named if texts]
        return not named or bool(set.intersection(*named))
