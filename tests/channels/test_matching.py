"""Which item of the store a product is: exactly one match or none."""

from __future__ import annotations

import pytest

from channels import accounts, matching, onboarding
from channels.contract import Adapter, Code
from channels.models import Channel, Listing
from inventory.models import Product
from tests.factories import make_product
from tests.store import Store

pytestmark = pytest.mark.django_db


def link(channel: Channel, *products: Product) -> list[tuple[str, str]]:
    """Match these products; state and reason of each, in order."""
    onboarding.tick(channel, [product.pk for product in products])
    listings = list(Listing.objects.filter(product__in=products).select_related("product"))
    matching.match(channel, listings, accounts.connect(channel))
    stored = Listing.objects.filter(product__in=products).order_by("product_id")
    return list(stored.values_list("state", "reason"))


def test_by_sku_upper_and_lower_case_count(channel: Channel, store: Store) -> None:
    store.add("Mug-1")
    assert link(channel, make_product(sku="MUG-1")) == [("skipped", Code.NOT_MATCHED)]
    assert link(channel, make_product(sku="Mug-2")) == [("skipped", Code.NOT_MATCHED)]
    store.add("Mug-2")
    assert link(channel, Product.objects.get(sku="Mug-2")) == [("linked", "")]


@pytest.mark.parametrize(
    "sku", ["A 'quoted' one", 'has "two"', "back\\slash", "50%_off", "(a) OR b"]
)
def test_by_sku_strange_characters_are_matched_exactly(
    channel: Channel, store: Store, sku: str
) -> None:
    store.add(sku, f"{sku}x")
    assert link(channel, make_product(sku=sku)) == [("linked", "")]


def test_by_barcode(channel: Channel, store: Store) -> None:
    channel.matching = Channel.Matching.BARCODE
    store.add("OTHER", barcode="4006381333931")
    mug, plate = make_product(barcode="4006381333931"), make_product(barcode="")
    assert link(channel, mug, plate) == [("linked", ""), ("skipped", Code.NOT_MATCHED)]


def test_by_exact_name(channel: Channel, store: Store) -> None:
    channel.matching = Channel.Matching.NAME
    store.add("OTHER", title="Blue mug")
    right, wrong = make_product(name="Blue mug"), make_product(name="Blue mug ")
    assert link(channel, right, wrong) == [("linked", ""), ("skipped", Code.NOT_MATCHED)]


def test_two_items_with_one_sku_are_linked_to_nothing(channel: Channel, store: Store) -> None:
    store.add("TWIN", "TWIN")
    assert link(channel, make_product(sku="TWIN")) == [("skipped", Code.AMBIGUOUS_MATCH)]


def test_two_products_on_one_item_are_both_refused(channel: Channel, store: Store) -> None:
    channel.matching = Channel.Matching.NAME
    store.add("ONE", title="Mug")
    first = make_product(name="Mug")
    assert link(channel, first) == [("linked", "")]
    assert link(channel, make_product(name="Mug")) == [("skipped", Code.AMBIGUOUS_MATCH)]


def test_a_draft_at_the_store_is_skipped_with_its_own_reason(
    channel: Channel, store: Store
) -> None:
    store.add("DRAFT-1", status="DRAFT")
    assert link(channel, make_product(sku="DRAFT-1")) == [("skipped", Code.REMOTE_INACTIVE)]


def test_many_products_are_matched_by_reading_the_catalogue_once(
    channel: Channel, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Adapter, "search_limit", 3)
    products = [make_product(sku=f"M-{number}") for number in range(5)]
    store.add(*(product.sku for product in products))
    assert set(link(channel, *products)) == {("linked", "")}
    [request] = store.requests_seen("VariantsPage")
    assert "M-1" not in str(request)
