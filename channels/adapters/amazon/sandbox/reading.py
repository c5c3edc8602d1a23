"""Reading the rehearsal from outside: how things really stand. One function a path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from channels.adapters.amazon.sandbox import catalogue, feeds, items, orderview, sales
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.attributes import AVAILABILITY
from channels.adapters.amazon.sandbox.calls import Json
from channels.adapters.amazon.sandbox.clock import iso
from channels.adapters.amazon.sandbox.conducting import clock_view
from channels.adapters.amazon.sandbox.store import Row

Query = Mapping[str, str]


def read_state(sandbox: Sandbox, query: Query) -> Json:
    """Everything: the seller, habits, listings, orders, feeds, clock."""
    return {
        "account": asdict(sandbox.account),
        "habits": asdict(sandbox.habits),
        **read_listings(sandbox, query),
        **read_orders(sandbox, query),
        **read_feeds(sandbox, query),
        "clock": clock_view(sandbox),
    }


def read_listings(sandbox: Sandbox, query: Query) -> Json:
    """Listings: what applies, what was submitted and what waits; `?sku=` for one."""
    sku = query.get("sku")
    own = "" if sku is None else "WHERE sku = ?"
    values = [] if sku is None else [sku]
    waiting: dict[str, list[Json]] = {}
    for row in sandbox.store.all(f"SELECT * FROM submissions {own} ORDER BY due_at, id", values):  # noqa: S608
        waiting.setdefault(row["sku"], []).append(
            {"quantity": row["quantity"], "source": row["source"], "due": iso(row["due_at"])}
        )
    offers: dict[str, list[Row]] = {}
    for row in sandbox.store.all(f"SELECT * FROM offers {own} ORDER BY marketplace_id", values):  # noqa: S608
        offers.setdefault(row["sku"], []).append(row)
    rows = sandbox.store.all(f"SELECT * FROM listings {own} ORDER BY sku", values)  # noqa: S608
    return {
        "listings": [
            _listing(row, offers.get(row["sku"], []), waiting.get(row["sku"], [])) for row in rows
        ]
    }


def _listing(row: Row, offers: list[Row], waiting: list[Json]) -> Json:
    return {
        "sku": row["sku"],
        "asin": row["asin"],
        "product_type": row["product_type"],
        "title": row["title"],
        "is_fba": bool(row["is_fba"]),
        "quantity": row["pool"],
        "afn_quantity": row["afn"],
        "physical": row["physical"],
        "waiting": waiting,
        "marketplaces": {
            offer["marketplace_id"]: {
                "status": items.status(row, offer),
                "submitted": json.loads(offer["attributes"]).get(AVAILABILITY, []),
            }
            for offer in offers
        },
    }


def read_orders(sandbox: Sandbox, query: Query) -> Json:
    """Orders, oldest first, as the API would show them whole, with SKUs; `?id=` for one."""
    rows = sandbox.store.all("SELECT id FROM orders ORDER BY created_at, rowid")
    wanted = query.get("id")
    ids = [row["id"] for row in rows if wanted in (None, row["id"])]
    found: dict[str, list[Json]] = {}
    for row in sandbox.store.all("SELECT * FROM order_items ORDER BY rowid"):
        found.setdefault(row["order_id"], []).append(
            {"sku": row["sku"], "quantity": row["quantity"], "fulfilled": row["fulfilled"]}
        )
    return {
        "orders": [
            {**view, "lines": found.get(view["orderId"], [])}
            for view in orderview.views(sandbox, ids)
        ]
    }


def read_feeds(sandbox: Sandbox, _query: Query) -> Json:
    """Feeds, oldest first, with the fate a rehearsal gave them."""
    rows = sandbox.store.all("SELECT * FROM feeds ORDER BY id")
    return {"feeds": [{**feeds.view(row), "fate": row["fate"]} for row in rows]}


def read_log(sandbox: Sandbox, query: Query) -> Json:
    """Requests, oldest first; `?after=` a number, `?operation=` one operation."""
    after = query.get("after", "0")
    number = int(after) if after.isdecimal() else 0
    return {"requests": sandbox.journal.entries(number, query.get("operation", ""))}


def read_counters(sandbox: Sandbox, _query: Query) -> Json:
    """Counts of requests and refusals, and of harm done: fba_conversions, overwrites, oversold."""
    store = sandbox.store
    return {
        "counters": {
            **sandbox.journal.counters(),
            "fba_conversions": store.number("SELECT count(*) FROM conversions"),
            "overwrites": sales.count(store, sales.UNSEEN),
            "overtaken": sales.count(store, sales.OVERTAKEN),
            "oversold": sales.oversold(store),
        }
    }


def read_overwrites(sandbox: Sandbox, _query: Query) -> Json:
    """Quantities raised over sales: `unseen` by the seller, or `overtaken` on the way."""
    return {"overwrites": sales.events(sandbox.store)}


def read_conversions(sandbox: Sandbox, _query: Query) -> Json:
    """Offers taken out of Amazon's hands by a quantity for DEFAULT."""
    rows = sandbox.store.all("SELECT * FROM conversions ORDER BY id")
    return {
        "conversions": [
            {"at": iso(row["at"]), "sku": row["sku"], "source": row["source"]} for row in rows
        ]
    }


def read_faults(sandbox: Sandbox, _query: Query) -> Json:
    """The faults that are armed."""
    return {"armed": [fault.describe() for fault in sandbox.faults.armed()]}


def read_limits(sandbox: Sandbox, _query: Query) -> Json:
    """Budgets: rate, burst and what is left, by operation."""
    return {"limits": sandbox.limits.describe()}


def read_clock(sandbox: Sandbox, _query: Query) -> Json:
    """What time it is here, and how fast it passes."""
    return clock_view(sandbox)


def read_habits(sandbox: Sandbox, _query: Query) -> Json:
    """Delays and bad manners."""
    return {"habits": asdict(sandbox.habits)}


def read_account(sandbox: Sandbox, _query: Query) -> Json:
    """Who the seller is, and the credentials that open this server alone."""
    return {"account": asdict(sandbox.account), "listings": len(catalogue.known(sandbox))}
