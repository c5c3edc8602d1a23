"""Amazon's own models as the judge of exchanges: every request and reply, of whichever client.

Stricter than the models, which leave the values of attributes open: an element of
`fulfillment_availability` that the derived schema refuses is a fault, and so is a missing header
that Amazon's pages ask for.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.channels.amazon import models
from tests.channels.amazon.models import against
from tests.channels.amazon.recording import Exchange

TOKEN_PATH = "/auth/o2/token"
AVAILABILITY = "fulfillment_availability"
JSON_TYPE = "application/json"


@dataclass
class Judge:
    """Goes through exchanges in their order, remembering which addresses were named for documents.

    `operations` counts what was seen, the token as `token`, documents as `upload` and `report`.
    """

    operations: dict[str, int] = field(default_factory=dict)
    _uploads: dict[str, str] = field(default_factory=dict)  # by path: its content type
    _reports: dict[str, str] = field(default_factory=dict)  # by path: its compression

    def faults(self, exchanges: Iterable[Exchange]) -> list[str]:
        return [
            f"{exchange.method} {exchange.path} {exchange.status}: {fault}"
            for exchange in exchanges
            for fault in self._of(exchange)
        ]

    def _of(self, exchange: Exchange) -> Iterator[str]:
        if exchange.path == TOKEN_PATH:
            yield from self._seen("token", _token_faults(exchange))
        elif exchange.method == "PUT" and exchange.path in self._uploads:
            yield from self._seen("upload", self._upload_faults(exchange))
        elif exchange.method == "GET" and exchange.path in self._reports:
            yield from self._seen("report", self._report_faults(exchange))
        elif (operation := models.operation(exchange.method, exchange.path)) is None:
            yield "no model knows this operation, nor was it named as a document's address"
        else:
            yield from self._seen(operation.name, _request_faults(operation, exchange))
            yield from _reply_faults(operation, exchange)
            self._remember(operation.name, exchange)

    def _seen(self, name: str, faults: Iterator[str]) -> Iterator[str]:
        self.operations[name] = self.operations.get(name, 0) + 1
        return faults

    def _remember(self, name: str, exchange: Exchange) -> None:
        if name == "createFeedDocument" and exchange.status == 201:
            url = json.loads(exchange.reply)["url"]
            self._uploads[urlsplit(url).path] = json.loads(exchange.body)["contentType"]
        elif name == "getFeedDocument" and exchange.status == 200:
            document = json.loads(exchange.reply)
            self._reports[urlsplit(document["url"]).path] = document.get("compressionAlgorithm", "")

    def _upload_faults(self, exchange: Exchange) -> Iterator[str]:
        yield from _secrets_in(exchange)
        if exchange.headers.get("Content-Type") != self._uploads[exchange.path]:
            yield f"content type {exchange.headers.get('Content-Type')!r} is not the document's own"
        feed = json.loads(exchange.body)
        yield from against("schemas/feeds/listings-feed-schema-v2.json", feed)
        for message in feed["messages"]:
            yield from against("schemas/feeds/listings-feed-message-schema-v2.json", message)
            yield from _patch_faults(message.get("patches", ()))

    def _report_faults(self, exchange: Exchange) -> Iterator[str]:
        yield from _secrets_in(exchange)
        if exchange.status != 200:
            return
        is_packed = self._reports[exchange.path] == "GZIP"
        raw = gzip.decompress(exchange.reply) if is_packed else exchange.reply
        path = "schemas/feeds/listings-feed-processing-report-schema-v2.json"
        yield from against(path, json.loads(raw))


def _request_faults(operation: models.Operation, exchange: Exchange) -> Iterator[str]:
    if not exchange.headers.get("x-amz-access-token"):
        yield "no access token"
    if not 0 < len(exchange.headers.get("User-Agent", "")) <= 500:
        yield "a user agent of 1 to 500 characters is asked for"
    for part in exchange.path.split("/"):
        if part != quote(unquote(part), safe=""):
            yield f"{part!r} of the path is not wholly percent-encoded"
    yield from _query_faults(operation, exchange.query)
    [*bodies] = [one for one in operation.parameters.values() if one["in"] == "body"]
    if not bodies:
        return
    if exchange.headers.get_content_type() != JSON_TYPE:
        yield f"content type {exchange.headers.get('Content-Type')!r}"
    body = json.loads(exchange.body)
    yield from operation.faults(body, bodies[0]["schema"])
    if operation.name == "patchListingsItem":
        yield from _patch_faults(body["patches"])


def _query_faults(operation: models.Operation, query: str) -> Iterator[str]:
    sent = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    known = {name: one for name, one in operation.parameters.items() if one["in"] == "query"}
    names = [name for name, _ in sent]
    for name, one in known.items():
        if one.get("required") and name not in names:
            yield f"{name} is required in the query"
    for name, text in sent:
        if name not in known:
            yield f"{name} is unknown in the query"
        elif names.count(name) > 1:
            yield f"{name} is repeated: lists are joined by commas"
        else:
            yield from operation.faults(_value(known[name], text), _schema(known[name]))


def _value(parameter: Mapping[str, Any], text: str) -> object:
    if parameter["type"] == "array":
        return text.split(",")
    if parameter["type"] == "integer" and text.lstrip("-").isdecimal():
        return int(text)
    return {"true": True, "false": False}.get(text, text)


def _schema(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a parameter that is a schema; `required` means something else there."""
    own = ("type", "items", "enum", "format", "minItems", "maxItems", "minimum", "maximum")
    return {name: parameter[name] for name in own if name in parameter}


