"""Shaping the rehearsal from outside: listings, and orders a buyer places and a seller handles."""

from __future__ import annotations

from channels.adapters.amazon.sandbox import catalogue, orders, regions
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Json
from channels.adapters.amazon.sandbox.catalogue import NewListing
from channels.adapters.amazon.sandbox.orders import Line, Package
from channels.adapters.amazon.sandbox.orderview import views
from channels.adapters.amazon.sandbox.store import Row
from channels.rehearsing.forms import Form


def add_listings(sandbox: Sandbox, form: Form) -> Json:
    """`{"listings": [{"sku", "asin"?, "product_type"?, "title"?, "quantity"?, "lead_time"?,
    "is_fba"?, "is_closed"?, "physical"?, "marketplaces"?}]}`; a SKU there already is set anew."""
    form.only(["listings"])
    new = [_listing(sandbox, row) for row in form.forms("listings")]
    catalogue.add(sandbox, new)
    return {"added": [listing.sku for listing in new]}


def _listing(sandbox: Sandbox, row: Form) -> NewListing:
    row.only(NewListing.__dataclass_fields__)
    return NewListing(
        sku=row.text("sku"),
        marketplaces=_marketplaces(sandbox, row),
        asin=row.text("asin", ""),
        product_type=row.text("product_type", "PRODUCT"),
        title=row.text("title", ""),
        # Null stands for a listing that was never told a number.
        quantity=row.count("quantity", 0),
        lead_time=row.count("lead_time", None),
        is_fba=row.flag("is_fba", default=False),
        is_closed=row.flag("is_closed", default=False),
        physical=row.count("physical", None),
    )


def _marketplaces(sandbox: Sandbox, row: Form) -> list[str]:
    region = sandbox.account.region
    if "marketplaces" not in row.value:
        return regions.first_marketplaces(region)
    given = row.value["marketplaces"]
    if not isinstance(given, list) or not given or not set(given) <= set(regions.REGIONS[region]):
        raise row.fail(
            "marketplaces",
            f"can not be {given!r:.80}",
            f"Give a list of: {', '.join(regions.REGIONS[region])}.",
        )
    return given


def place_order(sandbox: Sandbox, form: Form) -> Json:
    """`{"lines": [{"sku", "quantity"?, "price"?, "is_sku_hidden"?}], "marketplace"?, "paid"?,
    "force"?}`"""
    form.only(["lines", "marketplace", "paid", "force"])
    lines = [_line(row) for row in form.forms("lines")]
    region = sandbox.account.region
    marketplace = form.choice(
        "marketplace", regions.REGIONS[region], regions.first_marketplaces(region)[0]
    )
    order_id = orders.place(
        sandbox,
        marketplace,
        lines,
        is_paid=form.flag("paid", default=True),
        is_forced=form.flag("force", default=False),
    )
    return _shown(sandbox, order_id)


def _line(row: Form) -> Line:
    row.only(["sku", "quantity", "price", "is_sku_hidden"])
    units = row.whole("quantity", 1)
    if units <= 0:
        raise row.fail("quantity", f"can not be {units}", "Give a number above 0.")
    hidden = row.flag("is_sku_hidden", default=False)
    return Line(row.text("sku"), units, row.text("price", "19.99"), hidden)


def _shown(sandbox: Sandbox, order_id: str) -> Json:
    return {"order_id": order_id, "order": views(sandbox, [order_id])[0]}


def pay_order(sandbox: Sandbox, order: Row, form: Form) -> Json:
    """`{}`: a PENDING order becomes UNSHIPPED."""
    form.only([])
    orders.pay(sandbox, order)
    return _shown(sandbox, order["id"])


def cancel_order(sandbox: Sandbox, order: Row, form: Form) -> Json:
    """`{"reason"?}`: CANCELLED, and its units are sold again."""
    form.only(["reason"])
    orders.cancel(sandbox, order, form.text("reason", "NO_INVENTORY"))
    return _shown(sandbox, order["id"])


def request_cancel(sandbox: Sandbox, order: Row, form: Form) -> Json:
    """`{"reason"?}`: the buyer asks to cancel; nothing is cancelled by that."""
    form.only(["reason"])
    orders.request_cancel(sandbox, order, form.text("reason", "BUYER_CANCELED"))
    return _shown(sandbox, order["id"])


def ship_order(sandbox: Sandbox, order: Row, form: Form) -> Json:
    """`{"lines"?: [{"sku", "quantity"}], "reference"?, "carrier"?, "tracking"?}`; without lines all
    that is open."""
    form.only(["lines", "reference", "carrier", "tracking"])
    items = orders.items(sandbox, order["id"])
    if "lines" in form.value:
        units = dict(_shipped(row, items) for row in form.forms("lines"))
    else:
        units = {item["id"]: item["quantity"] - item["fulfilled"] for item in items}
    reference = form.text("reference", f"hand-{len(orders.packages(sandbox, order['id'])) + 1}")
    orders.ship(
        sandbox,
        order,
        Package(
            reference,
            form.text("carrier", "DHL"),
            form.text("tracking", "00340434161094"),
            sandbox.now(),
            {item_id: count for item_id, count in units.items() if count > 0},
        ),
    )
    return _shown(sandbox, order["id"])


def _shipped(row: Form, items: list[Row]) -> tuple[str, int]:
    row.only(["sku", "quantity"])
    sku = row.text("sku")
    found = next((item for item in items if item["sku"] == sku), None)
    if found is None:
        raise row.fail("sku", "is not on this order", "Read GET orders for its items.")
    return found["id"], row.whole("quantity")
