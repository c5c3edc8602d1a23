"""Two clients race: on one key, on one state, on the last unit. Exactly one wins, every time."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from uuid import uuid4

import pytest

from inventory.models import Movement, Product, StockLevel, Warehouse
from tests.api import Api, make_api
from tests.partners.racing import racing

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 1000 if os.environ.get("STOCKCAST_FUZZ") == "full" else 100


@pytest.fixture
def rivals(product: Product, warehouse: Warehouse) -> tuple[Api, Api]:
    """Two programs of one partner, each with a key of its own."""
    return make_api(), make_api()


def posting(delta: int, reason: str = "receive") -> dict[str, object]:
    line = {"sku": "MUG-1", "warehouse": "main", "delta": delta}
    return {"reason": reason, "lines": [line]}


@pytest.mark.timeout(600)
def test_one_idempotency_key_does_it_once_and_both_are_told_the_same(
    rivals: tuple[Api, Api],
) -> None:
    one, other = rivals
    with racing() as race:
        for _ in range(ROUNDS):
            key = str(uuid4())
            answers = race(
                partial(one.post, "/movements", posting(1), Idempotency_Key=key),
                partial(other.post, "/movements", posting(1), Idempotency_Key=key),
            )
            assert [answer.status_code for answer in answers] == [201, 201]
            assert answers[0].content == answers[1].content
            replayed = [answer.headers.get("Idempotent-Replayed") for answer in answers]
            assert sorted(map(str, replayed)) == ["None", "true"]
    assert Movement.objects.count() == StockLevel.objects.get().on_hand == ROUNDS


@pytest.mark.timeout(600)
def test_of_two_requests_under_one_key_one_is_done_and_the_other_refused(
    rivals: tuple[Api, Api],
) -> None:
    one, other = rivals
    won = Counter[int]()
    with racing() as race:
        for _ in range(ROUNDS):
            key = str(uuid4())
            answers = race(
                partial(one.post, "/movements", posting(1), Idempotency_Key=key),
                partial(other.post, "/movements", posting(2), Idempotency_Key=key),
            )
            assert sorted(answer.status_code for answer in answers) == [201, 409]
            won[1 if answers[0].status_code == 201 else 2] += 1
    assert StockLevel.objects.get().on_hand == won[1] + 2 * won[2]


@pytest.mark.timeout(600)
def test_of_two_who_edit_the_same_state_one_is_refused(rivals: tuple[Api, Api]) -> None:
    one, other = rivals
    path = f"/products/{Product.objects.get().pk}"
    with racing() as race:
        for number in range(ROUNDS):
            tag = one.get(path).headers["ETag"]
            names = f"one {number}", f"other {number}"
            answers = race(
                partial(one.patch, path, {"name": names[0]}, If_Match=tag),
                partial(other.patch, path, {"name": names[1]}, If_Match=tag),
            )
            statuses = [answer.status_code for answer in answers]
            assert sorted(statuses) == [200, 412]
            assert Product.objects.get().name == names[statuses.index(200)]


@pytest.mark.timeout(600)
def test_the_last_unit_leaves_once(rivals: tuple[Api, Api]) -> None:
    one, other = rivals
    with racing() as race:
        for _ in range(ROUNDS):
            one.post("/movements", posting(1))
            answers = race(
                lambda: one.post("/movements", posting(-1, "consume")),
                lambda: other.post("/movements", posting(-1, "consume")),
            )
            assert sorted(answer.status_code for answer in answers) == [201, 409]
            lost = next(answer for answer in answers if answer.status_code == 409)
            assert lost.json()["code"] == "insufficient_stock"
            assert StockLevel.objects.get().on_hand == 0


@pytest.mark.timeout(600)
def test_of_two_who_delete_the_same_one_finds_nothing(rivals: tuple[Api, Api]) -> None:
    one, other = rivals
    with racing() as race:
        for number in range(ROUNDS):
            body = {"number": f"PO-{number}", "supplier": "Mugs Ltd", "warehouse": "main"}
            path = f"/purchase-orders/{one.post('/purchase-orders', body).json()['id']}"
            answers = race(
                partial(one.delete, path, If_Match="*"),
                partial(other.delete, path, If_Match="*"),
            )
            assert sorted(answer.status_code for answer in answers) == [204, 404]
