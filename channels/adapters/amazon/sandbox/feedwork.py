"""Working feeds off: one at a time for the seller, applied when processed and not when sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from channels.adapters.amazon.sandbox import (
    attributes,
    catalogue,
    documents,
    feedrules,
    items,
    submissions,
)
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.store import Row

Json = dict[str, Any]
LISTINGS = "JSON_LISTINGS_FEED"
STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")
FATES = ("done", "fatal", "stuck")
"""stuck: it stays in progress, and later feeds wait behind it, until its fate is changed."""


@dataclass(frozen=True, slots=True)
class Event:
    """The next thing to happen to a feed."""

    at: float
    kind: Literal["begin", "end"]
    feed: Row


def next_event(sandbox: Sandbox) -> Event | None:
    """What the queue does next, and when; None while nothing moves."""
    store, habits, reached = sandbox.store, sandbox.habits, sandbox.progressed_at
    busy = store.one("SELECT * FROM feeds WHERE status = 'IN_PROGRESS' ORDER BY id LIMIT 1")
    if busy is not None:
        if busy["fate"] == "stuck":
            return None
        return Event(max(reached, busy["started_at"] + habits.feed_processing_seconds), "end", busy)
    queued = store.one("SELECT * FROM feeds WHERE status = 'IN_QUEUE' ORDER BY id LIMIT 1")
    if queued is None:
        return None
    return Event(max(reached, queued["created_at"] + habits.feed_queue_seconds), "begin", queued)


def play(sandbox: Sandbox, event: Event) -> None:
    """Let it happen. Call at its moment, with everything before it done."""
    feed = event.feed
    if event.kind == "begin":
        sandbox.store.run(
            "UPDATE feeds SET status = 'IN_PROGRESS', started_at = ? WHERE id = ?",
            (event.at, feed["id"]),
        )
        return
    report = _process(sandbox, feed, event.at)
    number = report and documents.add(
        sandbox,
        "application/json",
        json.dumps(report).encode(),
        is_result=True,
        is_gzip=sandbox.habits.is_report_gzip,
    )
    sandbox.store.run(
        "UPDATE feeds SET status = ?, ended_at = ?, result_id = ? WHERE id = ?",
        ("FATAL" if report is None else "DONE", event.at, number, feed["id"]),
    )


def _process(sandbox: Sandbox, feed: Row, at: float) -> Json | None:
    """Apply a feed; its processing report, or None when it ends FATAL."""
    if feed["fate"] == "fatal" or feed["feed_type"] != LISTINGS:
        return None
    try:
        document = feedrules.read(documents.content(sandbox, feed["document_id"]))
    except ValueError:
        return None
    work = _Work(sandbox, feed, at)
    fault = feedrules.file_fault(document, sandbox.account.seller_id)
    if fault:
        # A file-level fault is DONE with nothing processed; some say FATAL: unproven.
        work.issues.append({"code": feedrules.FILE_FAULT, "severity": "ERROR", "message": fault})
        return work.report({}, 0)
    for message in document["messages"]:
        work.take(message)
    return work.report(document["header"].get("report") or {}, len(document["messages"]))


class _Work:
    """One feed under way, and what its report will say."""

    def __init__(self, sandbox: Sandbox, feed: Row, at: float) -> None:
        self.sandbox = sandbox
        self.feed = feed
        self.at = at
        self.marketplaces: list[str] = json.loads(feed["marketplaces"])
        self.origin = {"source": f"feed {feed['id']}", "submitted_at": feed["created_at"]}
        self.issues: list[Json] = []
        self.accepted: list[str] = []
        self._seen: set[str] = set()

    def take(self, message: Json) -> None:
        """Apply one message, or note why not."""
        fault = feedrules.message_fault(message)
        if fault:
            self._refuse(message, feedrules.MESSAGE_FAULT, fault)
            return
        sku = message["sku"]
        if sku in self._seen:
            self._refuse(message, "8026", f"SKU '{sku}' appears twice in this feed.")
        elif message["operationType"] == "DELETE":
            self._delete(sku)
        else:
            self._change(message)

    def _change(self, message: Json) -> None:
        patches = message.get("patches") or feedrules.patches_of_attributes(message)
        problems = attributes.check(patches)
        sku, is_whole = message["sku"], message["operationType"] == "UPDATE"
        offers = catalogue.offers(self.sandbox, [sku], self.marketplaces).get(sku, [])
        if not offers and self.sandbox.habits.is_unknown_refused:
            problems.append(attributes.unlisted(sku))
        for problem in problems:
            self._refuse(message, problem["code"], problem["message"])
        if problems:
            return
        for offer in offers:
            before = {} if is_whole else json.loads(offer["attributes"])
            wanted = attributes.apply(before, patches)
            submissions.submit(self.sandbox, offer, wanted, self.at)
        for code, quantity in attributes.changes(patches) if offers else ():
            submissions.apply(self.sandbox, sku, code, quantity, self.origin, self.at)
        self._accept(sku)

    def _delete(self, sku: str) -> None:
        store = self.sandbox.store
        store.run_many(
            "DELETE FROM offers WHERE sku = ? AND marketplace_id = ?",
            [(sku, marketplace) for marketplace in self.marketplaces],
        )
        store.run(
            "DELETE FROM listings WHERE sku = ? AND NOT EXISTS "
            "(SELECT 1 FROM offers WHERE offers.sku = listings.sku)",
            (sku,),
        )
        self._accept(sku)

    def _accept(self, sku: str) -> None:
        self._seen.add(sku)
        self.accepted.append(sku)

    def _refuse(self, message: Json, code: str, text: str) -> None:
        issue = {
            "messageId": message["messageId"],
            "code": code,
            "severity": "ERROR",
            "message": text,
        }
        if isinstance(message.get("sku"), str) and message["sku"]:
            issue["sku"] = message["sku"]
        self.issues.append(issue)

    def report(self, wanted: Json, total: int) -> Json:
        """The processing report. wanted: the header's `report`, {} for none."""
        header: Json = {
            "sellerId": self.sandbox.account.seller_id,
            "version": "2.0",
            "feedId": str(self.feed["id"]),
        }
        summary: Json = {
            "errors": len(self.issues),
            "warnings": 0,
            "messagesProcessed": total,
            "messagesAccepted": len(self.accepted),
            "messagesInvalid": total - len(self.accepted),
        }
        report: Json = {"header": header, "issues": self.issues, "summary": summary}
        if wanted:
            found = self._items(wanted["includedData"])
            summary["itemSummary"] = {"items": len(found), "errors": 0, "warnings": 0}
            report = {**report, "header": {**header, "report": wanted}, "items": found}
        return report

    def _items(self, included: list[str]) -> list[Json]:
        offers = catalogue.offers(self.sandbox, self.accepted, self.marketplaces)
        listings = ((sku, catalogue.listing(self.sandbox, sku)) for sku in offers)
        return [
            items.item(self.sandbox, listing, offers[sku], included)
            for sku, listing in listings
            if listing is not None
        ]
