"""Who moved stock is told to the partner that did, which its keys tell and its name does not."""

from __future__ import annotations

from typing import Any

from inventory.models import Product, Warehouse
from partners import keys
from partners.models import Partner
from tests.api import ALL, Api, make_api
from tests.inventory.answers import counting_statements, done, results


def post(api: Api, product: Product, warehouse: Warehouse, document: str) -> str:
    """Posts under a document; returns the posting's key."""
    line = {"sku": product.sku, "warehouse": warehouse.code, "delta": 3}
    body = {"reason": "receive", "document": document, "note": "hush", "lines": [line]}
    return str(done(api.post("/movements", body), 201)["key"])


def told(api: Api, query: str = "") -> list[Any]:
    names = ("document", "note", "actor", "key")
    return [[row[name] for name in names] for row in results(api.get(f"/movements{query}"))]


def test_a_partner_with_a_name_that_another_had_is_not_told_what_that_one_did(
    product: Product, warehouse: Warehouse
) -> None:
    first = make_api("Acme", warehouses=[warehouse.pk])
    key = post(first, product, warehouse, "SECRET-1")
    Partner.objects.update(name="Acme Old")
    second = make_api("Acme", warehouses=[warehouse.pk])
    assert second.key.partner_id != first.key.partner_id
    assert told(second) == [["", "", "", ""]]
    assert told(second, "?document=SECRET-1") == told(second, f"?key={key}") == []


def test_a_partner_that_was_renamed_is_still_told_what_it_did(
    product: Product, warehouse: Warehouse
) -> None:
    api = make_api("Acme", warehouses=[warehouse.pk])
    key = post(api, product, warehouse, "MINE-1")
    Partner.objects.update(name="Acme Inc")
    mine = [["MINE-1", "hush", f"Acme ({api.key.prefix})", key]]
    assert told(api) == told(api, "?document=MINE-1") == told(api, f"?key={key}") == mine


def test_what_was_done_with_a_key_that_was_replaced_and_revoked_is_told(
    product: Product, warehouse: Warehouse
) -> None:
    old = make_api("Acme", warehouses=[warehouse.pk])
    post(old, product, warehouse, "MINE-1")
    new = Api(*keys.issue(old.key.partner, "next", ALL, requests_per_minute=1_000_000))
    keys.revoke(old.key)
    assert [row[0] for row in told(new)] == ["MINE-1"]
    assert len(told(new, "?document=MINE-1")) == 1


def test_whose_keys_they_were_is_asked_once_for_a_page(
    product: Product, warehouse: Warehouse
) -> None:
    api = make_api("Acme", warehouses=[warehouse.pk])
    for number in range(5):
        post(api, product, warehouse, f"MINE-{number}")
    with counting_statements() as made:
        assert len(told(api)) == 5
    assert len([each for each in made if each and '"partners_apikey"."prefix"' in each]) == 1
