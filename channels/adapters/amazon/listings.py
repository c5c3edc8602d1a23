"""Reads the seller's listings in the designated marketplace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from channels.adapters.amazon import failures, operations, translate
from channels.adapters.amazon.client import Client, Query, segment
from channels.adapters.amazon.parameters import Account
from channels.adapters.amazon.translate import Item

AT_ONCE = 20
"""SKUs that one search takes, and items of one page."""
CEILING = 1000
"""Items that one search leads to, however many there are."""


class Listings:
    """Of one seller. All methods raise ChannelError."""

    def __init__(self, client: Client, account: Account) -> None:
        self._client = client
        self._account = account
        self._path = f"/listings/2021-08-01/items/{segment(account.seller_id)}"
        self._query: Query = {
            "marketplaceIds": [account.designated],
            "includedData": ["summaries", "fulfillmentAvailability"],
        }

    def path(self, sku: str) -> str:
        return f"{self._path}/{segment(sku)}"

    def read(self, skus: Iterable[str]) -> dict[str, Item]:
        """Those of the SKUs that exist, by SKU."""
        return {item.sku: item for item in self.each(skus)}

    def each(self, skus: Iterable[str]) -> Iterator[Item]:
        """Those of the SKUs that exist, once each, search by search."""
        wanted = list(dict.fromkeys(filter(None, skus)))
        # A search joins SKUs by commas, so one that holds a comma is asked for by itself.
        odd = [sku for sku in wanted if "," in sku]
        plain = [sku for sku in wanted if "," not in sku]
        yield from filter(None, map(self._get, odd))
        for start in range(0, len(plain), AT_ONCE):
            yield from self._search(plain[start : start + AT_ONCE]).values()

    def find(self, sku: str) -> Item | None:
        """By its path; an odd SKU was seen not to be found so, by search then (unproven)."""
        found = self._get(sku)
        if found is None and "," not in sku:
            found = self._search([sku]).get(sku)
        return found

    def every(self) -> Iterator[Item]:
        """All listings. Raises a permanent error where there are more than Amazon shows so."""
        query: Query = {**self._query, "pageSize": str(AT_ONCE)}
        for page in self._client.pages(operations.SEARCH_ITEMS, self._path, query, "pageToken"):
            # Whether the figure itself ends at the ceiling is not known: there it is too many.
            if page["numberOfResults"] >= CEILING:
                raise failures.refused(
                    f"The seller has {page['numberOfResults']} listings or more, and Amazon lists"
                    f" no more than {CEILING}: match this channel by SKU"
                )
            yield from self._items(page["items"])

    def count(self) -> int:
        """How many listings there are; never more than the ceiling perhaps."""
        query: Query = {**self._query, "pageSize": "1"}
        data = self._client.call(operations.SEARCH_ITEMS, self._path, query).data
        return int(data.get("numberOfResults") or 0)

    def _get(self, sku: str) -> Item | None:
        try:
            data = self._client.call(operations.GET_ITEM, self.path(sku), self._query).data
        except failures.NotFoundError:
            return None
        return translate.item(data, self._account.designated)

    def _search(self, skus: Sequence[str]) -> dict[str, Item]:
        query: Query = {
            **self._query,
            "identifiers": list(skus),
            "identifiersType": "SKU",
            "pageSize": str(AT_ONCE),
        }
        pages = self._client.pages(operations.SEARCH_ITEMS, self._path, query, "pageToken")
        items = [item for page in pages for item in self._items(page["items"])]
        return {item.sku: item for item in items if item.sku in skus}

    def _items(self, found: Sequence[dict[str, object]]) -> Iterator[Item]:
        return (translate.item(each, self._account.designated) for each in found)