def _reply_faults(operation: models.Operation, exchange: Exchange) -> Iterator[str]:
    if not exchange.reply_headers.get("x-amzn-RequestId"):
        yield "the reply bears no x-amzn-RequestId"
    if exchange.status == 429 and exchange.reply_headers.get("x-amzn-RateLimit-Limit"):
        yield "a refusal for the rate never tells the rate"
    response = operation.responses.get(str(exchange.status))
    if response is None:
        yield f"the model of {operation.name} knows no such status"
    elif "schema" not in response:
        if exchange.status == 204 and exchange.reply:
            yield "a reply without content has some"
    else:
        body = json.loads(exchange.reply)
        yield from operation.faults(body, response["schema"])
        yield from _read_faults(body)


def _read_faults(body: Any) -> Iterator[str]:
    """What was submitted, as it is read back: Amazon adds the marketplace to every element."""
    items = body.get("items", [body]) if isinstance(body, dict) else []
    for item in items:
        for element in item.get("attributes", {}).get(AVAILABILITY, ()):
            own = {name: value for name, value in element.items() if name != "marketplace_id"}
            yield from against(f"derived/{AVAILABILITY}.item.schema.json", own)


def _patch_faults(patches: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for patch in patches:
        if patch["path"] != f"/attributes/{AVAILABILITY}":
            yield f"{patch['path']} is none of our business"
        for element in patch.get("value", ()):
            yield from against(f"derived/{AVAILABILITY}.item.schema.json", element)


def _secrets_in(exchange: Exchange) -> Iterator[str]:
    for name in ("x-amz-access-token", "Authorization"):
        if name in exchange.headers:
            yield f"{name} is told to a storage host"


def _token_faults(exchange: Exchange) -> Iterator[str]:
    """No model describes the token service: this is its documentation, form in and JSON out."""
    if exchange.headers.get_content_type() != "application/x-www-form-urlencoded":
        yield "the token is asked for with a form"
    form = dict(parse_qsl(exchange.body.decode(), strict_parsing=True))
    if set(form) != {"grant_type", "refresh_token", "client_id", "client_secret"}:
        yield f"the form has {sorted(form)}"
    answer = json.loads(exchange.reply)
    if exchange.status == 200:
        types = {"access_token": str, "refresh_token": str, "token_type": str, "expires_in": int}
    else:
        types = {"error": str, "error_description": str}
    if {name: type(value) for name, value in answer.items()} != types:
        yield f"the answer has {sorted(answer)}"
