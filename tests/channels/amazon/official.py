"""Amazon's own SDK, unmodified, and the process as it was before it.

Importing it configures the root logger, and every model it reads adds a handler to two loggers;
both are undone. It has no time limits of its own, so every call is given one.
"""

from __future__ import annotations

import gzip
import importlib
import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

import pytest
import requests

TIMEOUT: dict[str, Any] = {"_request_timeout": 10}
PATH = "/attributes/fulfillment_availability"
FEED_TYPE = "application/json; charset=UTF-8"
LISTINGS, FEEDS, ORDERS = "listings_items_v2021_08_01", "feeds_v2021_06_30", "orders_v0"
LOGGERS = ("", "spapi", "urllib3")


def own_stock(quantity: object) -> dict[str, Any]:
    """An element of fulfillment_availability."""
    return {"fulfillment_channel_code": "DEFAULT", "quantity": quantity}


@dataclass
class Seller:
    """What a seller's application does with the SDK. `refused` is its error for a refusal, with
    `status` and `body`; everything it returns are its own models."""

    module: Any
    url: str
    seller_id: str
    marketplace_id: str
    api_client: Any

    @property
    def refused(self) -> Any:
        return self.module.ApiException

    def api(self, name: str) -> Any:
        """One of the SDK's APIs by the name of its class."""
        return getattr(self.module, name)(self.api_client)

    def model(self, api: str, name: str, **values: Any) -> Any:
        """One of the SDK's own request bodies; it refuses values by itself."""
        return getattr(load(f"spapi.models.{api}"), name)(**values)

    def patch(self, sku: str, *elements: dict[str, Any], **options: Any) -> Any:
        """patchListingsItem, as Amazon's examples do it."""
        merge = self.model(LISTINGS, "PatchOperation", op="merge", path=PATH, value=list(elements))
        body = self.model(
            LISTINGS, "ListingsItemPatchRequest", product_type="PRODUCT", patches=[merge]
        )
        return self.api("ListingsApi").patch_listings_item(
            self.seller_id, sku, [self.marketplace_id], body, **options, **TIMEOUT
        )

    def read(self, sku: str, *data: str) -> Any:
        """getListingsItem with these parts included."""
        return self.api("ListingsApi").get_listings_item(
            self.seller_id, sku, [self.marketplace_id], included_data=list(data), **TIMEOUT
        )

    def shown(self, sku: str) -> int | None:
        """What Amazon sells now."""
        [availability] = self.read(sku, "fulfillmentAvailability").fulfillment_availability
        quantity: int | None = availability.quantity
        return quantity

    def send_feed(self, quantities: Mapping[str, int]) -> str:
        """createFeedDocument, its upload, createFeed: the id of the feed. Messages are numbered
        from 1."""
        feeds = self.api("FeedsApi")
        asked = self.model(FEEDS, "CreateFeedDocumentSpecification", content_type=FEED_TYPE)
        document = feeds.create_feed_document(asked, **TIMEOUT)
        header = {"sellerId": self.seller_id, "version": "2.0", "issueLocale": "en_US"}
        messages = [
            {
                "messageId": number,
                "sku": sku,
                "operationType": "PATCH",
                "productType": "PRODUCT",
                "patches": [{"op": "merge", "path": PATH, "value": [own_stock(quantity)]}],
            }
            for number, (sku, quantity) in enumerate(quantities.items(), start=1)
        ]
        content = json.dumps({"header": header, "messages": messages}).encode()
        headers = {"Content-Type": FEED_TYPE}
        sent = requests.put(document.url, data=content, headers=headers, timeout=10)
        assert sent.status_code == 200, sent.text
        body = self.model(
            FEEDS,
            "CreateFeedSpecification",
            feed_type="JSON_LISTINGS_FEED",
            marketplace_ids=[self.marketplace_id],
            input_feed_document_id=document.feed_document_id,
        )
        feed_id: str = feeds.create_feed(body, **TIMEOUT).feed_id
        return feed_id

    def fetch_report(self, document_id: str) -> Any:
        """getFeedDocument and what stands behind its address."""
        document = self.api("FeedsApi").get_feed_document(document_id, **TIMEOUT)
        reply = requests.get(document.url, timeout=10)
        assert reply.status_code == 200, reply.text
        is_packed = document.compression_algorithm == "GZIP"
        return json.loads(gzip.decompress(reply.content) if is_packed else reply.content)

    def standing(self, order_id: str) -> tuple[str, int, int]:
        """Status of the order, units fulfilled and unfulfilled of its one item."""
        asked = {"included_data": ["FULFILLMENT", "PACKAGES"], **TIMEOUT}
        order = self.api("GetOrderApi").get_order(order_id, **asked).order
        [item] = order.order_items
        units = item.fulfillment
        status: str = order.fulfillment.fulfillment_status
        return status, units.quantity_fulfilled, units.quantity_unfulfilled

    def confirm(self, order_id: str, lines: Mapping[str, int], reference: str) -> None:
        """confirmShipment of one package: units by order item."""
        items = [
            self.model(ORDERS, "ConfirmShipmentOrderItem", order_item_id=line, quantity=units)
            for line, units in lines.items()
        ]
        package = self.model(
            ORDERS,
            "PackageDetail",
            package_reference_id=reference,
            carrier_code="UPS",
            tracking_number=f"1Z{reference}",
            ship_date=datetime.now(UTC),
            order_items=items,
        )
        payload = self.model(
            ORDERS,
            "ConfirmShipmentRequest",
            marketplace_id=self.marketplace_id,
            package_detail=package,
        )
        self.api("OrdersV0Api").confirm_shipment(order_id, payload, **TIMEOUT)


@contextmanager
def undone_logging() -> Iterator[None]:
    """Loggers keep neither the handlers nor the levels that the SDK gave them."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    debuglevel = HTTPConnection.debuglevel
    try:
        yield
    finally:
        HTTPConnection.debuglevel = debuglevel
        for logger, level, handlers in before:
            logger.setLevel(level)
            for handler in [each for each in logger.handlers if each not in handlers]:
                logger.removeHandler(handler)


def load(name: str) -> Any:
    """A module of the SDK. One of its files has an unescaped backslash, which Python remarks on
    when it compiles that file."""
    with undone_logging(), warnings.catch_warnings():
        for category in (DeprecationWarning, SyntaxWarning):
            warnings.filterwarnings("ignore", r"invalid escape sequence", category)
        try:
            return importlib.import_module(name)
        except ImportError as error:
            pytest.skip(f"Amazon's SDK is not here ({error}); pip install amzn-sp-api")


@contextmanager
def signed_in(url: str, account: Mapping[str, Any], marketplace_id: str) -> Iterator[Seller]:
    """The SDK signed in at `url` as a seller. account: client_id, client_secret, refresh_token and
    seller_id. Constructing its client fetches the token."""
    module = load("spapi")
    names = ("client_id", "client_secret", "refresh_token")
    config = module.SPAPIConfig(**{name: account[name] for name in names})
    with undone_logging():
        client = module.SPAPIClient(config, oauth_endpoint=f"{url}/auth/o2/token", endpoint=url)
        try:
            yield Seller(module, url, account["seller_id"], marketplace_id, client.api_client)
        finally:
            client.api_client.rest_client.pool_manager.clear()
