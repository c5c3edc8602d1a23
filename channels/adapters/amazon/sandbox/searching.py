"""Listings Items 2021-08-01: search a seller's items."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from channels.adapters.amazon.sandbox import catalogue, items, pages
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Call, Json, Query, Reply, invalid
from channels.adapters.amazon.sandbox.listings import check_seller, marketplaces

CEILING = 1000
"""Items of one search, at most: pages end there, whatever more there is."""
IDENTIFIERS = ("ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")
MAX_IDENTIFIERS = 20
PAGE_SIZE = 10
COLUMNS = {"SKU": "l.sku", "ASIN": "l.asin"}
"""Identifiers that listings here have; nothing is found by the others."""
SORTS = {"sku": "l.sku", "createdDate": "min(o.created_at)", "lastUpdatedDate": "max(o.updated_at)"}
BUYABLE = (
    "CASE WHEN o.is_closed THEN 0 WHEN l.is_fba THEN l.afn > 0 ELSE coalesce(l.pool, 0) > 0 END"
)
STATUSES = {"BUYABLE": BUYABLE, "DISCOVERABLE": "NOT o.is_closed"}
MOMENTS = {
    "createdAfter": "o.created_at >= ?",
    "createdBefore": "o.created_at <= ?",
    "lastUpdatedAfter": "o.updated_at >= ?",
    "lastUpdatedBefore": "o.updated_at <= ?",
}


def search(sandbox: Sandbox, call: Call) -> Reply:
    """GET /listings/2021-08-01/items/{sellerId}"""
    check_seller(sandbox, call)
    query = call.query
    asked = marketplaces(sandbox, call)
    included = query.list("includedData", items.INCLUDED) or ["summaries"]
    size = query.whole("pageSize", PAGE_SIZE, 20)
    token = query.text("pageToken")
    if token:
        page = pages.open_page(sandbox, token)
        if page["asked"] != _asked(query):
            raise invalid("'pageToken' belongs to a search with other parameters.")
        skus, total = json.loads(page["ids"]), int(page["bound"])
    else:
        found = _found(sandbox, query, asked)
        skus, total = found[:CEILING], len(found)
    answer: Json = {
        "numberOfResults": total,
        "items": _items(sandbox, skus[:size], asked, included),
    }
    if skus[size:]:
        token = pages.keep(sandbox, _asked(query), skus[size:], total)
        answer["pagination"] = {"nextToken": token}
    return Reply(200, answer)


def _items(
    sandbox: Sandbox, skus: Sequence[str], asked: list[str], included: list[str]
) -> list[Json]:
    offers = catalogue.offers(sandbox, skus, asked)
    listings = ((sku, catalogue.listing(sandbox, sku)) for sku in skus if sku in offers)
    return [
        items.item(sandbox, listing, offers[sku], included)
        for sku, listing in listings
        if listing is not None
    ]


def _asked(query: Query) -> str:
    """The parameters that a page's search must have in common with the first."""
    own = {name: list(value) for name, value in query.values.items() if name != "pageToken"}
    return json.dumps(own, sort_keys=True)


def _found(sandbox: Sandbox, query: Query, asked: list[str]) -> list[str]:
    """The SKUs that fit, in the order asked for."""
    conditions, values = _conditions(query)
    sort = query.choice("sortBy", SORTS, "lastUpdatedDate")
    order = query.choice("sortOrder", ("ASC", "DESC"), "DESC")
    rows = sandbox.store.all(
        "SELECT l.sku FROM listings l JOIN offers o ON o.sku = l.sku "  # noqa: S608 - own texts
        f"WHERE o.marketplace_id IN ({catalogue.marks(asked)}) {conditions} "
        f"GROUP BY l.sku ORDER BY {SORTS[sort]} {order}, l.sku",
        [*asked, *values],
    )
    return [row["sku"] for row in rows]


def _conditions(query: Query) -> tuple[str, list[Any]]:
    clauses: list[str] = []
    values: list[Any] = []
    for name, clause in MOMENTS.items():
        moment = query.moment(name)
        if moment is not None:
            clauses.append(clause)
            values.append(moment)
    clauses.extend(STATUSES[status] for status in query.list("withStatus", STATUSES))
    without = query.list("withoutStatus", STATUSES)
    clauses.extend(f"NOT ({STATUSES[status]})" for status in without)
    if query.list("withIssueSeverity", ("WARNING", "ERROR")):
        clauses.append("0")  # listings here have no issues
    identifiers = query.list("identifiers", limit=MAX_IDENTIFIERS)
    if identifiers:
        kind = query.choice("identifiersType", IDENTIFIERS)
        if not kind:
            raise invalid("'identifiersType' is required with 'identifiers'.")
        column = COLUMNS.get(kind)
        clauses.append(f"{column} IN ({catalogue.marks(identifiers)})" if column else "0")
        values.extend(identifiers if column else [])
    return "".join(f"AND ({clause}) " for clause in clauses), values
