"""Reading the sandbox: nodes, pages, searches, named quantities."""

from __future__ import annotations

import pytest

from tests.channels.shopify.rehearsal import Rehearsal

VARIANTS = """query Variants($query: String, $after: String, $first: Int = 100) {
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor } nodes { sku displayName product { title status } }
  }
}"""


def found(shop: Rehearsal, query: str) -> list[str]:
    nodes = shop.data(VARIANTS, query=query)["productVariants"]["nodes"]
    return sorted(node["sku"] for node in nodes)


def test_nodes_keep_their_order_and_are_null_when_missing(shop: Rehearsal) -> None:
    first, second = shop.item("A"), shop.item("B", levels={"East": 3})
    query = """query Levels($ids: [ID!]!, $place: ID!) { nodes(ids: $ids) { ... on InventoryItem {
      sku inventoryLevel(locationId: $place, includeInactive: true) {
        isActive quantities(names: ["available", "on_hand"]) { name quantity updatedAt } } } } }"""
    ids = [second, "gid://shopify/InventoryItem/1", first]
    nodes = shop.data(query, ids=ids, place=shop.location())["nodes"]
    assert nodes[:2] == [{"sku": "B", "inventoryLevel": None}, None]
    available, on_hand = nodes[2]["inventoryLevel"]["quantities"]
    assert (available["quantity"], on_hand["quantity"]) == (10, 10)
    assert available["updatedAt"] is not None
    assert on_hand["updatedAt"] is None


def test_inactive_levels_show_only_when_asked_for(shop: Rehearsal) -> None:
    item = shop.item("MUG", levels={"Main": {"available": 4, "is_active": False}})
    query = """query One($id: ID!, $place: ID!) { inventoryItem(id: $id) {
      shown: inventoryLevel(locationId: $place) { id }
      all: inventoryLevel(locationId: $place, includeInactive: true) { isActive } } }"""
    data = shop.data(query, id=item, place=shop.location())
    assert data["inventoryItem"] == {"shown": None, "all": {"isActive": False}}


def test_pages_meet_without_gap_or_overlap(shop: Rehearsal) -> None:
    shop.shape("variants", {"variants": [{"sku": f"S{n}"} for n in range(7)]})
    skus: list[str] = []
    after, has_next = None, True
    while has_next:
        page = shop.data(VARIANTS, first=3, after=after)["productVariants"]
        skus += [node["sku"] for node in page["nodes"]]
        after, has_next = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert skus == [f"S{n}" for n in range(7)]


def test_a_connection_is_read_from_its_end_too(shop: Rehearsal) -> None:
    shop.shape("variants", {"variants": [{"sku": f"S{n}"} for n in range(5)]})
    query = """query Last($before: String) { productVariants(last: 2, before: $before) {
      pageInfo { hasPreviousPage startCursor } edges { cursor node { sku } } } }"""
    page = shop.data(query)["productVariants"]
    assert [edge["node"]["sku"] for edge in page["edges"]] == ["S3", "S4"]
    assert page["pageInfo"]["hasPreviousPage"]
    page = shop.data(query, before=page["pageInfo"]["startCursor"])["productVariants"]
    assert [edge["node"]["sku"] for edge in page["edges"]] == ["S1", "S2"]


@pytest.mark.parametrize("arguments", ["", "(first: 251)", "(first: 2, last: 2)"])
def test_a_page_has_a_size_up_to_250(shop: Rehearsal, arguments: str) -> None:
    error = shop.error(f"{{ productVariants{arguments} {{ nodes {{ id }} }} }}")
    assert error["extensions"]["code"] == "BAD_REQUEST"


def test_a_sku_search_finds_near_misses_and_no_quotes(shop: Rehearsal) -> None:
    skus = ["A-1", "a-1", "A-1 B", "A-12", "5'6", 'X"Y']
    shop.shape("variants", {"variants": [{"sku": sku} for sku in skus]})
    assert found(shop, "sku:'A-1'") == ["A-1", "A-1 B", "a-1"]
    assert found(shop, "sku:'A-1 B' OR sku:'A-12'") == ["A-1 B", "A-12"]
    assert found(shop, "sku:A-1*") == ["A-1", "A-1 B", "A-12", "a-1"]
    assert found(shop, r"sku:'5\'6'") == []
    assert len(found(shop, "")) == 6


def test_searches_combine_conditions(shop: Rehearsal) -> None:
    shop.shape(
        "variants",
        {
            "variants": [
                {"sku": "ON", "barcode": "590", "status": "ACTIVE", "is_tracked": True},
                {"sku": "OFF", "barcode": "591", "status": "DRAFT"},
            ]
        },
    )
    assert found(shop, "product_status:active") == ["ON"]
    assert found(shop, "-product_status:active") == ["OFF"]
    assert found(shop, "managed:true AND barcode:590") == ["ON"]
    assert found(shop, "(barcode:590 OR barcode:591) NOT sku:ON") == ["OFF"]
    assert found(shop, "updated_at:>'2999-01-01T00:00:00Z'") == []


def test_an_unknown_search_field_finds_everything_and_warns(shop: Rehearsal) -> None:
    shop.item("MUG")
    body = shop.graphql(VARIANTS, {"query": "colour:blue"}).json()
    assert len(body["data"]["productVariants"]["nodes"]) == 1
    warning = body["extensions"]["search"][0]["warnings"][0]
    assert warning["field"] == "colour"


def test_a_search_that_can_not_be_read_is_refused(shop: Rehearsal) -> None:
    error = shop.error(VARIANTS, query="(sku:A")
    assert error["extensions"]["code"] == "BAD_REQUEST"


def test_variants_of_one_title_are_one_product(shop: Rehearsal) -> None:
    shop.item("TEE-S", title="Tee", variant_title="S")
    shop.item("TEE-M", title="Tee", variant_title="M")
    shop.item("MUG", title="Mug", status="ARCHIVED")
    nodes = shop.data(VARIANTS)["productVariants"]["nodes"]
    assert [node["displayName"] for node in nodes] == ["Tee - S", "Tee - M", "Mug - Default Title"]
    assert nodes[2]["product"] == {"title": "Mug", "status": "ARCHIVED"}


def test_items_tell_of_other_variants_with_their_sku(shop: Rehearsal) -> None:
    item = shop.item("TWIN")
    shop.item("TWIN")
    data = shop.data(
        "query One($id: ID!) { inventoryItem(id: $id) { duplicateSkuCount } }", id=item
    )
    assert data["inventoryItem"]["duplicateSkuCount"] == 1


def test_on_hand_comprises_what_belongs_to_it(shop: Rehearsal) -> None:
    query = "{ inventoryProperties { quantityNames { name comprises belongsTo } } }"
    names = {
        entry["name"]: entry for entry in shop.data(query)["inventoryProperties"]["quantityNames"]
    }
    parts = [name for name, entry in names.items() if entry["belongsTo"] == ["on_hand"]]
    assert names["on_hand"]["comprises"] == parts
    assert "committed" in parts
    assert "incoming" not in parts


def test_ids_are_beyond_32_bits(shop: Rehearsal) -> None:
    assert int(shop.item("MUG").rpartition("/")[2]) > 2**32
