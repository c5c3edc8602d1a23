"""Feeds 2021-06-30: create, read, list and cancel feeds."""

from __future__ import annotations

import json

from channels.adapters.amazon.sandbox import pages
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Call, Json, Query, Reply, invalid, not_found
from channels.adapters.amazon.sandbox.clock import iso
from channels.adapters.amazon.sandbox.feedwork import LISTINGS, STATUSES
from channels.adapters.amazon.sandbox.regions import REGIONS
from channels.adapters.amazon.sandbox.store import Row

LEGACY = (
    "POST_INVENTORY_AVAILABILITY_DATA",
    "POST_FLAT_FILE_INVLOADER_DATA",
    "POST_FLAT_FILE_LISTINGS_DATA",
    "POST_PRODUCT_DATA",
    "POST_PRODUCT_PRICING_DATA",
)
"""Taken in, and ended FATAL."""
FEED_DAYS = 90
MAX_MARKETPLACES = 25


def bucket_of_create(call: Call) -> str:
    """Listing feeds have a budget of their own."""
    is_listing = isinstance(call.body, dict) and call.body.get("feedType") == LISTINGS
    return f"createFeed.{LISTINGS}" if is_listing else "createFeed"


def create(sandbox: Sandbox, call: Call) -> Reply:
    """POST /feeds/2021-06-30/feeds"""
    body = call.body if isinstance(call.body, dict) else {}
    feed_type, asked = body.get("feedType"), body.get("marketplaceIds")
    if feed_type not in (LISTINGS, *LEGACY):
        raise invalid(f"'feedType' can not be '{feed_type}'.")
    if not isinstance(asked, list) or not 1 <= len(asked) <= MAX_MARKETPLACES:
        raise invalid(f"'marketplaceIds' takes 1 to {MAX_MARKETPLACES} values.")
    if not set(asked) <= set(REGIONS[sandbox.account.region]):
        raise invalid("'marketplaceIds' names a marketplace of another region.")
    document = body.get("inputFeedDocumentId")
    if not sandbox.store.one("SELECT 1 FROM documents WHERE id = ?", (document,)):
        raise invalid("'inputFeedDocumentId' does not exist.")
    number = sandbox.store.next_id("feed")
    sandbox.store.run(
        "INSERT INTO feeds (id, feed_type, marketplaces, document_id, status, fate, created_at) "
        "VALUES (?,?,?,?,'IN_QUEUE',?,?)",
        (number, feed_type, json.dumps(asked), document, _next_fate(sandbox), sandbox.now()),
    )
    return Reply(202, {"feedId": str(number)})


def _next_fate(sandbox: Sandbox) -> str:
    """What a rehearsal wants of the next feed; it is asked for once."""
    fates: list[str] = sandbox.store.setting("next_feeds", [])
    sandbox.store.set_setting("next_feeds", fates[1:])
    return fates[0] if fates else ""


def get(sandbox: Sandbox, call: Call) -> Reply:
    """GET /feeds/2021-06-30/feeds/{feedId}"""
    return Reply(200, view(_feed(sandbox, call)))


def cancel(sandbox: Sandbox, call: Call) -> Reply:
    """DELETE /feeds/2021-06-30/feeds/{feedId}: only while it is queued."""
    feed = _feed(sandbox, call)
    if feed["status"] != "IN_QUEUE":
        raise invalid(f"The feed is {feed['status']} and can not be cancelled.")
    sandbox.store.run(
        "UPDATE feeds SET status = 'CANCELLED', ended_at = ? WHERE id = ?",
        (sandbox.now(), feed["id"]),
    )
    return Reply(200, {})


def _feed(sandbox: Sandbox, call: Call) -> Row:
    number = call.args["feed"]
    row = sandbox.store.one(
        "SELECT * FROM feeds WHERE CAST(id AS TEXT) = ? AND created_at >= ?",
        (number, _oldest(sandbox)),
    )
    if row is None:
        raise not_found(f"Feed '{number}' does not exist.")
    return row


def _oldest(sandbox: Sandbox) -> float:
    return sandbox.now() - FEED_DAYS * 86_400


def search(sandbox: Sandbox, call: Call) -> Reply:
    """GET /feeds/2021-06-30/feeds: newest first; a nextToken is given alone."""
    query = call.query
    token = query.text("nextToken")
    if token:
        if set(query.values) != {"nextToken"}:
            raise invalid("'nextToken' excludes every other parameter.")
        page = pages.open_page(sandbox, token)
        asked = json.loads(page["asked"])
        return _page(sandbox, json.loads(page["ids"]), asked)
    size = query.whole("pageSize", 10, 100)
    return _page(sandbox, _found(sandbox, query), {"size": size})


def _found(sandbox: Sandbox, query: Query) -> list[int]:
    """The feeds that fit the filters."""
    kinds = query.list("feedTypes", limit=10, is_required=True)
    statuses = query.list("processingStatuses", STATUSES) or STATUSES
    wanted = set(query.list("marketplaceIds", REGIONS[sandbox.account.region], limit=10))
    since = query.moment("createdSince")
    until = query.moment("createdUntil")
    rows = sandbox.store.all(
        "SELECT * FROM feeds WHERE created_at >= ? AND created_at <= ? ORDER BY id DESC",
        (
            max(_oldest(sandbox), since or 0),
            sandbox.now() if until is None else until,
        ),
    )
    return [
        row["id"]
        for row in rows
        if row["feed_type"] in kinds
        and row["status"] in statuses
        and (not wanted or wanted & set(json.loads(row["marketplaces"])))
    ]


def _page(sandbox: Sandbox, ids: list[int], asked: Json) -> Reply:
    size = asked["size"]
    rows = [
        sandbox.store.one("SELECT * FROM feeds WHERE id = ?", (number,)) for number in ids[:size]
    ]
    answer: Json = {"feeds": [view(row) for row in rows if row]}
    if ids[size:]:
        answer["nextToken"] = pages.keep(sandbox, json.dumps(asked), ids[size:])
    return Reply(200, answer)


def view(row: Row) -> Json:
    """A `Feed` of the model."""
    shown = {
        "feedId": str(row["id"]),
        "feedType": row["feed_type"],
        "marketplaceIds": json.loads(row["marketplaces"]),
        "createdTime": iso(row["created_at"]),
        "processingStatus": row["status"],
    }
    for name, column in (("processingStartTime", "started_at"), ("processingEndTime", "ended_at")):
        if row[column] is not None and row["status"] != "CANCELLED":
            shown[name] = iso(row[column])
    if row["result_id"]:
        shown["resultFeedDocumentId"] = row["result_id"]
    return shown
