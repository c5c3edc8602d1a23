"""Shaping the shop from outside: placing, shipping and cancelling orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from channels.adapters.shopify.sandbox import cancelling, fulfilling, orders, state
from channels.adapters.shopify.sandbox.application import Sandbox
from channels.adapters.shopify.sandbox.clock import iso, parse_iso
from channels.adapters.shopify.sandbox.shaping import location_named, variant_named
from channels.adapters.shopify.sandbox.store import Row, Store
from channels.rehearsing.forms import Form, FormError

Json = dict[str, Any]
ORDER_KEYS = (
    "lines",
    "location",
    "name",
    "is_test",
    "is_fulfilled",
    "created_at",
    "financial_status",
    "source_name",
)


def place_order(sandbox: Sandbox, form: Form) -> Json:
    """`{"lines": [{"sku", "quantity"}], "location", "is_fulfilled", "is_test", …}`."""
    form.only(ORDER_KEYS)
    store = sandbox.store
    lines = [new_line(store, form, row) for row in form.forms("lines")]
    number = orders.place(
        store,
        orders.NewOrder(
            lines,
            name=form.text("name", ""),
            is_test=form.flag("is_test", default=False),
            financial_status=form.choice("financial_status", ("PAID", "PENDING"), "PAID"),
            source_name=form.text("source_name", "web"),
            created_at=_moment(form, "created_at") if "created_at" in form.value else "",
        ),
    )
    if form.flag("is_fulfilled", default=False):
        for part in _parts(store, number, {}):
            fulfilling.fulfil(store, part)
    return order_view(store, number)


def new_line(store: Store, order: Form, row: Form) -> orders.NewLine:
    """A line to order, from its own location, the order's, or where the units are."""
    row.only(["sku", "item_id", "quantity", "price", "title", "location"])
    units = row.whole("quantity")
    if units <= 0:
        raise row.fail("quantity", f"can not be {units}", "Give a number above 0.")
    is_custom = "sku" not in row.value and "item_id" not in row.value
    variant = None if is_custom else variant_named(store, row)
    place = row if "location" in row.value else order
    if "location" in place.value:
        location = location_named(store, place.text("location"), place.name("location"))["id"]
    else:
        location = _best_location(store, row, variant, units)
    title = row.text("title", (variant["sku"] if variant is not None else None) or "Custom item")
    price = row.text("price", variant["price"] if variant is not None else "0.00")
    return orders.NewLine(variant, units, title, price, location)


def _best_location(store: Store, row: Form, variant: Row | None, units: int) -> int:
    """The first active location that has the units, else the first that stocks the item."""
    item = variant["item_id"] if variant is not None else None
    found = store.one(
        "SELECT places.id FROM locations places "
        "LEFT JOIN levels l ON l.location_id = places.id AND l.item_id = ? AND l.is_active "
        "WHERE places.is_active AND (? OR l.id IS NOT NULL) "
        "ORDER BY coalesce(l.available, 0) < ?, places.id LIMIT 1",
        (item, item is None, units),
    )
    if found is None:
        raise row.fail(
            "sku",
            "is stocked at no active location",
            "Stock it by POST levels, or name a location.",
        )
    number: int = found["id"]
    return number


def _moment(form: Form, key: str) -> str:
    try:
        return iso(parse_iso(form.text(key)))
    except ValueError:
        raise form.fail(key, "is no ISO 8601 time", "Write 2026-11-21T10:00:00Z.") from None


def fulfil_order(sandbox: Sandbox, number: int, form: Form) -> Json:
    """Ship everything left of an order, or `{"lines": [{"sku", "quantity"}]}` of it."""
    form.only(["lines", "tracking_number", "tracking_url", "carrier"])
    store = sandbox.store
    order_view(store, number)
    wanted = {
        row.text("sku"): row.whole("quantity")
        for row in (form.forms("lines") if "lines" in form.value else ())
    }
    tracking = {
        "number": form.optional("tracking_number", form.text),
        "url": form.optional("tracking_url", form.text),
        "company": form.optional("carrier", form.text),
    }
    for part in _parts(store, number, wanted):
        fulfilling.fulfil(store, part, tracking)
    if any(wanted.values()):
        left = ", ".join(sku for sku, units in wanted.items() if units)
        raise FormError(
            "lines", f"more units than are left: {left}", "Read GET orders for what is."
        )
    return order_view(store, number)


def _parts(
    store: Store, order_id: int, wanted: dict[str, int]
) -> Sequence[dict[int, dict[int, int] | None]]:
    """One fulfilment for each open fulfilment order; counts `wanted` down as it goes."""
    everything = not wanted
    parts: list[dict[int, dict[int, int] | None]] = []
    for row in store.all(
        "SELECT id FROM fulfillment_orders WHERE order_id = ? AND status <> 'CLOSED'", (order_id,)
    ):
        chosen: dict[int, int] = {}
        for line in store.all(
            "SELECT p.id, p.remaining, l.sku FROM fulfillment_order_lines p "
            "JOIN order_lines l ON l.id = p.line_id WHERE p.fulfillment_order_id = ?",
            (row["id"],),
        ):
            units = min(line["remaining"], wanted.get(line["sku"], 0))
            if units:
                chosen[line["id"]] = units
                wanted[line["sku"]] -= units
        if everything or chosen:
            parts.append({row["id"]: None if everything else chosen})
    return parts


def cancel_order(sandbox: Sandbox, number: int, form: Form) -> Json:
    """`{"is_restocked": true, "reason": "CUSTOMER"}`."""
    form.only(["is_restocked", "reason"])
    reasons = ("CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF")
    order_view(sandbox.store, number)
    cancelling.cancel(
        sandbox.store,
        number,
        form.choice("reason", reasons, "CUSTOMER"),
        is_restocked=form.flag("is_restocked"),
    )
    return order_view(sandbox.store, number)


def order_view(store: Store, number: int) -> Json:
    found = state.orders(store, number)
    if not found:
        raise FormError("order", f"no order {number}", "GET orders lists them.")
    return found[0]
