"""Steps on what somebody deletes while they wait for it: it is not there."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from inventory.models import Movement
from orders import asn, intake
from orders.models import SalesOrder
from tests.api import make_api
from tests.orders.factories import whole
from tests.vanishing import meanwhile_deleted

pytestmark = pytest.mark.django_db(transaction=True)

UNITS = {"lines": [{"sku": "MUG-1", "quantity": 1}]}


@pytest.fixture
def archived(order: SalesOrder) -> SalesOrder:
    """It holds nothing, so the ledger is right when it is deleted."""
    intake.archive([order.pk])
    return order


@pytest.mark.parametrize(
    ("step", "body"),
    [
        *((name, {}) for name in ("cancel", "archive", "unarchive", "dispatch")),
        *((name, {}) for name in ("close", "reopen", "restore")),
        *((name, UNITS) for name in ("ship", "take-back")),
    ],
)
def test_an_order_deleted_while_a_step_waits_is_not_there(
    archived: SalesOrder, step: str, body: Any
) -> None:
    posted = Movement.objects.count()
    api, path = make_api(), f"/sales-orders/{archived.pk}/{step}"
    answer = meanwhile_deleted(archived, lambda: api.post(path, body))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Movement.objects.count() == posted


def test_an_asn_deleted_while_it_waits_to_be_sent_is_not_there(order: SalesOrder) -> None:
    notice = asn.draft(order.pk, whole(order))
    api = make_api()
    answer = meanwhile_deleted(notice, lambda: api.post(f"/asns/{notice.pk}/send", {}))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_asn_whose_order_is_deleted_meanwhile_is_not_there(
    archived: SalesOrder, method: str
) -> None:
    notice = asn.draft(archived.pk, whole(archived))
    path = f"/asns/{notice.pk}" + ("/send" if method == "POST" else "")
    api = make_api()
    call = partial(api.call, method, path, If_Match="*")
    answer = meanwhile_deleted(archived, call, notice)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
