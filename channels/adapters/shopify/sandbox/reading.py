"""Reading the rehearsed shop as plain JSON. One function a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from channels.adapters.shopify.sandbox import sales, state
from channels.adapters.shopify.sandbox.application import Sandbox
from channels.adapters.shopify.sandbox.clock import iso
from channels.rehearsing.forms import FormError

Json = dict[str, Any]
Query = Mapping[str, str]


def read_state(sandbox: Sandbox, query: Query) -> Json:
    """Every item at every location; `?limit=&after=` pages by level number."""
    limit, after = _whole(query, "limit", -1), _whole(query, "after", 0)
    rows = state.levels(sandbox.store, after, limit)
    is_full = limit > 0 and len(rows) == limit
    return {
        "locations": state.locations(sandbox.store),
        "levels": rows,
        "next": rows[-1]["number"] if is_full else None,
    }


def read_levels(sandbox: Sandbox, query: Query) -> Json:
    """The levels of one SKU: `?sku=`."""
    if "sku" not in query:
        raise FormError("sku", "is missing", "Ask levels?sku=YOUR-SKU.")
    return {"levels": state.levels_of(sandbox.store, query["sku"])}


def read_locations(sandbox: Sandbox, _query: Query) -> Json:
    """All locations."""
    return {"locations": state.locations(sandbox.store)}


def read_orders(sandbox: Sandbox, _query: Query) -> Json:
    """All orders with their lines."""
    return {"orders": state.orders(sandbox.store)}


def read_log(sandbox: Sandbox, query: Query) -> Json:
    """The last GraphQL requests; `?after=` a number, `?limit=`."""
    entries = sandbox.journal.entries(_whole(query, "after", 0), _whole(query, "limit", 2000))
    return {"requests": entries}


def read_counters(sandbox: Sandbox, _query: Query) -> Json:
    """Requests by outcome, field and fault; lines written, throttled, points spent, overwrites."""
    return {"counters": {**sandbox.journal.counters(), "overwrites": sales.count(sandbox.store)}}


def read_overwrites(sandbox: Sandbox, _query: Query) -> Json:
    """Numbers a client raised over a sale that no answer had told it of."""
    events = sales.events(sandbox.store)
    return {"count": len(events), "events": events}


def read_faults(sandbox: Sandbox, _query: Query) -> Json:
    """Armed faults with their hits."""
    return {"faults": [fault.describe() for fault in sandbox.faults.armed()]}


def read_webhooks(sandbox: Sandbox, _query: Query) -> Json:
    """Webhook deliveries, sent and waiting, and how they misbehave."""
    deliverer = sandbox.deliverer
    return {"habits": asdict(deliverer.habits), "deliveries": deliverer.deliveries()}


def read_keys(sandbox: Sandbox, _query: Query) -> Json:
    """Idempotency keys being executed now, and how many are remembered."""
    row = sandbox.store.one("SELECT count(*) AS n FROM idempotency_keys")
    return {"running": sandbox.endpoint.keys.running(), "remembered": row["n"] if row else 0}


def read_clock(sandbox: Sandbox, _query: Query) -> Json:
    """The shop's time."""
    clock = sandbox.store.clock
    return {"now": iso(clock.now()), "is_frozen": clock.frozen_at is not None}


def read_shop(sandbox: Sandbox, _query: Query) -> Json:
    """Who the shop is, its bucket, and its open versions."""
    return {
        "shop": asdict(sandbox.shop),
        "versions": sandbox.shop.versions(),
        "bucket": sandbox.endpoint.bucket.status(),
    }


def _whole(query: Query, key: str, default: int) -> int:
    text = query.get(key)
    if text is None:
        return default
    if not text.isdecimal():
        raise FormError(key, f"can not be {text!r}", "Give a whole number.")
    return int(text)
