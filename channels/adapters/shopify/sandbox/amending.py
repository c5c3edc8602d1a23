"""Shaping the shop from outside: what a merchant does to an order afterwards, by hand."""

from __future__ import annotations

from typing import Any

from channels.adapters.shopify.sandbox import editing, refunding
from channels.adapters.shopify.sandbox.application import Sandbox
from channels.adapters.shopify.sandbox.ordering import new_line, order_view
from channels.adapters.shopify.sandbox.refunding import RefundLine
from channels.adapters.shopify.sandbox.shaping import location_named
from channels.adapters.shopify.sandbox.store import Row, Store
from channels.rehearsing.forms import Form

Json = dict[str, Any]
RESTOCKS = ("return", "cancel", "no_restock")


def refund_order(sandbox: Sandbox, number: int, form: Form) -> Json:
    """`{"lines": [{"sku" | "line_id", "quantity", "restock": "return|cancel|no_restock"}]}`."""
    form.only(["lines"])
    store = sandbox.store
    order_view(store, number)
    lines = [_refund_line(store, number, row) for row in form.forms("lines")]
    refunding.refund(store, number, lines)
    return order_view(store, number)


def _refund_line(store: Store, order_id: int, row: Form) -> RefundLine:
    row.only(["sku", "line_id", "quantity", "restock", "location"])
    units = row.whole("quantity")
    if units <= 0:
        raise row.fail("quantity", f"can not be {units}", "Give a number above 0.")
    line = _line_named(store, order_id, row)
    if line is None:
        raise _not_there(row)
    place = None
    if "location" in row.value:
        place = location_named(store, row.text("location"), row.name("location"))["id"]
    return RefundLine(line["id"], units, row.choice("restock", RESTOCKS).upper(), place)


def edit_order(sandbox: Sandbox, number: int, form: Form) -> Json:
    """`{"lines": [{"sku" | "line_id", "quantity"}]}`: units a line shall have; new SKUs join."""
    form.only(["lines"])
    store = sandbox.store
    order_view(store, number)
    wanted: dict[int, int] = {}
    added = []
    for row in form.forms("lines"):
        line = _line_named(store, number, row)
        if line is not None:
            wanted[line["id"]] = _units(row)
        elif "line_id" in row.value:
            raise _not_there(row)
        else:
            added.append(new_line(store, form, row))
    editing.edit(store, number, wanted, added)
    return order_view(store, number)


def _units(row: Form) -> int:
    row.only(["sku", "line_id", "quantity"])
    units = row.whole("quantity")
    if units < 0:
        raise row.fail("quantity", f"can not be {units}", "Give 0 or more.")
    return units


def _line_named(store: Store, order_id: int, row: Form) -> Row | None:
    """The order's line of this `line_id` or SKU; None when there is none."""
    if "line_id" in row.value:
        number = str(row.value["line_id"]).rpartition("/")[2]
        return store.one(
            "SELECT * FROM order_lines WHERE id = ? AND order_id = ?", (number, order_id)
        )
    found = store.all(
        "SELECT * FROM order_lines WHERE sku = ? AND order_id = ?", (row.text("sku"), order_id)
    )
    if len(found) > 1:
        raise row.fail("sku", f"stands on {len(found)} lines", "Name the line by its line_id.")
    return found[0] if found else None


def _not_there(row: Form) -> Exception:
    key = "line_id" if "line_id" in row.value else "sku"
    return row.fail(key, "is not on this order", "Read GET orders for its lines.")
