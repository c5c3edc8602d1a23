"""Shaping the shop from outside: its catalogue and the merchant's edits. One function a call.

Each takes the sandbox and the form it was sent and returns plain JSON, inside one transaction.
"""

from __future__ import annotations

from typing import Any

from channels.adapters.shopify.sandbox import levels, state
from channels.adapters.shopify.sandbox.application import Sandbox
from channels.adapters.shopify.sandbox.catalogue import (
    NewLevel,
    NewVariant,
    change_location,
    create_location,
    create_variants,
    find_location,
    find_variants,
)
from channels.adapters.shopify.sandbox.gid import gid
from channels.adapters.shopify.sandbox.levels import Change
from channels.adapters.shopify.sandbox.store import Row, Store
from channels.rehearsing.forms import Form, FormError

Json = dict[str, Any]
VARIANT_KEYS = (
    "title",
    "variant_title",
    "sku",
    "barcode",
    "price",
    "status",
    "policy",
    "is_tracked",
    "is_bundle",
    "lock_reason",
    "levels",
)
STATUSES = ("ACTIVE", "ARCHIVED", "DRAFT", "UNLISTED")


def add_locations(sandbox: Sandbox, form: Form) -> Json:
    """`{"locations": [{"name", "is_active", "rename_to"}]}`; a known one is changed."""
    form.only(["locations"])
    store = sandbox.store
    for row in form.forms("locations"):
        row.only(["name", "is_active", "rename_to"])
        name, is_active = row.text("name"), row.flag("is_active", default=True)
        known = find_location(store, name)
        if known is None:
            create_location(store, row.text("rename_to", name), is_active=is_active)
        else:
            new_name = _new_name(store, row, known)
            change_location(store, known, name=new_name, is_active=is_active)
    return {"locations": state.locations(store)}


def _new_name(store: Store, row: Form, known: Row) -> str:
    """The name a location gets; a shop has each name once."""
    name = row.text("rename_to", known["name"])
    taken = store.one("SELECT id FROM locations WHERE name = ? AND id <> ?", (name, known["id"]))
    if taken is not None:
        raise row.fail("rename_to", f"{name!r} is another location's", "Give a name that is free.")
    return name


def add_variants(sandbox: Sandbox, form: Form) -> Json:
    """`{"variants": [{"sku", "title", …, "levels": {"Location": 5}}]}`, thousands at once."""
    form.only(["variants"])
    places: dict[str, int] = {}
    variants = [_new_variant(sandbox.store, row, places) for row in form.forms("variants")]
    numbers = create_variants(sandbox.store, variants)
    return {
        "variants": [
            {
                "sku": variant.sku,
                "variant_id": gid("ProductVariant", number),
                "item_id": gid("InventoryItem", item),
            }
            for variant, (number, item) in zip(variants, numbers, strict=True)
        ]
    }


def _new_variant(store: Store, row: Form, places: dict[str, int]) -> NewVariant:
    row.only(VARIANT_KEYS)
    sku = row.text("sku", "")
    return NewVariant(
        title=row.text("title", sku or "Untitled"),
        variant_title=row.text("variant_title", ""),
        sku=sku,
        barcode=row.text("barcode", ""),
        price=row.text("price", "10.00"),
        status=row.choice("status", STATUSES, "ACTIVE"),
        policy=row.choice("policy", ("DENY", "CONTINUE"), "DENY"),
        is_tracked=row.flag("is_tracked", default=False),
        is_bundle=row.flag("is_bundle", default=False),
        lock_reason=row.text("lock_reason", ""),
        levels=_new_levels(store, row, places),
    )


def _new_levels(store: Store, row: Form, places: dict[str, int]) -> list[NewLevel] | None:
    if "levels" not in row.value:
        return None
    entries = Form(row.value["levels"], row.name("levels"))
    found = []
    for name, value in entries.value.items():
        if name not in places:
            places[name] = location_named(store, name, entries.name(name))["id"]
        if isinstance(value, dict):
            level = Form(value, entries.name(name))
            level.only(["available", "committed", "is_active"])
            found.append(
                NewLevel(
                    places[name],
                    level.whole("available", 0),
                    level.whole("committed", 0),
                    level.flag("is_active", default=True),
                )
            )
        else:
            found.append(NewLevel(places[name], entries.whole(name)))
    return found


def location_named(store: Store, name: str, field: str) -> Row:
    row = find_location(store, name)
    if row is None:
        known = ", ".join(place["name"] for place in store.all("SELECT name FROM locations"))
        raise FormError(
            field, f"no location {name!r}", f"Add it by POST locations, or use: {known or 'none'}."
        )
    return row


def variant_named(store: Store, row: Form) -> Row:
    """The variant named by `sku`, or by `item_id` where SKUs repeat."""
    if "item_id" in row.value:
        number = str(row.value["item_id"]).rpartition("/")[2]
        found = store.all("SELECT * FROM variants WHERE item_id = ?", (number,))
    else:
        found = find_variants(store, row.text("sku"))
    if len(found) != 1:
        problem = "no variant" if not found else f"{len(found)} variants"
        key = "item_id" if "item_id" in row.value else "sku"
        raise row.fail(
            key, f"{problem} of this name", "Read GET state for what there is; use its item_id."
        )
    return found[0]


def edit_levels(sandbox: Sandbox, form: Form) -> Json:
    """A merchant's edits by hand: `{"levels": [{"sku", "location", "available" | "delta", …}]}`."""
    form.only(["levels"])
    skus = []
    for row in form.forms("levels"):
        row.only(["sku", "item_id", "location", "available", "on_hand", "delta", "is_active"])
        variant = variant_named(sandbox.store, row)
        place = location_named(sandbox.store, row.text("location"), row.name("location"))
        _edit_level(sandbox.store, row, variant["item_id"], place["id"])
        skus.append(variant["sku"] or "")
    return {
        "levels": [
            level for sku in dict.fromkeys(skus) for level in state.levels_of(sandbox.store, sku)
        ]
    }


def _edit_level(store: Store, row: Form, item: int, place: int) -> None:
    level = levels.find(store, item, place)
    is_active = row.flag("is_active", default=True)
    if level is None or (is_active and not level["is_active"]):
        levels.connect(store, item, place)
        level = levels.find(store, item, place)
    if level is not None and not is_active:
        levels.disconnect(store, level)
    for name in ("available", "on_hand"):
        if name in row.value:
            delta = row.whole(name) - levels.quantity(levels.find(store, item, place), name)
            levels.apply(store, [Change(item, place, "available", delta)])
    if "delta" in row.value:
        levels.apply(store, [Change(item, place, "available", row.whole("delta"))])
