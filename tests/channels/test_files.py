"""Marketplace flags by file, and what a file of products means to the channels."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from channels.models import Channel, Listing, ListingLevel
from inventory.files import kinds
from inventory.files.rows import Doing, Effect, Row
from inventory.models import Product
from tests.factories import make_products
from tests.pretend import World

pytestmark = pytest.mark.django_db

DOING = Doing("ana", "UP-1", "", "k")


def judged(code: str, *rows: Sequence[str]) -> list[Row]:
    kind = kinds.get(code)
    parsed = [
        kind.parse(number, dict(zip(kind.columns, cells, strict=False)))
        for number, cells in enumerate(rows, start=2)
    ]
    kind.judge(parsed)
    return parsed


def done(code: str, *rows: Sequence[str]) -> list[Row]:
    parsed = judged(code, *rows)
    kinds.get(code).write([row for row in parsed if row.changes], DOING)
    return parsed


def stale(world: World, product: Product) -> int:
    return world.level(product).stale_version


def test_flags_taken_out_and_brought_in_change_nothing(world: World) -> None:
    Listing.objects.filter(product=world.products[1]).update(is_ticked=False, is_excluded=True)
    kind = kinds.get("marketplace")
    rows = [kind.cells(record) for record in kind.records(Listing.objects.all())]

    assert len(rows) == 4
    assert {row.effect for row in judged("marketplace", *rows)} == {Effect.SAME}


def test_flags_are_set_by_the_verbs_that_pages_use(world: World, product: Product) -> None:
    before = stale(world, world.products[0])
    rows = done(
        "marketplace",
        ["MUG-1", "corner SHOP", "yes", "yes"],
        ["CUP-0", "Corner shop", "yes", "yes"],
        ["CUP-1", "Corner shop", "no", ""],
        ["CUP-2", "Corner shop", "yes", "no"],
    )

    assert [row.effect for row in rows] == ["new", "changed", "changed", "same"]
    new = world.listing(product)
    assert (new.is_ticked, new.is_excluded, new.state) == (True, True, Listing.State.NEW)
    assert new.eligible_at > new.ticked_at
    assert ListingLevel.objects.filter(listing=new).exists()
    assert world.listing(world.products[0]).is_excluded
    assert not world.listing(world.products[1]).is_ticked
    assert stale(world, world.products[0]) > before


def test_an_unknown_channel_and_an_exclusion_of_nothing_are_named(
    world: World, product: Product
) -> None:
    rows = judged(
        "marketplace", ["MUG-1", "Elsewhere", "yes", ""], ["MUG-1", "Corner shop", "", "yes"]
    )

    assert "such as Corner shop" in rows[0].problems[0].message
    assert "nothing to exclude" in rows[1].problems[0].message


def test_a_product_that_a_file_excludes_is_due_at_once(world: World) -> None:
    before = stale(world, world.products[0])
    done("products", ["CUP-0", "Cup 0", "", "yes", "yes"])

    assert Product.objects.get(sku="CUP-0").is_excluded
    assert stale(world, world.products[0]) > before


def test_a_barcode_that_a_file_changes_is_matched_again_where_barcodes_match(world: World) -> None:
    Channel.objects.update(matching="barcode")
    done("barcodes", ["CUP-0", "4006381333931"])

    assert world.listing(world.products[0]).state == Listing.State.NEW
    assert world.listing(world.products[1]).state == Listing.State.LINKED


def test_statements_do_not_grow_with_the_rows(
    world: World, django_assert_max_num_queries: object
) -> None:
    rows = [[each.sku, "Corner shop", "yes", "no"] for each in make_products(1000)]
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        done("marketplace", *rows)

    assert Listing.objects.filter(is_ticked=True).count() == 1004
