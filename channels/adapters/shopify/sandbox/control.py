"""The `/_sandbox/` interface: JSON to read the shop, shape it, and arm faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from channels.adapters.shopify.sandbox import (
    amending,
    conducting,
    ordering,
    reading,
    shaping,
)
from channels.adapters.shopify.sandbox.application import Sandbox
from channels.adapters.shopify.sandbox.faults import KINDS
from channels.adapters.shopify.sandbox.orders import OrderRefusedError
from channels.adapters.shopify.sandbox.shop import STABLE_VERSIONS
from channels.rehearsing.forms import Form, FormError

Json = dict[str, Any]
Query = Mapping[str, str]


def describe(sandbox: Sandbox, _query: Query) -> Json:
    """What this is and what can be asked of it."""
    return {
        "about": "A rehearsal of one Shopify store. Nothing here reaches Shopify.",
        "shop": sandbox.shop.domain,
        "graphql": f"POST /admin/api/{STABLE_VERSIONS[-1]}/graphql.json",
        "token_grant": "POST /admin/oauth/access_token",
        "read": {path: _summary(handler) for path, handler in sorted(READS.items())},
        "shape": {path: _summary(handler) for path, handler in sorted(WRITES.items())}
        | {f"orders/<number>/{verb}": _summary(call) for verb, call in ORDER_WRITES.items()},
        "fault_kinds": KINDS,
        "manual": "README.md beside the code",
    }


def _summary(handler: Callable[..., Any]) -> str:
    return (handler.__doc__ or "").strip().partition("\n")[0]


READS: dict[str, Callable[[Sandbox, Query], Json]] = {
    "": describe,
    "state": reading.read_state,
    "levels": reading.read_levels,
    "locations": reading.read_locations,
    "orders": reading.read_orders,
    "log": reading.read_log,
    "counters": reading.read_counters,
    "overwrites": reading.read_overwrites,
    "faults": reading.read_faults,
    "keys": reading.read_keys,
    "webhooks": reading.read_webhooks,
    "clock": reading.read_clock,
    "shop": reading.read_shop,
}
WRITES: dict[str, Callable[[Sandbox, Form], Json]] = {
    "locations": shaping.add_locations,
    "variants": shaping.add_variants,
    "levels": shaping.edit_levels,
    "orders": ordering.place_order,
    "faults": conducting.arm_fault,
    "faults/clear": conducting.clear_faults,
    "clock": conducting.set_clock,
    "shop": conducting.set_shop,
    "webhooks": conducting.set_webhooks,
    "reset": conducting.reset,
}
ORDER_WRITES: dict[str, Callable[[Sandbox, int, Form], Json]] = {
    "fulfil": ordering.fulfil_order,
    "cancel": ordering.cancel_order,
    "edit": amending.edit_order,
    "refund": amending.refund_order,
}
ORDER_PATH = re.compile(r"orders/(?:gid://shopify/Order/)?(\d+)/(\w+)")


def read(sandbox: Sandbox, path: str, query: Query) -> tuple[int, Json]:
    """Answer a GET: HTTP status and JSON."""
    handler = READS.get(path)
    return _guarded(handler and partial(handler, sandbox, query), path, READS)


def write(sandbox: Sandbox, path: str, body: Any) -> tuple[int, Json]:
    """Answer a POST, all of it or nothing: HTTP status and JSON."""
    handler, order = WRITES.get(path), ORDER_PATH.fullmatch(path)
    call: Callable[[], Json] | None = None
    if handler is not None:
        call = partial(_shape, sandbox, handler, body)
    elif order is not None and order[2] in ORDER_WRITES:
        on_order = partial(_on_order, ORDER_WRITES[order[2]], int(order[1]))
        call = partial(_shape, sandbox, on_order, body)
    return _guarded(call, path, [*WRITES, *(f"orders/<n>/{v}" for v in ORDER_WRITES)])


def _shape(sandbox: Sandbox, handler: Callable[[Sandbox, Form], Json], body: Any) -> Json:
    with sandbox.store.transaction():
        return handler(sandbox, Form(body))


def _on_order(
    verb: Callable[[Sandbox, int, Form], Json], number: int, sandbox: Sandbox, form: Form
) -> Json:
    return verb(sandbox, number, form)


def _guarded(call: Callable[[], Json] | None, path: str, known: Any) -> tuple[int, Json]:
    if call is None:
        remedy = f"Use one of: {', '.join(sorted(map(repr, known)))}."
        return 404, {
            "error": {"field": "path", "message": f"nothing at {path!r}", "remedy": remedy}
        }
    try:
        return 200, call()
    except FormError as error:
        details = {"field": error.field, "message": error.message, "remedy": error.remedy}
        return 400, {"error": details}
    except OrderRefusedError as error:
        remedy = "GET orders shows what state it is in."
        return 409, {"error": {"field": "order", "message": error.message, "remedy": remedy}}
