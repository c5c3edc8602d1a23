"""The Shopify adapter: one store over its GraphQL Admin API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from channels.adapters.shopify import (
    answers,
    documents,
    notices,
    parameters,
    preparation,
    shipments,
    subscriptions,
    translate,
)
from channels.adapters.shopify.budget import Budget
from channels.adapters.shopify.client import Client
from channels.adapters.shopify.failures import TooCostlyError
from channels.adapters.shopify.orders import OrderReader
from channels.adapters.shopify.tokens import ClientCredentials, StaticToken, TokenSource
from channels.contract import (
    Adapter,
    Answer,
    ChannelError,
    Check,
    Code,
    Connection,
    LevelRef,
    Mode,
    Notice,
    Payload,
    RemoteLevel,
    RemoteListing,
    RemoteLocation,
    RemoteOrder,
    Shipment,
    Write,
)
from channels.http import HttpClient

STOCK_SCOPES = frozenset({"read_products", "read_inventory", "write_inventory", "read_locations"})
ORDER_SCOPE = "read_orders"
ALL_ORDERS_SCOPE = "read_all_orders"
SHIPMENT_SCOPES = frozenset(
    {
        ORDER_SCOPE,
        "read_merchant_managed_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
    }
)


class ShopifyAdapter(Adapter):
    """Talks to one store. `budget` may be given to rule its clock; see the README beside this."""

    kind = "shopify"
    label = "Shopify"
    parameters = parameters.PARAMETERS
    batch_size = translate.MAX_LINES
    key_life_seconds = 24 * 3600
    has_compare_and_set = True
    quantities = ("available",)
    has_notices = True
    can_read_orders = True

    def __init__(self, connection: Connection, *, budget: Budget | None = None) -> None:
        """Raises ChannelError (CONFIGURATION) when a setting is missing or malformed."""
        super().__init__(connection)
        values = parameters.settled(connection)
        base_url = parameters.base_url(values)
        http = HttpClient([base_url])
        tokens: TokenSource = StaticToken(values["access_token"])
        if not values["access_token"]:
            tokens = ClientCredentials(http, base_url, values["client_id"], values["client_secret"])
        self._version = values["api_version"]
        self._shop_domain = values["shop_domain"]
        self._client = Client(
            http, base_url, self._version, tokens, budget or Budget(connection.meter)
        )
        self._orders = OrderReader(self._client)

    def check(self) -> Check:
        """Name of the shop; raises SCOPE_MISSING naming the scopes that stock needs, and
        VERSION_MISMATCH when Shopify answers by another version than asked for."""
        data = self._client.run(documents.SHOP, {})
        answered = self._client.answered_version
        if answered != self._version:
            supported = [one["handle"] for one in data["publicApiVersions"] if one["supported"]]
            raise ChannelError(
                Code.VERSION_MISMATCH,
                f"Shopify answers version {answered}, not {self._version}: it is retired or not"
                f" yet out. Set one of {', '.join(sorted(supported))}",
                permanent=True,
            )
        granted = subscriptions.granted(data)
        missing = sorted(STOCK_SCOPES - granted)
        if missing:
            raise ChannelError(
                Code.SCOPE_MISSING,
                f"Grant the app the access scopes {', '.join(missing)}",
                permanent=True,
            )
        shop = data["shop"]
        plan = shop["plan"]["publicDisplayName"]
        details = [
            f"{shop['myshopifyDomain']}, {plan}, {shop['ianaTimezone']}",
            f"API version {answered}",
        ]
        if not parameters.signing_secrets(self.connection):
            details.append("Webhooks can not be proven before the client secret is entered")
        return Check(shop["name"], [*details, *_limits(granted)])

    def pull_locations(self) -> list[RemoteLocation]:
        nodes = self._client.pages(documents.LOCATIONS, {}, "locations")
        return [translate.location(node) for node in nodes]

    def pull_listings(self, skus: Iterable[str] | None = None) -> Iterator[RemoteListing]:
        """Shopify's search by SKU is a text search: near misses come along, compare exactly.
        When a SKU holds quotes the search may miss it, so the whole catalogue is read."""
        if skus is None:
            yield from self._listings(None)
            return
        wanted = list(dict.fromkeys(filter(None, skus)))
        if not all(map(translate.is_searchable, wanted)):
            yield from self._listings(None)
            return
        seen: set[str] = set()
        for search in translate.searches(wanted):
            for listing in self._listings(search):
                if listing.external_id not in seen:
                    seen.add(listing.external_id)
                    yield listing

    def read_levels(self, refs: Sequence[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        found: dict[LevelRef, RemoteLevel] = {}
        for items, locations in translate.reading_plan(refs):
            found.update(self._read(items, locations))
        return found

    def prepare(self, levels: Sequence[RemoteLevel]) -> dict[LevelRef, Answer]:
        return preparation.prepare(self._client, levels)

    def build(self, mode: Mode, writes: Sequence[Write], reference: str) -> Payload:
        """Raises ValueError for what must never be sent; see `translate.payload`."""
        return translate.payload(mode, writes, reference)

    def send(self, payload: Payload, key: str) -> list[Answer]:
        if not key.strip():
            raise ChannelError(
                Code.BAD_REQUEST, "A stock update needs an idempotency key", permanent=True
            )
        operation = translate.operation_of(payload)
        data = self._client.run(operation, {**payload["variables"], "key": key})
        return answers.of(data[operation.root], translate.refs_of(payload))

    def pull_orders(self, since: datetime | None) -> Iterator[RemoteOrder]:
        """Without the scope `read_all_orders` Shopify shows only orders placed in the last 60 days,
        whenever they changed. `since` needs a time zone (ValueError)."""
        return self._orders.pull(since)

    def read_orders(self, external_ids: Sequence[str]) -> Iterator[RemoteOrder]:
        return self._orders.read(external_ids)

    def subscribe(self, address: str) -> list[str]:
        """Raises ChannelError (CONFIGURATION) when no shop could reach the address; see
        `subscriptions.subscribe`."""
        return subscriptions.subscribe(self._client, address)

    def open_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        secrets = parameters.signing_secrets(self.connection)
        return notices.opened(secrets, self._shop_domain, headers, body)

    def send_shipment(self, shipment: Shipment) -> str:
        return shipments.send(self._client, shipment)

    def _listings(self, search: str | None) -> Iterator[RemoteListing]:
        nodes = self._client.pages(documents.VARIANTS, {"query": search}, "productVariants")
        return (translate.listing(node) for node in nodes)

    def _read(self, items: list[str], locations: list[str]) -> dict[LevelRef, RemoteLevel]:
        operation = documents.levels(len(locations))
        variables = translate.level_variables(items, locations)
        try:
            data = self._client.run(operation, variables)
        except TooCostlyError:
            # The vendor may reckon otherwise than we do: half as much is surely cheaper.
            if len(items) == 1:
                raise
            middle = len(items) // 2
            first = self._read(items[:middle], locations)
            return first | self._read(items[middle:], locations)
        return translate.levels(data["nodes"], items, locations)


def _limits(granted: set[str]) -> Iterator[str]:
    """What can not be done with the granted scopes beside telling stock, as lines for a person."""
    if ORDER_SCOPE not in granted:
        yield f"Orders can not be imported before {ORDER_SCOPE} is granted"
    elif ALL_ORDERS_SCOPE not in granted:
        yield f"Orders placed over 60 days ago are hidden unless {ALL_ORDERS_SCOPE} is granted"
    unable = sorted(SHIPMENT_SCOPES - granted)
    if unable:
        yield f"Shipments can not be sent before {', '.join(unable)} is granted"
    for scope in subscriptions.missing(granted):
        if scope != ORDER_SCOPE:
            yield f"Some changes are heard of late: Shopify tells of them only with {scope}"
