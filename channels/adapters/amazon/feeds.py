"""Many numbers in one file, answered by Amazon minutes to hours later."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from channels.adapters.amazon import answers, operations, translate
from channels.adapters.amazon.client import Client, encoded, segment
from channels.adapters.amazon.documents import CONTENT_TYPE, Documents
from channels.adapters.amazon.failures import parsed, refused
from channels.adapters.amazon.listings import Listings
from channels.adapters.amazon.parameters import Account
from channels.contract import Answer, ChannelError, Code, Payload, Submitted

PATH = "/feeds/2021-06-30"


@dataclass(frozen=True, slots=True)
class Sorted:
    """The messages of a payload that may go, and why the others may not, by number."""

    messages: list[Payload]
    refused: dict[int, Answer]

    @property
    def count(self) -> int:
        return len(self.messages) + len(self.refused)


class Feeds:
    """Of one seller. All methods raise ChannelError."""

    def __init__(
        self, client: Client, documents: Documents, listings: Listings, account: Account
    ) -> None:
        self._client = client
        self._documents = documents
        self._listings = listings
        self._account = account

    def submit(self, payload: Payload) -> list[Answer] | Submitted:
        """Send a built bulk payload, without the lines that must not be told. Nothing is sent, and
        all is answered, when that is all of them."""
        lines = self._sorted(payload["messages"])
        if not lines.messages:
            return [lines.refused[number] for number in sorted(lines.refused)]
        content = encoded(translate.feed(self._account.seller_id, lines.messages))
        document_id = self._upload(content)
        body = {
            "feedType": translate.FEED,
            "marketplaceIds": [self._account.designated],
            "inputFeedDocumentId": document_id,
        }
        created = self._client.call(operations.CREATE_FEED, f"{PATH}/feeds", {}, body).data
        feed_id = created.get("feedId")
        if not feed_id:
            message = "Amazon took a feed and did not name it"
            raise ChannelError(
                Code.OUTCOME_UNKNOWN, message, permanent=False, is_outcome_unknown=True
            )
        return _handle(str(feed_id), lines)

    def ask(self, handle: str) -> list[Answer] | None:
        """The report is read once the feed is done: it costs one of very few calls."""
        told = json.loads(handle)
        feed_id = str(told["feed"])
        feed = self._client.call(operations.GET_FEED, f"{PATH}/feeds/{segment(feed_id)}", {}).data
        status = feed.get("processingStatus")
        if status in ("FATAL", "CANCELLED"):
            raise answers.failed(feed_id, f"it ended as {status}, perhaps after a part of it")
        if status != "DONE":
            return None
        if not feed.get("resultFeedDocumentId"):
            raise answers.failed(feed_id, "it ended without a report")
        found = answers.ungrouped(told["refused"])
        numbers = [each for each in range(1, told["count"] + 1) if each not in found]
        report = self._report(str(feed["resultFeedDocumentId"]))
        found |= answers.of_report(report, numbers, feed_id)
        return [found[number] for number in sorted(found)]

    def find(self, payload: Payload, since: datetime) -> Submitted | None:
        """The one feed created since then. Another tool of the seller may send feeds as well: where
        there are several nobody knows which is ours, and its report must account for our messages
        in any case (see `answers.of_report`)."""
        query = {
            "feedTypes": [translate.FEED],
            "marketplaceIds": [self._account.designated],
            "createdSince": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "pageSize": "100",
        }
        data = self._client.call(operations.GET_FEEDS, f"{PATH}/feeds", query).data
        feeds = data.get("feeds") or []
        if len(feeds) != 1:
            return None
        return _handle(str(feeds[0]["feedId"]), self._sorted(payload["messages"]))

    def withdraw(self, handle: str) -> None:
        """Only what waits in Amazon's queue can be taken back; what is too late is let be."""
        path = f"{PATH}/feeds/{segment(str(json.loads(handle)['feed']))}"
        try:
            self._client.call(operations.CANCEL_FEED, path, {})
        except ChannelError as error:
            if error.code is not Code.BAD_REQUEST:
                raise

    def _sorted(self, messages: Sequence[Payload]) -> Sorted:
        """Read before anything is sent: a feed must never hold what Amazon ships itself."""
        items = self._listings.read(message["sku"] for message in messages)
        lines = Sorted([], {})
        for message in messages:
            item = items.get(message["sku"])
            refusal = answers.unwritable(item)
            if refusal is not None or item is None:
                lines.refused[message["messageId"]] = refusal or answers.refusal(())
            else:
                product_type = item.product_type or self._account.product_type
                lines.messages.append({**message, "productType": product_type})
        return lines

    def _upload(self, content: bytes) -> str:
        body = {"contentType": CONTENT_TYPE}
        made = self._client.call(operations.CREATE_DOCUMENT, f"{PATH}/documents", {}, body).data
        self._documents.put(str(made["url"]), content)
        return str(made["feedDocumentId"])

    def _report(self, document_id: str) -> Payload:
        path = f"{PATH}/documents/{segment(document_id)}"
        document = self._client.call(operations.GET_DOCUMENT, path, {}).data
        compression = str(document.get("compressionAlgorithm") or "")
        report = parsed(self._documents.fetch(str(document["url"]), compression))
        if report is None:
            raise refused("Amazon's report is no JSON object", Code.BATCH_REFUSED)
        return report


def _handle(feed_id: str, lines: Sorted) -> Submitted:
    """JSON: the feed, how many lines there are, and those left out of it by reason."""
    told = {
        "feed": feed_id,
        "count": lines.count,
        "refused": answers.grouped(lines.refused.items()),
    }
    return Submitted(json.dumps(told))
