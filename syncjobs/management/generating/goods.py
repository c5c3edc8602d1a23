"""Products with names, SKUs and barcodes as a shop has them, bundles, and where they lie."""

from __future__ import annotations

from inventory.models import BundleComponent, Product, Warehouse
from syncjobs.management.generating.working import Workshop

WAREHOUSES = {
    "bucharest": "Bucharest main",
    "cluj": "Cluj",
    "hamburg": "Hamburg",
    "leeds": "Leeds",
    "outlet": "Outlet",
}
"""Code and name; the last one holds second levels only, and may go below zero."""

_PRODUCTS = """
INSERT INTO inventory_product (id, sku, name, barcode, is_active, is_excluded, created_at)
SELECT id, (ARRAY['MUG', 'LMP', 'CHR', 'TBL', 'BAG', 'TOY', 'BOX', 'KNF'])[kind] || '-'
        || lpad(id::text, 8, '0'),
    (ARRAY['Small', 'Large', 'Vintage', 'Plain', 'Folding', 'Garden', 'Travel', 'Handmade'])
        [1 + floor(size * 8)::int] || ' '
    || (ARRAY['blue', 'red', 'green', 'white', 'black', 'oak', 'steel', 'linen', 'glass'])
        [1 + floor(look * 9)::int] || ' '
    || (ARRAY['mug', 'lamp', 'chair', 'table', 'bag', 'toy', 'box', 'knife'])[kind] || ' '
    || (100 + floor(mark * 9000)::int),
    CASE WHEN code < 0.92 THEN '20' || lpad(id::text, 11, '0') ELSE '' END,
    active < 0.97, excluded < 0.01, now() - interval '1100 days' * (1 - n::float / %(products)s)
FROM (
    SELECT n, %(product)s + n AS id, 1 + floor(random() * 8)::int AS kind, random() AS size,
        random() AS look, random() AS mark, random() AS code, random() AS active,
        random() AS excluded
    FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
) AS thrown
"""
_BUNDLES = """
INSERT INTO inventory_bundlecomponent (id, bundle_id, component_id, quantity)
SELECT %(component)s + 2 * (n - 1) + part, %(product)s + %(products)s - %(bundles)s + n,
    %(product)s + 1 + mod(n * 31 + part, %(stocked)s::bigint), part
FROM generate_series(1, %(bundles)s::bigint) AS n, generate_series(1, 2) AS part
"""
# shelf: which levels there will be. n is a random number of its own for each, so that what is
# popular is spread over all products; k counts within one warehouse's first or second levels.
_PLACES = """
CREATE TEMP TABLE generated_place AS
SELECT n, %(product)s + n AS product_id, CASE WHEN dice < 0.5 THEN 1 WHEN dice < 0.75 THEN 2
    WHEN dice < 0.9 THEN 3 ELSE 4 END AS place
FROM (SELECT n, random() AS dice FROM generate_series(1, %(stocked)s::bigint) AS n) AS thrown
"""
_SHELF = """
CREATE TEMP TABLE generated_shelf AS
SELECT row_number() OVER (ORDER BY random()) AS n, product_id, place, is_second,
    (%(warehouses)s::bigint[])[place] AS warehouse_id,
    row_number() OVER (PARTITION BY place, is_second ORDER BY product_id) - 1 AS k
FROM (
    SELECT product_id, place, false AS is_second FROM generated_place
    UNION ALL
    SELECT product_id, 5, true FROM generated_place WHERE mod(n, 4) = 0
) AS both_levels
"""
_ROOM = """
CREATE TEMP TABLE generated_room AS
SELECT place, is_second, count(*) AS levels FROM generated_shelf GROUP BY place, is_second
"""
_INDEX_SHELF = (
    "CREATE UNIQUE INDEX ON generated_shelf (n)",
    "CREATE UNIQUE INDEX ON generated_shelf (place, is_second, k)",
    _ROOM,
    "ANALYZE generated_shelf",
    "ANALYZE generated_room",
)


def make(work: Workshop) -> None:
    """Products, bundles, warehouses, and the working tables of who lies where."""
    work.values["warehouses"] = [_warehouse(code, name) for code, name in WAREHOUSES.items()]
    work.reserve("product", Product, work.values["products"])
    work.reserve("component", BundleComponent, 2 * work.values["bundles"])
    work.make_sliced("products", work.values["products"], _PRODUCTS)
    work.make("bundle components", _BUNDLES)
    work.make("(where products lie)", _PLACES, _SHELF)
    for statement in _INDEX_SHELF:
        work.note(statement)


def _warehouse(code: str, name: str) -> int:
    """One of ours, made where it is missing; a mirror's stock is its channel's to change."""
    found, _ = Warehouse.objects.get_or_create(
        code=f"generated-{code}", defaults={"name": name, "can_go_negative": code == "outlet"}
    )
    return found.pk
