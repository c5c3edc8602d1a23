"""Locations, products and variants: what the shop sells and where it keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.adapters.shopify.sandbox.store import Row, Store

DEFAULT_TITLE = "Default Title"
"""Shopify's own title for the single variant of a product without options."""


@dataclass(frozen=True, slots=True)
class NewLevel:
    location_id: int
    available: int = 0
    committed: int = 0
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant to create. `levels` None: active with 0 at the first location, like in a shop."""

    title: str
    variant_title: str = ""
    sku: str = ""
    barcode: str = ""
    price: str = "10.00"
    status: str = "ACTIVE"
    policy: str = "DENY"
    is_tracked: bool = False
    is_bundle: bool = False
    lock_reason: str = ""
    levels: Sequence[NewLevel] | None = field(default=None)


def create_location(store: Store, name: str, *, is_active: bool = True) -> int:
    number, now = store.next_id("Location"), store.now()
    store.run(
        "INSERT INTO locations (id, name, is_active, created_at, updated_at) VALUES (?,?,?,?,?)",
        (number, name, is_active, now, now),
    )
    store.emit("LOCATIONS_CREATE", number)
    return number


def change_location(store: Store, place: Row, *, name: str, is_active: bool) -> None:
    """Rename a location, close or reopen it. Its levels keep their numbers."""
    if (place["name"], bool(place["is_active"])) == (name, is_active):
        return
    store.run(
        "UPDATE locations SET name = ?, is_active = ?, updated_at = ? WHERE id = ?",
        (name, is_active, store.now(), place["id"]),
    )
    store.emit("LOCATIONS_UPDATE", place["id"])
    if bool(place["is_active"]) != is_active:
        topic = "LOCATIONS_ACTIVATE" if is_active else "LOCATIONS_DEACTIVATE"
        store.emit(topic, place["id"])


def create_variants(store: Store, variants: Sequence[NewVariant]) -> list[tuple[int, int]]:
    """Create thousands at once; the variant and item number of each, in order."""
    numbers = list(
        zip(
            store.next_ids("ProductVariant", len(variants)),
            store.next_ids("InventoryItem", len(variants)),
            strict=True,
        )
    )
    _insert_variants(store, variants, numbers, _products_for(store, variants))
    store.run_many(
        "INSERT OR IGNORE INTO sku_terms (term, variant_id) VALUES (?, ?)",
        [
            (term, number)
            for variant, (number, _) in zip(variants, numbers, strict=True)
            for term in terms_of(variant.sku)
        ],
    )
    _create_levels(store, variants, [item for _, item in numbers])
    return numbers


def _insert_variants(
    store: Store,
    variants: Sequence[NewVariant],
    numbers: Sequence[tuple[int, int]],
    products: Sequence[tuple[int, int]],
) -> None:
    now = store.now()
    store.run_many(
        "INSERT INTO variants (id, item_id, product_id, position, title, sku, barcode, price, "
        "policy, is_tracked, lock_reason, is_bundle, created_at, updated_at) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [
            (
                *number,
                *product,
                variant.variant_title or DEFAULT_TITLE,
                variant.sku or None,
                variant.barcode or None,
                variant.price,
                variant.policy,
                variant.is_tracked,
                variant.lock_reason or None,
                variant.is_bundle,
                now,
                now,
            )
            for variant, number, product in zip(variants, numbers, products, strict=True)
        ],
    )


def terms_of(sku: str | None) -> set[str]:
    """What the search index keeps of a SKU: nothing when it holds quotes, as observed in shops."""
    text = (sku or "").strip().lower()
    if not text or "'" in text or '"' in text:
        return set()
    return {text, *text.split()}


def reindex_sku(store: Store, variant_id: int, sku: str | None) -> None:
    store.run("DELETE FROM sku_terms WHERE variant_id = ?", (variant_id,))
    store.run_many(
        "INSERT INTO sku_terms (term, variant_id) VALUES (?, ?)",
        [(term, variant_id) for term in terms_of(sku)],
    )


def _products_for(store: Store, variants: Sequence[NewVariant]) -> list[tuple[int, int]]:
    """Product number and position for each variant; those with a variant title share by title."""
    now = store.now()
    shared: dict[str, tuple[int, int]] = {}
    fresh: list[tuple[int, str, str, str, str]] = []
    places: list[tuple[int, int]] = []
    numbers = iter(store.next_ids("Product", len(variants)))
    for variant in variants:
        known = shared.get(variant.title) if variant.variant_title else None
        if known is None and variant.variant_title:
            known = _existing_product(store, variant.title)
        if known is None:
            known = (next(numbers), 0)
            fresh.append((known[0], variant.title, variant.status, now, now))
        place = (known[0], known[1] + 1)
        places.append(place)
        if variant.variant_title:
            shared[variant.title] = place
    store.run_many(
        "INSERT INTO products (id, title, status, created_at, updated_at) VALUES (?,?,?,?,?)",
        fresh,
    )
    return places


def _existing_product(store: Store, title: str) -> tuple[int, int] | None:
    row = store.one(
        "SELECT products.id, max(variants.position) AS last FROM products "
        "JOIN variants ON variants.product_id = products.id "
        "WHERE products.title = ? GROUP BY products.id ORDER BY products.id LIMIT 1",
        (title,),
    )
    return (row["id"], row["last"]) if row else None


def _create_levels(store: Store, variants: Sequence[NewVariant], items: Sequence[int]) -> None:
    first = store.one("SELECT id FROM locations WHERE is_active ORDER BY id LIMIT 1")
    default = [NewLevel(first["id"])] if first else []
    rows = [
        (item, level)
        for variant, item in zip(variants, items, strict=True)
        for level in (default if variant.levels is None else variant.levels)
    ]
    now = store.now()
    store.run_many(
        "INSERT INTO levels (id, item_id, location_id, is_active, available, committed, "
        "created_at, updated_at, available_updated_at) VALUES (?,?,?,?,?,?,?,?,?)",
        [
            (
                number,
                item,
                level.location_id,
                level.is_active,
                level.available,
                level.committed,
                now,
                now,
                now,
            )
            for number, (item, level) in zip(
                store.next_ids("InventoryLevel", len(rows)), rows, strict=True
            )
        ],
    )


def find_location(store: Store, name_or_number: str | int) -> Row | None:
    """By exact name, number, or global id."""
    text = str(name_or_number).rpartition("/")[2]
    return store.one(
        "SELECT * FROM locations WHERE name = ? OR id = ?",
        (str(name_or_number), int(text) if text.isdecimal() else -1),
    )


def find_variants(store: Store, sku: str) -> list[Row]:
    """Every variant whose SKU is exactly this; shops do not keep SKUs unique."""
    return store.all("SELECT * FROM variants WHERE sku = ? ORDER BY id", (sku,))
