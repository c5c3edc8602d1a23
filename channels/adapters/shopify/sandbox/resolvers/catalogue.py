"""Locations, products, variants, inventory items."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from channels.adapters.shopify.sandbox import search, views
from channels.adapters.shopify.sandbox.context import Info
from channels.adapters.shopify.sandbox.gid import number_of
from channels.adapters.shopify.sandbox.paging import Source, connection, refusal
from channels.adapters.shopify.sandbox.store import Row, Store
from channels.adapters.shopify.sandbox.views import View

LOCATION_SORTS = {"ID": "id", "NAME": "name"}
VARIANT_SORTS = {"ID": "id", "SKU": "coalesce(sku, '')"}


def _sku(compare: str, value: str) -> search.Condition:
    """A text filter: finds the SKU and those that hold it as a word, whatever the case."""
    if value.endswith("*"):
        return (
            "id IN (SELECT variant_id FROM sku_terms WHERE term >= ? AND term < ?)",
            [value[:-1].lower(), value[:-1].lower() + "\U0010ffff"],
        )
    inside = f"SELECT variant_id FROM sku_terms WHERE term {compare} ?"  # noqa: S608
    return f"id IN ({inside})", [value.strip().lower()]


VARIANT_FIELDS: dict[str, search.Field] = {
    "default": _sku,
    "sku": _sku,
    "barcode": search.column("barcode"),
    "id": search.number("id"),
    "product_id": search.number("product_id"),
    "title": search.column("title"),
    "updated_at": search.moment("updated_at"),
    "managed": search.choice({"true": "is_tracked = 1", "false": "is_tracked = 0"}),
    "location_id": lambda _compare, value: (
        "item_id IN (SELECT item_id FROM levels WHERE is_active AND location_id = ?)",
        [value.rpartition("/")[2]],
    ),
    "product_status": lambda _compare, value: (
        "product_id IN (SELECT id FROM products WHERE status = ?)",
        [value.upper()],
    ),
}
ITEM_FIELDS: dict[str, search.Field] = {
    "default": _sku,
    "sku": _sku,
    "id": search.number("item_id"),
    "created_at": search.moment("created_at"),
    "updated_at": search.moment("updated_at"),
}


def searched(info: Info, query: str | None, fields: Mapping[str, search.Field]) -> search.Condition:
    """The condition of a `query:` argument; unknown fields become warnings of the answer."""
    try:
        compiled = search.compile_query(query, fields)
    except search.SearchError as error:
        raise refusal(f"Invalid search query: {error}", "BAD_REQUEST") from error
    if compiled.unknown_fields:
        info.context.search_warnings.append(
            {
                "path": [str(key) for key in info.path.as_list()],
                "query": query,
                "warnings": [
                    {"field": name, "message": "Invalid search field for this query."}
                    for name in compiled.unknown_fields
                ],
            }
        )
    return compiled.condition


def by_number(store: Store, table: str, number: int | None, column: str = "id") -> Row | None:
    return store.one(f"SELECT * FROM {table} WHERE {column} = ?", (number,))  # noqa: S608


def locations(_root: None, info: Info, **page: Any) -> View:
    where = "1" if page["includeInactive"] else "is_active"
    source = Source("locations", where, sort=LOCATION_SORTS[page["sortKey"]])
    return connection(info.context.store, source, page, views.location)


def location(_root: None, info: Info, id: str | None = None) -> View | None:  # noqa: A002
    store: Store = info.context.store
    if id is None:
        row = store.one("SELECT * FROM locations WHERE is_active ORDER BY id LIMIT 1")
    else:
        row = by_number(store, "locations", number_of(id, "Location"))
    return views.location(row) if row else None


def variants(_root: None, info: Info, **page: Any) -> View:
    where, parameters = searched(info, page.get("query"), VARIANT_FIELDS)
    source = Source("variants", where, parameters, sort=VARIANT_SORTS[page["sortKey"]])
    return connection(info.context.store, source, page, views.variant)


def items(_root: None, info: Info, **page: Any) -> View:
    where, parameters = searched(info, page.get("query"), ITEM_FIELDS)
    source = Source("variants", where, parameters, sort="item_id")
    return connection(info.context.store, source, page, views.item)


def getter(kind: str, table: str, view: Callable[[Row], View], column: str = "id") -> Any:
    """A resolver for `field(id:)`: null when there is no such object."""

    def resolve(_root: None, info: Info, id: str) -> View | None:  # noqa: A002
        row = by_number(info.context.store, table, number_of(id, kind), column)
        return view(row) if row else None

    return resolve


def product_of(variant: View, info: Info) -> View | None:
    row = by_number(info.context.store, "products", variant["row"]["product_id"])
    return views.product(row) if row else None


def item_variants(item: View, info: Info, **page: Any) -> View:
    source = Source("variants", "item_id = ?", [item["row"]["item_id"]])
    return connection(info.context.store, source, page, views.variant)


def display_name(variant: View, info: Info) -> str:
    row = by_number(info.context.store, "products", variant["row"]["product_id"])
    return f"{row['title'] if row else ''} - {variant['title']}"


def duplicate_sku_count(item: View, info: Info) -> int:
    """How many other variants bear the same SKU."""
    if item["sku"] is None:
        return 0
    return _count(
        info, "variants WHERE sku = ? AND item_id <> ?", item["sku"], item["row"]["item_id"]
    )


def _count(info: Info, tail: str, *parameters: object) -> int:
    row = info.context.store.one(f"SELECT count(*) AS n FROM {tail}", parameters)  # noqa: S608
    return row["n"] if row else 0


def _sum_available(info: Info, where: str, number: int) -> int:
    row = info.context.store.one(
        "SELECT coalesce(sum(l.available), 0) AS n FROM levels l "  # noqa: S608
        f"JOIN variants v ON v.item_id = l.item_id WHERE l.is_active AND v.{where} = ?",
        (number,),
    )
    return row["n"] if row else 0


def variant_quantity(variant: View, info: Info) -> int:
    return _sum_available(info, "item_id", variant["row"]["item_id"])


def is_for_sale(variant: View, info: Info) -> bool:
    row = variant["row"]
    if not row["is_tracked"] or row["policy"] == "CONTINUE":
        return True
    return _sum_available(info, "item_id", row["item_id"]) > 0


def _product_count(product: View, info: Info, tail: str = "") -> int:
    return _count(info, f"variants WHERE product_id = ?{tail}", product["row"]["id"])


RESOLVERS: dict[str, Callable[..., Any]] = {
    "QueryRoot.location": location,
    "QueryRoot.locations": locations,
    "QueryRoot.product": getter("Product", "products", views.product),
    "QueryRoot.productVariant": getter("ProductVariant", "variants", views.variant),
    "QueryRoot.productVariants": variants,
    "QueryRoot.inventoryItem": getter("InventoryItem", "variants", views.item, "item_id"),
    "QueryRoot.inventoryItems": items,
    "Location.hasActiveInventory": lambda place, info: (
        _count(info, "levels WHERE is_active AND location_id = ?", place["row"]["id"]) > 0
    ),
    "Product.hasOnlyDefaultVariant": lambda product, info: _product_count(product, info) == 1,
    "Product.tracksInventory": lambda product, info: (
        _product_count(product, info, " AND is_tracked") > 0
    ),
    "Product.totalInventory": lambda product, info: _sum_available(
        info, "product_id", product["row"]["id"]
    ),
    "Product.variantsCount": lambda product, info: {
        "count": _product_count(product, info),
        "precision": "EXACT",
    },
    "ProductVariant.product": product_of,
    "ProductVariant.inventoryItem": lambda variant, _info: views.item(variant["row"]),
    "ProductVariant.displayName": display_name,
    "ProductVariant.inventoryQuantity": variant_quantity,
    "ProductVariant.sellableOnlineQuantity": variant_quantity,
    "ProductVariant.availableForSale": is_for_sale,
    "InventoryItem.variants": item_variants,
    "InventoryItem.duplicateSkuCount": duplicate_sku_count,
    "InventoryItem.locationsCount": lambda item, info: {
        "count": _count(info, "levels WHERE is_active AND item_id = ?", item["row"]["item_id"]),
        "precision": "EXACT",
    },
}
