"""Who may not read what a webhook is told of neither leads it elsewhere nor proves itself as us."""

from __future__ import annotations

from typing import Any

import pytest

from partners import telling
from partners.models import Answer, Delivery, Webhook
from tests.api import Api, make_api
from tests.partners.listening import happen, statuses
from tests.partners.receiver import Receiver

pytestmark = pytest.mark.django_db
ORDERS = ["sales-order.placed", "asn.sent"]
ASNS = ["webhooks:read", "webhooks:write", "asns:read"]


@pytest.fixture
def made(api: Api, receiver: Receiver) -> Any:
    """Of a key that may read all."""
    answer = api.post("/webhooks", {"url": receiver.url, "topics": ORDERS})
    assert answer.status_code == 201, answer.content
    return answer.json()


def refused(answer: Any) -> bool:
    told = answer.json()
    is_named = "sales-orders:read" in told["detail"] and "asns:read" not in told["detail"]
    return (answer.status_code, told["code"], is_named) == (403, "missing_scope", True)


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://bad.example.com/"},
        {"url": "https://bad.example.com/", "topics": ["asn.sent"]},
    ],
)
def test_its_address_is_not_changed(made: Any, body: Any) -> None:
    assert refused(make_api(allowed=ASNS).patch(f"/webhooks/{made['id']}", body))
    kept = Webhook.objects.get()
    assert (kept.url, set(kept.topics)) == (made["url"], set(ORDERS))


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("rotate-secret", {}),
        ("test", {}),
        ("enable", {}),
        ("replay", {"since": "2026-01-01T00:00:00Z"}),
    ],
)
@pytest.mark.parametrize("is_active", [True, False])
def test_no_step_is_done_with_it(made: Any, step: str, body: Any, is_active: bool) -> None:
    Webhook.objects.update(is_active=is_active)
    assert refused(make_api(allowed=ASNS).post(f"/webhooks/{made['id']}/{step}", body))
    kept = Webhook.objects.get()
    assert (kept.secret, kept.is_active) == ({"current": made["secret"]}, is_active)
    assert not Delivery.objects.exists()


def test_what_it_was_told_of_once_does_not_follow_it_elsewhere(
    api: Api, receiver: Receiver
) -> None:
    """Its topics may be fewer by the time that somebody changes its address."""
    topics = ["communicated-inventory.changed", "asn.sent"]
    made = api.post("/webhooks", {"url": "https://good.example.com/", "topics": topics}).json()
    happen()
    poor = make_api(allowed=ASNS)
    assert poor.patch(f"/webhooks/{made['id']}", {"topics": ["asn.sent"]}).status_code == 200
    assert poor.patch(f"/webhooks/{made['id']}", {"url": receiver.url}).status_code == 200
    telling.tell(made["id"])
    assert (receiver.taken, statuses(Webhook.objects.get())) == ([], ["given_up"])


def test_what_it_may_read_it_leads_where_it_likes(receiver: Receiver) -> None:
    poor = make_api(allowed=ASNS)
    made = poor.post("/webhooks", {"url": receiver.url, "topics": ["asn.sent"]}).json()
    path = f"/webhooks/{made['id']}"
    assert poor.patch(path, {"url": f"{receiver.url}/2"}).status_code == 200
    for step in ("rotate-secret", "test", "enable"):
        assert poor.post(f"{path}/{step}", {}).status_code == 200


def test_a_secret_is_kept_sealed_and_told_again_to_its_own_key_alone(receiver: Receiver) -> None:
    one, other = make_api(), make_api()
    body = {"url": receiver.url, "topics": ["asn.sent"]}
    first = one.post("/webhooks", body, Idempotency_Key="mine")
    assert first.status_code == 201
    secret = first.json()["secret"]
    kept = Answer.objects.get(key="mine")
    assert kept.is_sealed
    assert secret.encode() not in bytes(kept.body)
    assert one.post("/webhooks", body, Idempotency_Key="mine").json()["secret"] == secret
    assert other.post("/webhooks", body, Idempotency_Key="mine").status_code == 409
