"""Orders 2026-01-01: search orders, read one order."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

from channels.adapters.amazon.sandbox import orderview, pages
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Call, Json, Query, Reply, invalid, not_found
from channels.adapters.amazon.sandbox.catalogue import marks
from channels.adapters.amazon.sandbox.clock import iso
from channels.adapters.amazon.sandbox.regions import REGIONS

STATUSES = (
    "PENDING_AVAILABILITY",
    "PENDING",
    "UNSHIPPED",
    "PARTIALLY_SHIPPED",
    "SHIPPED",
    "CANCELLED",
    "UNFULFILLABLE",
)
PAST_SECONDS = 120
"""How far in the past the end of a list must lie."""
FREE = ("paginationToken", "maxResultsPerPage", "includedData")
"""Parameters that may differ from page to page."""
PAGE_SIZE = 100
Named = tuple[str, bool]
"""An order a list names, and whether as it was before its last change."""


def search(sandbox: Sandbox, call: Call) -> Reply:
    """GET /orders/2026-01-01/orders"""
    query = call.query
    kind, after, before = _window(sandbox, query)
    size = query.whole("maxResultsPerPage", PAGE_SIZE, PAGE_SIZE)
    included = query.list("includedData", orderview.INCLUDED)
    token = query.text("paginationToken")
    if token:
        page = pages.open_page(sandbox, token)
        if page["asked"] != _asked(query):
            raise invalid("'paginationToken' belongs to a search with other parameters.")
        ids, before = json.loads(page["ids"]), page["bound"]
    else:
        ids = _found(sandbox, query, kind, after, before)
    answer: Json = {
        "orders": [orderview.included(view, included) for view in _views(sandbox, ids[:size])],
        f"{kind}Before": iso(before),
    }
    if ids[size:]:
        kept = pages.keep(sandbox, _asked(query), ids[size:], before)
        answer["pagination"] = {"nextToken": kept}
    return Reply(200, answer, told=[order["orderId"] for order in answer["orders"]])


def get(sandbox: Sandbox, call: Call) -> Reply:
    """GET /orders/2026-01-01/orders/{orderId}: found at once, whatever lists show."""
    included = call.query.list("includedData", orderview.INCLUDED)
    views = orderview.views(sandbox, [call.args["order"]])
    if not views:
        raise not_found(f"Order '{call.args['order']}' does not exist.")
    return Reply(200, {"order": orderview.included(views[0], included)}, told=[call.args["order"]])


def _window(sandbox: Sandbox, query: Query) -> tuple[str, float, float]:
    """Which moment of orders is asked about (`created` or `lastUpdated`), from when to when."""
    given = {
        name: query.moment(name)
        for name in ("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore")
    }
    kind, other = "created", "lastUpdated"
    if given["createdAfter"] is None:
        kind, other = other, kind
    after, before = given[f"{kind}After"], given[f"{kind}Before"]
    if after is None or given[f"{other}After"] is not None:
        raise invalid("Exactly one of 'createdAfter' and 'lastUpdatedAfter' must be given.")
    if given[f"{other}Before"] is not None:
        raise invalid(f"'{other}Before' can not be given with '{kind}After'.")
    if before is None:
        return kind, after, sandbox.now() - sandbox.habits.settle_seconds
    if before > sandbox.now() - PAST_SECONDS:
        raise invalid(f"'{kind}Before' must be at least two minutes in the past.")
    if before < after:
        raise invalid(f"'{kind}Before' must not be before '{kind}After'.")
    return kind, after, before


def _asked(query: Query) -> str:
    own = {name: list(value) for name, value in query.values.items() if name not in FREE}
    return json.dumps(own, sort_keys=True)


def _found(sandbox: Sandbox, query: Query, kind: str, after: float, before: float) -> list[Named]:
    """What the list names, in its order: an order's id, and whether as it was before."""
    column = "created_at" if kind == "created" else "updated_at"
    # Whole seconds are told, so that asking from a moment that was told finds it again.
    clauses = [f"CAST({column} AS INTEGER) >= ?", f"{column} <= ?", "listed_at <= ?"]
    values: list[object] = [int(after), before, sandbox.now()]
    for name, field, choices in (
        ("fulfillmentStatuses", "status", STATUSES),
        ("fulfilledBy", "fulfilled_by", ("MERCHANT", "AMAZON")),
        ("marketplaceIds", "marketplace_id", tuple(REGIONS[sandbox.account.region])),
    ):
        wanted = query.list(name, choices, limit=50)
        if wanted:
            clauses.append(f"{field} IN ({marks(wanted)})")
            values.extend(wanted)
    rows = sandbox.store.all(
        f"SELECT id, previous FROM orders WHERE {' AND '.join(clauses)} "  # noqa: S608 - own texts
        f"ORDER BY {column}, rowid",
        values,
    )
    named: list[Named] = []
    for row in rows:
        named.extend((row["id"], False) for _ in range(sandbox.habits.order_copies))
        if sandbox.habits.is_stale_repeated and row["previous"]:
            named.append((row["id"], True))
    if sandbox.habits.is_order_shuffled:
        random.Random(len(named)).shuffle(named)  # noqa: S311 - to be drawn again, not secret
    return named


def _views(sandbox: Sandbox, named: Sequence[Named]) -> list[Json]:
    """Orders as they are, and as they were where the list names them so."""
    now = {view["orderId"]: view for view in orderview.views(sandbox, [n[0] for n in named])}
    return [
        _before(sandbox, order_id) if is_stale else now[order_id] for order_id, is_stale in named
    ]


def _before(sandbox: Sandbox, order_id: str) -> Json:
    row = sandbox.store.one("SELECT previous FROM orders WHERE id = ?", (order_id,))
    view: Json = json.loads(row["previous"]) if row else {}
    return view
