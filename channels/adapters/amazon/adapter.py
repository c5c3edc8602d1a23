"""The Amazon adapter: one seller in one region over the Selling Partner API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from channels.adapters.amazon import answers, operations, parameters, shipments, translate
from channels.adapters.amazon.budget import Budget
from channels.adapters.amazon.client import Client
from channels.adapters.amazon.documents import Documents
from channels.adapters.amazon.failures import NotFoundError
from channels.adapters.amazon.feeds import Feeds
from channels.adapters.amazon.listings import CEILING, Listings
from channels.adapters.amazon.orders import OrderReader
from channels.adapters.amazon.tokens import Tokens
from channels.contract import (
    Adapter,
    Answer,
    ChannelError,
    Check,
    Code,
    Connection,
    LevelRef,
    Mode,
    Outcome,
    Payload,
    RemoteLevel,
    RemoteListing,
    RemoteLocation,
    RemoteOrder,
    Shipment,
    Submitted,
    Write,
)
from channels.http import HttpClient


def _now() -> datetime:
    return datetime.now(UTC)


class AmazonAdapter(Adapter):
    """Talks for one seller. `budget` and `clock` may be given to rule time; see the README beside
    this. The one location is the region: its marketplaces share a quantity."""

    kind = "amazon"
    label = "Amazon"
    parameters = parameters.PARAMETERS
    batch_size = 1
    key_life_seconds = 0
    has_compare_and_set = False
    quantities = ("available",)
    is_eventual = True
    confirm_seconds = 3600
    can_clear = True
    bulk_size = translate.BULK_SIZE
    bulk_from = 1500
    bulk_seconds = 6 * 3600
    search_limit = 1_000_000
    read_size = 200
    orders_every_seconds = 240
    can_read_orders = True
    overlap_seconds = 900
    sweep_days = 7

    def __init__(
        self,
        connection: Connection,
        *,
        budget: Budget | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Raises ChannelError (CONFIGURATION) when a setting is missing or malformed."""
        super().__init__(connection)
        account = self._account = parameters.account(connection)
        http = HttpClient({account.origin, account.token_origin})
        budget = budget or Budget(connection.meters)
        client = self._client = Client(http, account, Tokens(http, account), budget)
        self._listings = Listings(client, account)
        self._orders = OrderReader(client, account, clock)
        documents = Documents(is_sandbox=account.is_sandbox)
        self._feeds = Feeds(client, documents, self._listings, account)

    def check(self) -> Check:
        """One cheap call for each role that is needed."""
        account = self._account
        count = self._listings.count()
        self._orders.touch()
        many = f"{CEILING} or more" if count >= CEILING else str(count)
        others = ", ".join(map(account.named, account.marketplaces))
        return Check(
            f"{account.region.name}, {account.seller_id}",
            [
                f"Quantities are told and read in {account.named(account.designated)}",
                f"Listings there: {many}",
                f"Orders come from {others}",
                "The client secret must be replaced before it is 180 days old",
            ],
        )

    def pull_locations(self) -> list[RemoteLocation]:
        region = self._account
        return [RemoteLocation(region.region_id, region.region.name, is_active=True)]

    def pull_listings(self, skus: Iterable[str] | None = None) -> Iterator[RemoteListing]:
        """Without SKUs Amazon shows no more than 1,000 listings: for more, a permanent error."""
        found = self._listings.every() if skus is None else self._listings.each(skus)
        return map(translate.listing, found)

    def read_levels(self, refs: Sequence[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        """What Amazon applies now, in the designated marketplace. A number accepted a moment ago is
        not in it yet; one that is absent is None, never 0."""
        items = self._listings.read(ref.item_id for ref in refs)
        return {
            ref: translate.level(items[ref.item_id], ref) for ref in refs if ref.item_id in items
        }

    def prepare(self, levels: Sequence[RemoteLevel]) -> dict[LevelRef, Answer]:
        """Nothing needs to be switched on at Amazon; what Amazon ships is refused."""
        return {level.ref: answers.FOREIGN for level in levels if not level.is_active}

    def build(self, mode: Mode, writes: Sequence[Write], reference: str) -> Payload:
        """Raises ValueError for what must never be sent; see `translate.payload`."""
        return translate.payload(mode, writes, reference)

    def send(self, payload: Payload, key: str) -> list[Answer] | Submitted:
        """Amazon knows no keys: whoever sends again sends the number of that moment."""
        if payload["operation"] == translate.FEED:
            return self._feeds.submit(payload)
        return [self._tell(payload["sku"], payload["patches"])]

    def ask(self, handle: str) -> list[Answer] | None:
        return self._feeds.ask(handle)

    def find(self, payload: Payload, since: datetime) -> Submitted | None:
        return self._feeds.find(payload, since)

    def withdraw(self, handle: str) -> None:
        self._feeds.withdraw(handle)

    def pull_orders(self, since: datetime | None) -> Iterator[RemoteOrder]:
        return self._orders.pull(since)

    def read_orders(self, external_ids: Sequence[str]) -> Iterator[RemoteOrder]:
        return self._orders.read(external_ids)

    def send_shipment(self, shipment: Shipment) -> str:
        return shipments.send(self._client, self._orders, self._account, shipment)

    def _tell(self, sku: str, patches: list[Payload]) -> Answer:
        """The listing is read first: what Amazon ships must never be told a number."""
        item = self._listings.find(sku)
        refusal = answers.unwritable(item)
        if refusal is not None or item is None:
            return refusal or answers.refusal(())
        body = {
            "productType": item.product_type or self._account.product_type,
            "patches": patches,
        }
        query = {"marketplaceIds": [self._account.designated], "issueLocale": "en_US"}
        try:
            answered = self._client.call(
                operations.PATCH_ITEM, self._listings.path(sku), query, body
            )
        except NotFoundError as error:
            return Answer(Outcome.REJECTED, Code.ITEM_NOT_WRITABLE, error.message)
        answer = answers.of_submission(answered.data, answered.request_id)
        if answer is None:
            message = f"Amazon's answer holds no verdict (request {answered.request_id or '-'})"
            raise ChannelError(
                Code.OUTCOME_UNKNOWN, message, permanent=False, is_outcome_unknown=True
            )
        return answer
