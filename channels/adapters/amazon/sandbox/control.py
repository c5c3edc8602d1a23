"""The `/_sandbox/` interface: JSON to read the rehearsal, shape it, and make it go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from channels.adapters.amazon.sandbox import conducting, orders, progress, reading, shaping
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Json
from channels.adapters.amazon.sandbox.faults import KINDS
from channels.adapters.amazon.sandbox.orders import OrderRefusedError
from channels.adapters.amazon.sandbox.reading import Query
from channels.adapters.amazon.sandbox.routing import OPERATIONS
from channels.adapters.amazon.sandbox.store import Row
from channels.rehearsing.forms import Form, FormError


def describe(sandbox: Sandbox, _query: Query) -> Json:
    """What this is and what can be asked of it."""
    return {
        "about": "A rehearsal of one Amazon seller account. Nothing here reaches Amazon.",
        "seller_id": sandbox.account.seller_id,
        "region": sandbox.account.region,
        "operations": {each.name: f"{each.method} {each.path.pattern}" for each in OPERATIONS},
        "read": {path: _summary(handler) for path, handler in sorted(READS.items())},
        "shape": {path: _summary(handler) for path, handler in sorted(WRITES.items())}
        | {f"orders/<id>/{verb}": _summary(call) for verb, call in ORDER_WRITES.items()}
        | {"feeds/<id>": _summary(conducting.set_feed)},
        "fault_kinds": KINDS,
        "manual": "README.md beside the code",
    }


def _summary(handler: Callable[..., Any]) -> str:
    return " ".join((handler.__doc__ or "").split())


READS: dict[str, Callable[[Sandbox, Query], Json]] = {
    "": describe,
    "state": reading.read_state,
    "listings": reading.read_listings,
    "orders": reading.read_orders,
    "feeds": reading.read_feeds,
    "log": reading.read_log,
    "counters": reading.read_counters,
    "overwrites": reading.read_overwrites,
    "conversions": reading.read_conversions,
    "faults": reading.read_faults,
    "limits": reading.read_limits,
    "clock": reading.read_clock,
    "habits": reading.read_habits,
    "account": reading.read_account,
}
WRITES: dict[str, Callable[[Sandbox, Form], Json]] = {
    "listings": shaping.add_listings,
    "orders": shaping.place_order,
    "feeds": conducting.set_feeds,
    "faults": conducting.arm_fault,
    "faults/clear": conducting.clear_faults,
    "limits": conducting.set_limits,
    "clock": conducting.set_clock,
    "habits": conducting.set_habits,
    "account": conducting.set_account,
    "reset": conducting.reset,
}
ORDER_WRITES: dict[str, Callable[[Sandbox, Row, Form], Json]] = {
    "pay": shaping.pay_order,
    "ship": shaping.ship_order,
    "cancel": shaping.cancel_order,
    "request-cancel": shaping.request_cancel,
}
ORDER_PATH = re.compile(r"orders/([\d-]+)/([\w-]+)")
FEED_PATH = re.compile(r"feeds/(\d+)")


def read(sandbox: Sandbox, path: str, query: Query) -> tuple[int, Json]:
    """Answer a GET: HTTP status and JSON."""
    progress.advance(sandbox)
    handler = READS.get(path)
    return _guarded(handler and partial(handler, sandbox, query), path, READS)


def write(sandbox: Sandbox, path: str, body: Any) -> tuple[int, Json]:
    """Answer a POST, all of it or nothing: HTTP status and JSON."""
    progress.advance(sandbox)
    call: Callable[[], Json] | None = None
    handler = WRITES.get(path) or _of_order(sandbox, path) or _of_feed(sandbox, path)
    if handler is not None:
        call = partial(_shape, sandbox, handler, body)
    return _guarded(call, path, [*WRITES, *(f"orders/<id>/{verb}" for verb in ORDER_WRITES)])


def _shape(sandbox: Sandbox, handler: Callable[[Sandbox, Form], Json], body: Any) -> Json:
    with sandbox.store.transaction():
        said = handler(sandbox, Form(body))
    # A clock that was moved, or a delay shortened, has done its work when this is answered.
    progress.advance(sandbox)
    return said


def _of_order(sandbox: Sandbox, path: str) -> Callable[[Sandbox, Form], Json] | None:
    match = ORDER_PATH.fullmatch(path)
    verb = ORDER_WRITES.get(match[2]) if match else None
    order = orders.order(sandbox, match[1]) if match and verb else None
    if verb is None or order is None:
        return None
    return lambda sandbox, form: verb(sandbox, order, form)


def _of_feed(sandbox: Sandbox, path: str) -> Callable[[Sandbox, Form], Json] | None:
    match = FEED_PATH.fullmatch(path)
    feed = match and sandbox.store.one("SELECT * FROM feeds WHERE id = ?", (match[1],))
    if not feed:
        return None
    return lambda sandbox, form: conducting.set_feed(sandbox, feed, form)


def _guarded(call: Callable[[], Json] | None, path: str, known: Iterable[str]) -> tuple[int, Json]:
    if call is None:
        remedy = f"Use one of: {', '.join(sorted(map(repr, known)))}."
        details = {"field": "path", "message": f"nothing at {path!r}", "remedy": remedy}
        return 404, {"error": details}
    try:
        return 200, call()
    except FormError as error:
        details = {"field": error.field, "message": error.message, "remedy": error.remedy}
        return 400, {"error": details}
    except OrderRefusedError as error:
        remedy = "GET orders and listings show how things stand."
        return 409, {"error": {"field": "order", "message": str(error), "remedy": remedy}}
