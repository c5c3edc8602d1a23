"""ASNs by the API: drafted, sent, corrected, deleted."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.validators import URLValidator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import asn, intake
from orders.models import Asn, SalesOrder
from tests.api import Api, make_api
from tests.factories import make_product, make_products, make_warehouse
from tests.orders.factories import make_draft, make_order, stock_of, whole
from tests.partners.racing import racing

TRACKING = {
    "carrier": "DHL",
    "tracking_number": "JD01",
    "tracking_url": "https://dhl.example.com/track?id=JD01",
}


def draft(quantity: int = 2, **more: object) -> dict[str, Any]:
    return {"order": "SO-1", "lines": [{"sku": "mug-1", "quantity": quantity}], **more}


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json().get("errors", [])]


def test_an_asn_is_drafted_and_sent(
    api: Api, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    answer = api.post("/asns", {**draft(), **TRACKING})
    told = answer.json()
    assert answer.status_code == 201, told
    line = {"line_id": order.lines.get().pk, "sku": "MUG-1", "warehouse": "main", "quantity": 2}
    assert told["lines"] == [line]
    assert (told["order"], told["order_id"], told["status"]) == ("SO-1", order.pk, "draft")
    assert {name: told[name] for name in TRACKING} == TRACKING
    assert stock_of(product, warehouse) == (10, 4)
    sent = api.post(f"/asns/{told['id']}/send", {}).json()
    assert (sent["status"], sent["sent_at"] is None) == ("sent", False)
    assert stock_of(product, warehouse) == (10, 2)
    assert api.post(f"/asns/{told['id']}/send", {}).json() == sent


def test_an_asn_is_sent_at_once(
    api: Api, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    told = api.post("/asns", draft(is_sent=True)).json()
    assert told["status"] == "sent"
    assert stock_of(product, warehouse) == (10, 2)
    over = api.post("/asns", draft(3, is_sent=True))
    assert (over.status_code, over.json()["code"]) == (409, "over_notified")
    assert pointers(over) == ["/lines/0/quantity"]
    assert Asn.objects.count() == 1


def test_drafts_that_together_cover_too_much_are_not_both_sent(api: Api, order: SalesOrder) -> None:
    one, two = (api.post("/asns", draft(3)).json()["id"] for _ in range(2))
    assert api.post(f"/asns/{one}/send", {}).status_code == 200
    answer = api.post(f"/asns/{two}/send", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "over_notified")
    assert pointers(answer) == []


def test_tracking_is_corrected_after_sending(api: Api, order: SalesOrder) -> None:
    path = f"/asns/{api.post('/asns', draft(is_sent=True)).json()['id']}"
    told = api.patch(path, TRACKING).json()
    assert {name: told[name] for name in TRACKING} == TRACKING
    assert api.patch(path, {"tracking_url": ""}).json()["tracking_url"] == ""
    assert api.patch(path, {}).status_code == 200
    assert api.patch(path, {"carrier": "x"}, If_Match='"old"').status_code == 412


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"status": "sent"}, "/status"),
        ({"lines": []}, "/lines"),
        ({"carrier": None}, "/carrier"),
        ({"carrier": "x" * 81}, "/carrier"),
        ({"tracking_number": 5}, "/tracking_number"),
        ({"tracking_url": "dhl"}, "/tracking_url"),
        ({"tracking_url": "javascript:alert(1)"}, "/tracking_url"),
        ({"tracking_url": "https://a.example/\nx"}, "/tracking_url"),
        ({"tracking_url": "https://a.example/" + "x" * 200}, "/tracking_url"),
    ],
)
def test_tracking_takes_what_it_says_alone(
    api: Api, order: SalesOrder, body: dict[str, Any], where: str
) -> None:
    path = f"/asns/{asn.draft(order.pk, whole(order)).pk}"
    answer = api.patch(path, body)
    assert (answer.status_code, pointers(answer)) == (400, [where])


@pytest.mark.parametrize(
    "address", ["http://a.bc", "https://x-y.example.com:8443/a?b=[c]#d", "https://a.example?x"]
)
def test_an_address_that_is_taken_is_one_for_the_admin_too(
    api: Api, order: SalesOrder, address: str
) -> None:
    told = api.post("/asns", draft(tracking_url=address)).json()
    assert told["tracking_url"] == address
    URLValidator()(address)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"order": 1}, "/order"),
        ({"order": None}, "/order"),
        ({"is_sent": "true"}, "/is_sent"),
        ({"lines": []}, "/lines"),
        ({"lines": [{"quantity": 1}]}, "/lines/0"),
        ({"sent_at": None}, "/sent_at"),
    ],
)
def test_a_draft_takes_what_it_says_alone(
    api: Api, order: SalesOrder, change: dict[str, Any], where: str
) -> None:
    answer = api.post("/asns", {**draft(), **change})
    assert (answer.status_code, pointers(answer)) == (400, [where])


def test_an_order_out_of_sight_has_no_asns(order: SalesOrder, product: Product) -> None:
    far = make_warehouse(code="far")
    notice = asn.draft(order.pk, whole(order))
    intake.edit(order.pk, {}, make_draft(far, {product: 1}).lines)
    there = make_api("There", warehouses=[far.pk])
    assert there.get("/asns").json()["results"] == []
    assert there.get(f"/asns/{notice.pk}").status_code == 404
    assert there.patch(f"/asns/{notice.pk}", TRACKING).status_code == 404
    assert there.delete(f"/asns/{notice.pk}").status_code == 404
    assert there.post(f"/asns/{notice.pk}/send", {}).status_code == 404
    hidden, none = (there.post("/asns", {**draft(), "order": n}) for n in ("SO-1", "SO-0"))
    assert hidden.status_code == none.status_code == 422
    assert pointers(hidden) == ["/order"]
    assert hidden.json()["detail"].replace("SO-1", "SO-0") == none.json()["detail"]


def test_a_draft_is_deleted_and_a_sent_one_is_not(api: Api, order: SalesOrder) -> None:
    one, two = (asn.draft(order.pk, {line: 1}) for line in [*whole(order)] * 2)
    asn.send([two.pk])
    assert api.delete(f"/asns/{one.pk}").status_code == 204
    answer = api.delete(f"/asns/{two.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert api.call("DELETE", f"/asns/{two.pk}").status_code == 428
    assert list(Asn.objects.values_list("pk", flat=True)) == [two.pk]


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_sent_or_deleted(order: SalesOrder) -> None:
    api = make_api()
    line = order.lines.get()
    with racing() as race:
        for _ in range(4):
            path = f"/asns/{asn.draft(order.pk, {line.pk: 1}).pk}"
            sent, deleted = race(
                partial(api.post, f"{path}/send", {}),
                partial(api.delete, path, If_Match="*"),
            )
            assert {(200, 409), (404, 204)} & {(sent.status_code, deleted.status_code)}
    line.refresh_from_db()
    assert line.notified == Asn.objects.filter(status=Asn.Status.SENT).count()


def test_asns_are_found(api: Api, order: SalesOrder, warehouse: Warehouse) -> None:
    jug, far = make_product(sku="JUG-1"), make_warehouse(code="far")
    other = make_order(far, {jug: 2}, number="SO-2")
    one = asn.draft(order.pk, whole(order), asn.Tracking("JD01", carrier="DHL")).pk
    two = asn.draft(other.pk, whole(other)).pk
    asn.send([two], Cause())
    found = {
        "order=SO-1": [one],
        "status=sent": [two],
        "carrier=DHL": [one],
        "tracking_number=JD01": [one],
        "sku=jug-1": [two],
        "sku=none": [],
        "warehouse=main": [one],
        "created_after=2026-01-01T00:00:00Z": [two, one],
        "created_before=2026-01-01T00:00:00Z": [],
        "sent_after=2026-01-01T00:00:00Z": [two],
        "sent_before=2026-01-01T00:00:00Z": [],
    }
    for query, ids in found.items():
        rows = api.get(f"/asns?{query}&fields=id").json()["results"]
        assert rows == [{"id": pk} for pk in ids], query


def test_a_page_of_asns_costs_the_same_however_many(warehouse: Warehouse) -> None:
    near = make_api("Near", warehouses=[warehouse.pk])
    products = make_products(5)
    drafts = [make_draft(warehouse, dict.fromkeys(products, 1)) for _ in range(100)]
    orders = intake.place_all(drafts, Cause())
    asn.draft_all([order.pk for order in orders])
    near.get("/asns?limit=1")
    for limit in (1, 100):
        with CaptureQueriesContext(connection) as queries:
            rows = near.get(f"/asns?limit={limit}").json()["results"]
        assert len(rows) == limit
        assert len(queries) == 3
