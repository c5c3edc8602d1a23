"""Orders: placed, paid, shipped, cancelled; and what each does to the quantity Amazon sells."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.adapters.amazon.sandbox import catalogue, orderview, sales
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.items import PRICE
from channels.adapters.amazon.sandbox.store import Row

OPEN = ("PENDING_AVAILABILITY", "PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED")
SHIPPABLE = ("UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED")
MERCHANT, AMAZON = "MERCHANT", "AMAZON"


class OrderRefusedError(Exception):
    """An order can not do this now."""


@dataclass(frozen=True, slots=True)
class Line:
    """Units of a SKU. price: of one unit."""

    sku: str
    quantity: int
    price: str = PRICE
    is_sku_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Package:
    """What left together, by order item. Its reference names it within the order."""

    reference: str
    carrier: str
    tracking: str
    shipped_at: float
    items: Mapping[str, int]


def place(
    sandbox: Sandbox,
    marketplace: str,
    lines: Sequence[Line],
    *,
    is_paid: bool = True,
    is_forced: bool = False,
) -> str:
    """A new order's id. Its units leave the quantity at once, paid or not.

    Who fulfils it is Amazon when every SKU is in Amazon's warehouses, else the merchant.
    is_forced: sell even what Amazon shows no more, as it does when it is late itself.
    Raises OrderRefusedError when a SKU is not listed, or not enough of it is shown.
    """
    now, store = sandbox.now(), sandbox.store
    listings = [_listing(sandbox, line.sku, marketplace) for line in lines]
    fulfilled_by = AMAZON if all(listing["is_fba"] for listing in listings) else MERCHANT
    order_id = _new_id(sandbox)
    store.run(
        "INSERT INTO orders (id, marketplace_id, status, fulfilled_by, created_at, updated_at, "
        "listed_at, cancel_request, cancel_reason) VALUES (?,?,?,?,?,?,?,'','')",
        (
            order_id,
            marketplace,
            "UNSHIPPED" if is_paid else "PENDING",
            fulfilled_by,
            now,
            now,
            now + sandbox.habits.list_lag_seconds,
        ),
    )
    for line, listing in zip(lines, listings, strict=True):
        excess = _sell(sandbox, order_id, line, fulfilled_by, is_forced=is_forced)
        store.run(
            "INSERT INTO order_items (id, order_id, sku, asin, title, price, quantity, fulfilled, "
            "excess, is_sku_hidden) VALUES (?,?,?,?,?,?,?,0,?,?)",
            (
                str(store.next_id("item")),
                order_id,
                line.sku,
                listing["asin"],
                listing["title"],
                line.price,
                line.quantity,
                excess,
                line.is_sku_hidden,
            ),
        )
    return order_id


def _listing(sandbox: Sandbox, sku: str, marketplace: str) -> Row:
    found = catalogue.listing(sandbox, sku)
    offers = catalogue.offers(sandbox, [sku], [marketplace]).get(sku, [])
    if found is None or not offers:
        raise OrderRefusedError(f"{sku} is not listed in {marketplace}")
    if offers[0]["is_closed"]:
        raise OrderRefusedError(f"the offer of {sku} is closed")
    return found


def _sell(
    sandbox: Sandbox, order_id: str, line: Line, fulfilled_by: str, *, is_forced: bool
) -> int:
    """Take the units; how many of them were not shown any more."""
    column = "afn" if fulfilled_by == AMAZON else "pool"
    # Read anew: two lines of one order may name the same SKU.
    shown = sandbox.store.number(f"SELECT {column} FROM listings WHERE sku = ?", (line.sku,))  # noqa: S608
    if line.quantity > shown and not is_forced:
        raise OrderRefusedError(f"Amazon shows {shown} of {line.sku}, not {line.quantity}")
    sandbox.store.run(
        f"UPDATE listings SET {column} = max(0, coalesce({column}, 0) - ?) WHERE sku = ?",  # noqa: S608
        (line.quantity, line.sku),
    )
    if fulfilled_by == MERCHANT:
        sales.add(sandbox.store, order_id, line.sku, sandbox.now())
    return max(0, line.quantity - shown)


def _new_id(sandbox: Sandbox) -> str:
    number = sandbox.store.next_id("order") % 10_000_000
    return f"302-{secrets.randbelow(10_000_000):07d}-{number:07d}"


def order(sandbox: Sandbox, order_id: str) -> Row | None:
    return sandbox.store.one("SELECT * FROM orders WHERE id = ?", (order_id,))


def items(sandbox: Sandbox, order_id: str) -> list[Row]:
    return sandbox.store.all(
        "SELECT * FROM order_items WHERE order_id = ? ORDER BY id", (order_id,)
    )


def _changed(sandbox: Sandbox, found: Row, status: str, change: Callable[[], Any]) -> None:
    """Change an order, keeping what it was for lists that repeat it."""
    before = json.dumps(orderview.views(sandbox, [found["id"]])[0])
    change()
    sandbox.store.run(
        "UPDATE orders SET status = ?, updated_at = ?, previous = ? WHERE id = ?",
        (status, sandbox.now(), before, found["id"]),
    )


def pay(sandbox: Sandbox, found: Row) -> None:
    if found["status"] not in ("PENDING", "PENDING_AVAILABILITY"):
        raise OrderRefusedError(f"the order is {found['status']}, not PENDING")
    _changed(sandbox, found, "UNSHIPPED", lambda: None)


def request_cancel(sandbox: Sandbox, found: Row, reason: str) -> None:
    """The buyer asks; nothing is cancelled by that."""
    if found["status"] not in OPEN:
        raise OrderRefusedError(f"the order is {found['status']}")
    _changed(
        sandbox,
        found,
        found["status"],
        lambda: sandbox.store.run(
            "UPDATE orders SET cancel_request = ? WHERE id = ?", (reason, found["id"])
        ),
    )


def cancel(sandbox: Sandbox, found: Row, reason: str) -> None:
    """Its units are sold again, as habits say. Raises OrderRefusedError once any was shipped."""
    if found["status"] not in OPEN or found["status"] == "PARTIALLY_SHIPPED":
        raise OrderRefusedError(f"the order is {found['status']} and can not be cancelled")
    _changed(sandbox, found, "CANCELLED", lambda: _release(sandbox, found, reason))


def _release(sandbox: Sandbox, found: Row, reason: str) -> None:
    sandbox.store.run("UPDATE orders SET cancel_reason = ? WHERE id = ?", (reason, found["id"]))
    if not sandbox.habits.is_cancel_returned:
        return
    column = "afn" if found["fulfilled_by"] == AMAZON else "pool"
    for item in items(sandbox, found["id"]):
        sandbox.store.run(
            f"UPDATE listings SET {column} = {column} + ? WHERE sku = ? "  # noqa: S608
            f"AND {column} IS NOT NULL",
            (item["quantity"] - item["excess"], item["sku"]),
        )
    sales.forget(sandbox.store, found["id"])


def ship(sandbox: Sandbox, found: Row, package: Package) -> None:
    """Confirm a package; one with a reference known already is put in its place.

    Raises OrderRefusedError when its units are not open on the order, or the order not to be sent.
    """
    if found["status"] not in SHIPPABLE:
        raise OrderRefusedError(f"The order is {found['status']}.")
    units = _units_elsewhere(sandbox, found["id"], package.reference)
    ordered = {row["id"]: row["quantity"] for row in items(sandbox, found["id"])}
    for item_id, count in package.items.items():
        if item_id not in ordered:
            raise OrderRefusedError(f"Item {item_id} is not on order {found['id']}.")
        units[item_id] = units.get(item_id, 0) + count
        if units[item_id] > ordered[item_id]:
            raise OrderRefusedError(
                f"{units[item_id]} units of item {item_id} would be shipped, "
                f"and {ordered[item_id]} were ordered."
            )
    is_whole = all(units.get(item_id, 0) == count for item_id, count in ordered.items())
    status = "SHIPPED" if is_whole else "PARTIALLY_SHIPPED"
    _changed(sandbox, found, status, lambda: _keep(sandbox, found["id"], package, units))


def _units_elsewhere(sandbox: Sandbox, order_id: str, reference: str) -> dict[str, int]:
    """Units by item in the order's other packages."""
    units: dict[str, int] = {}
    for row in packages(sandbox, order_id):
        if row["reference"] != reference:
            for item_id, count in json.loads(row["items"]).items():
                units[item_id] = units.get(item_id, 0) + count
    return units


def _keep(sandbox: Sandbox, order_id: str, package: Package, units: Mapping[str, int]) -> None:
    sandbox.store.run(
        "INSERT OR REPLACE INTO packages (order_id, reference, carrier, tracking, shipped_at, "
        "created_at, items) VALUES (?,?,?,?,?,?,?)",
        (
            order_id,
            package.reference,
            package.carrier,
            package.tracking,
            package.shipped_at,
            sandbox.now(),
            json.dumps(dict(package.items)),
        ),
    )
    for item in items(sandbox, order_id):
        sandbox.store.run(
            "UPDATE order_items SET fulfilled = ? WHERE id = ?",
            (units.get(item["id"], 0), item["id"]),
        )


def packages(sandbox: Sandbox, order_id: str) -> list[Row]:
    return sandbox.store.all(
        "SELECT * FROM packages WHERE order_id = ? ORDER BY created_at", (order_id,)
    )
