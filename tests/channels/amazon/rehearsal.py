"""A client of the sandbox for its own tests: plain HTTP, as an operator's script would do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote

import requests

Json = dict[str, Any]
DE, FR, US = "A1PA6795UKMFR9", "A13V1IB3VIYZZH", "ATVPDKIKX0DER"
AGENT = "Rehearsal/1.0 (Language=Python)"
FEED_TYPE = "application/json; charset=UTF-8"
TIMEOUT = 20


@dataclass
class Rehearsal:
    """One running sandbox, seen by a seller's application and by whoever conducts it."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)
    seller: str = "A1SANDBOXSELLER"
    token: str = ""

    def __enter__(self) -> Self:
        self.session.headers["User-Agent"] = AGENT
        self.renew()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def grant(self, **form: str) -> requests.Response:
        """Ask for a token; a field given as '' is left out."""
        account = self.read("account")["account"]
        names = ("refresh_token", "client_id", "client_secret")
        whole = {"grant_type": "refresh_token"} | {name: account[name] for name in names} | form
        given = {name: value for name, value in whole.items() if value}
        return self.session.post(f"{self.url}/auth/o2/token", data=given, timeout=TIMEOUT)

    def renew(self) -> None:
        self.token = self.grant().json()["access_token"]

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: Any = None,
        **headers: str,
    ) -> requests.Response:
        """One call of the API, the path as it goes over the wire."""
        given = {"x-amz-access-token": self.token} | headers
        sent = {name: value for name, value in given.items() if value}
        return self.session.request(
            method,
            self.url + path,
            params={name: str(value) for name, value in (query or {}).items()},
            json=body,
            headers=sent,
            timeout=TIMEOUT,
        )

    def item_path(self, sku: str) -> str:
        return f"/listings/2021-08-01/items/{self.seller}/{quote(sku, safe='')}"

    def item(
        self,
        sku: str = "MUG",
        marketplace: str = DE,
        included: str = "summaries,attributes,fulfillmentAvailability",
    ) -> Json:
        query = {"marketplaceIds": marketplace, "includedData": included}
        return dict(good(self.call("GET", self.item_path(sku), query)).json())

    def patch(
        self,
        element: Any = None,
        *,
        sku: str = "MUG",
        marketplaces: str = DE,
        op: str = "merge",
        path: str = "/attributes/fulfillment_availability",
        **query: str,
    ) -> Json:
        """Patch the quantity of DEFAULT, or a whole element; the submission's answer."""
        whole = {"quantity": element} if element is None or isinstance(element, int) else element
        value = [{"fulfillment_channel_code": "DEFAULT"} | whole]
        body = {"productType": "PRODUCT", "patches": [{"op": op, "path": path, "value": value}]}
        asked = {"marketplaceIds": marketplaces} | query
        return dict(good(self.call("PATCH", self.item_path(sku), asked, body)).json())

    def shown(self, sku: str = "MUG", marketplace: str = DE) -> int | None:
        """The quantity that Amazon applies; None when it says none."""
        [availability] = self.item(sku, marketplace)["fulfillmentAvailability"]
        quantity: int | None = availability.get("quantity")
        return quantity

    def document(self, content_type: str = FEED_TYPE) -> Json:
        reply = self.call("POST", "/feeds/2021-06-30/documents", body={"contentType": content_type})
        return dict(good(reply, 201).json())

    def upload(
        self, url: str, content: bytes, content_type: str = FEED_TYPE, **headers: str
    ) -> requests.Response:
        given = {"Content-Type": content_type} | headers
        return self.session.put(url, data=content, headers=given, timeout=TIMEOUT)

    def read(self, path: str, **query: str) -> Json:
        reply = self.session.get(f"{self.url}/_sandbox/{path}", params=query, timeout=TIMEOUT)
        return dict(good(reply).json())

    def shape(self, path: str, body: Any = None) -> Json:
        reply = self.session.post(f"{self.url}/_sandbox/{path}", json=body or {}, timeout=TIMEOUT)
        return dict(good(reply).json())

    def add(self, sku: str = "MUG", **fields: Any) -> None:
        """A listing with 10 units in Germany and France, unless told otherwise."""
        listing = {"sku": sku, "quantity": 10, "marketplaces": [DE, FR]} | fields
        self.shape("listings", {"listings": [listing]})

    def order(self, quantity: int = 1, sku: str = "MUG", **settings: Any) -> str:
        """Place an order of one line; its id."""
        lines = [{"sku": sku, "quantity": quantity}]
        return str(self.shape("orders", {"lines": lines, **settings})["order_id"])

    def advance(self, seconds: float) -> None:
        self.shape("clock", {"advance": seconds})

    def counter(self, name: str) -> int:
        return int(self.read("counters")["counters"].get(name, 0))


def good(reply: requests.Response, status: int = 200) -> requests.Response:
    assert reply.status_code == status, (reply.status_code, reply.text)
    return reply


def codes(reply: requests.Response) -> list[str]:
    """Codes of an error answer in the API's shape."""
    return [error["code"] for error in reply.json()["errors"]]
