"""Webhooks by the API: a partner makes its own, tries them, and sees what was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners import telling
from partners.models import Answer, Delivery, Event, Webhook
from tests.api import ALL, Api, make_api
from tests.partners.listening import DELIVERED, WAITING, happen, statuses
from tests.partners.receiver import Receiver

pytestmark = pytest.mark.django_db
TOPICS = ["sales-order.placed", "communicated-inventory.changed"]


def make(api: Api, receiver: Receiver, topics: list[str] = TOPICS) -> Any:
    answer = api.post("/webhooks", {"url": receiver.url, "topics": topics})
    assert answer.status_code == 201, answer.content
    return answer.json()


def refusal(answer: Any) -> tuple[int, str, list[str]]:
    body = answer.json()
    return answer.status_code, body["code"], [each["pointer"] for each in body.get("errors", [])]


def test_a_webhook_is_made_and_its_secret_shown_once(api: Api, receiver: Receiver) -> None:
    made = make(api, receiver)
    assert made["secret"].startswith("whsec_")
    assert sorted(made["topics"]) == sorted(TOPICS)
    read = api.get(f"/webhooks/{made['id']}")
    assert made == {**read.json(), "secret": made["secret"]}
    assert Webhook.objects.get().secret == {"current": made["secret"]}
    assert [each["id"] for each in api.get("/webhooks").json()["results"]] == [made["id"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM partners_webhook")
        assert made["secret"] not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ({"topics": TOPICS}, 400, ["/url"]),
        ({"url": "https://example.com/"}, 400, ["/topics"]),
        ({"url": "https://example.com/", "topics": []}, 400, ["/topics"]),
        ({"url": "https://example.com/", "topics": "asn.sent"}, 400, ["/topics"]),
        ({"url": "https://example.com/", "topics": ["asn.sent", "ping"]}, 400, ["/topics/1"]),
        ({"url": 7, "topics": TOPICS}, 400, ["/url"]),
        ({"url": "https://10.0.0.1/", "topics": TOPICS}, 422, ["/url"]),
        ({"url": "https://[v1..:a]/hook", "topics": TOPICS}, 422, ["/url"]),
        ({"url": "http://example.com/", "topics": TOPICS}, 422, ["/url"]),
        ({"url": "https://example.com/\0", "topics": TOPICS}, 400, ["/url"]),
        ({"url": "https://e.com/" + "x" * 500, "topics": TOPICS}, 400, ["/url"]),
        ({"url": "https://example.com/", "topics": TOPICS, "secret": "mine"}, 400, ["/secret"]),
        (
            {"url": "https://example.com/", "topics": TOPICS, "is_active": False},
            400,
            ["/is_active"],
        ),
    ],
)
def test_a_wrong_body_is_refused_at_its_place(
    api: Api, body: Any, status: int, pointers: list[str]
) -> None:
    told = refusal(api.post("/webhooks", body))
    assert (told[0], told[2]) == (status, pointers)
    assert not Webhook.objects.exists()


def test_a_key_may_only_ask_for_what_it_may_read(receiver: Receiver) -> None:
    api = make_api(allowed=["webhooks:read", "webhooks:write", "asns:read"])
    body = {"url": receiver.url, "topics": ["asn.sent", "finding.opened"]}
    assert refusal(api.post("/webhooks", body)) == (403, "missing_scope", ["/topics/1"])
    made = make(api, receiver, ["asn.sent"])
    path = f"/webhooks/{made['id']}"
    assert refusal(api.patch(path, {"topics": TOPICS}))[:2] == (403, "missing_scope")
    assert api.patch(path, {"url": f"{receiver.url}/2"}).json()["url"].endswith("/hook/2")
    assert Webhook.objects.get().topics == ["asn.sent"]


def test_a_partner_finds_only_its_own(api: Api, receiver: Receiver) -> None:
    made = make(api, receiver)
    other = make_api("Other")
    path = f"/webhooks/{made['id']}"
    assert other.get("/webhooks").json()["results"] == []
    for answer in (
        other.get(path),
        other.get(f"{path}/deliveries"),
        other.patch(path, {"topics": TOPICS}),
        other.delete(path),
        other.post(f"{path}/rotate-secret", {}),
        other.post(f"{path}/test", {}),
        other.post(f"{path}/enable", {}),
        other.post(f"{path}/replay", {"event": "evt_1"}),
    ):
        assert answer.status_code == 404
    assert Webhook.objects.get().secret == {"current": made["secret"]}


def test_a_webhook_is_changed_and_deleted_only_as_it_was_seen(api: Api, receiver: Receiver) -> None:
    path = f"/webhooks/{make(api, receiver)['id']}"
    tag = api.get(path).headers["ETag"]
    assert api.patch(path, {"topics": ["asn.sent"]}).json()["topics"] == ["asn.sent"]
    assert api.delete(path, If_Match=tag).status_code == 412
    assert api.delete(path).status_code == 204
    assert not Webhook.objects.exists()


def test_a_rotated_secret_is_shown_once_and_the_old_one_counts_for_a_day(
    api: Api, receiver: Receiver
) -> None:
    made = make(api, receiver)
    answer = api.post(f"/webhooks/{made['id']}/rotate-secret", {})
    assert answer.status_code == 200
    kept = Webhook.objects.get().secret
    assert (kept["current"], kept["previous"]) == (answer.json()["secret"], made["secret"])
    assert "secret" not in api.get(f"/webhooks/{made['id']}").json()


def test_a_trial_is_sent_and_found_among_the_deliveries(api: Api, receiver: Receiver) -> None:
    made = make(api, receiver)
    path = f"/webhooks/{made['id']}"
    tried = api.post(f"{path}/test", {}).json()
    assert (tried["topic"], tried["status"]) == ("ping", "waiting")
    telling.tell(made["id"])
    [taken] = receiver.taken
    assert (taken.topic, taken.message_id) == ("ping", tried["event"])
    [found] = api.get(f"{path}/deliveries").json()["results"]
    assert (found["event"], found["status"], found["answered"]) == (
        tried["event"],
        "delivered",
        204,
    )


def test_a_disabled_webhook_says_why_and_goes_on_when_it_is_enabled(
    api: Api, receiver: Receiver
) -> None:
    made = make(api, receiver)
    path = f"/webhooks/{made['id']}"
    receiver.fail(410)
    happen()
    telling.tell(made["id"])
    told = api.get(path).json()
    assert told["is_active"] is False
    assert "410" in told["disabled_reason"]
    assert refusal(api.post(f"{path}/test", {}))[:2] == (409, "webhook_disabled")
    assert refusal(api.post(f"{path}/replay", {"event": "evt_1"}))[:2] == (409, "webhook_disabled")
    receiver.heal()
    assert api.post(f"{path}/enable", {}).json()["is_active"] is True
    telling.tell(made["id"])
    assert statuses(Webhook.objects.get()) == [DELIVERED]


def test_events_are_replayed_from_a_time_or_an_event_on(api: Api, receiver: Receiver) -> None:
    made = make(api, receiver)
    path = f"/webhooks/{made['id']}"
    happen("thing:1", 4)
    telling.tell(made["id"])
    events = list(Event.objects.order_by("pk"))
    answer = api.post(f"{path}/replay", {"event": f"evt_{events[2].pk}"})
    assert (answer.status_code, answer.json()) == (200, {"replayed": 2})
    assert statuses(Webhook.objects.get()) == [DELIVERED] * 2 + [WAITING] * 2
    Event.objects.filter(pk=events[0].pk).update(happened_at=timezone.now() - timedelta(days=2))
    since = (timezone.now() - timedelta(days=1)).isoformat()
    assert api.post(f"{path}/replay", {"since": since}).json() == {"replayed": 3}
    telling.tell(made["id"])
    assert len(receiver.taken) == 4 + 3


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ({}, 400, [""]),
        ({"since": "2026-01-01T00:00:00Z", "event": "evt_1"}, 400, [""]),
        ({"since": "2026-01-01T00:00:00"}, 400, ["/since"]),
        ({"since": 5}, 400, ["/since"]),
        ({"event": 5}, 400, ["/event"]),
        ({"event": "5"}, 422, ["/event"]),
        ({"event": "evt_x"}, 422, ["/event"]),
        ({"event": "evt_9999999999999999999"}, 422, ["/event"]),
        ({"event": "evt_999999999999999999"}, 422, ["/event"]),
        ({"from": "evt_1"}, 400, ["/from"]),
    ],
)
def test_a_replay_says_where_to_begin(
    api: Api, receiver: Receiver, body: Any, status: int, pointers: list[str]
) -> None:
    path = f"/webhooks/{make(api, receiver)['id']}/replay"
    answer = refusal(api.post(path, body))
    assert (answer[0], answer[2]) == (status, pointers)


def test_an_event_of_another_webhook_or_out_of_sight_is_replayed_as_one_there_never_was(
    api: Api, receiver: Receiver
) -> None:
    path = f"/webhooks/{make(api, receiver)['id']}/replay"
    happen("thing:1")
    name = f"evt_{Event.objects.get().pk}"
    other = f"/webhooks/{make(api, receiver)['id']}/replay"
    unknown = (422, "unknown_reference", ["/event"])
    assert refusal(api.post(other, {"event": name})) == unknown
    assert api.post(path, {"event": name}).json() == {"replayed": 1}
    type(api.key.partner).objects.update(warehouse_ids=[])
    Event.objects.update(warehouse_ids=[1])
    assert refusal(api.post(path, {"event": name})) == unknown


def test_deliveries_are_found_by_state_topic_and_resource(api: Api, receiver: Receiver) -> None:
    made = make(api, receiver)
    path = f"/webhooks/{made['id']}/deliveries"
    happen("thing:1")
    telling.tell(made["id"])
    happen("thing:2", 2)
    telling.ping(Webhook.objects.get())

    def found(query: str) -> list[str]:
        return [each["resource"] for each in api.get(f"{path}?{query}").json()["results"]]

    assert found("status=delivered") == ["thing:1"]
    assert found("resource=thing:2") == ["thing:2", "thing:2"]
    assert found("topic=ping") == [f"webhook:{made['id']}"]
    assert found("happened_before=2026-01-01T00:00:00Z") == []
    assert len(found("limit=3")) == 3
    page = api.get(f"{path}?limit=3").json()
    rest = api.client.get(page["next"], headers={"Authorization": f"Bearer {api.text}"}).json()
    assert [each["resource"] for each in rest["results"]] == ["thing:1"]
    for query in ("state=waiting", "status=lost", "topic=all", "fields=id"):
        assert api.get(f"{path}?{query}").status_code == 400


def test_deliveries_that_the_key_or_its_partner_may_not_read_of_are_not_there(
    receiver: Receiver,
) -> None:
    api = make_api(warehouses=[1])
    made = make(api, receiver)
    happen("thing:1", warehouse_ids=[1])
    poor = make_api(allowed=["webhooks:read", "webhooks:write", "sales-orders:read"])
    path = f"/webhooks/{made['id']}"
    rows = f"{path}/deliveries"
    assert len(api.get(rows).json()["results"]) == 0  # its floor's rule: there is no such level
    Event.objects.update(topic="ping")
    assert len(api.get(rows).json()["results"]) == 1
    assert len(poor.get(rows).json()["results"]) == 1
    Event.objects.update(topic="communicated-inventory.changed", warehouse_ids=[1, 2])
    assert api.get(rows).json()["results"] == poor.get(rows).json()["results"] == []
    since = {"since": "2026-01-01T00:00:00Z"}
    assert api.post(f"{path}/replay", since).json() == {"replayed": 0}


def test_a_page_of_deliveries_costs_as_many_statements_however_long(
    api: Api, receiver: Receiver
) -> None:
    path = f"/webhooks/{make(api, receiver)['id']}/deliveries"
    costs = []
    for number in (1, 50):
        happen("thing:1", number)
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert costs[0] <= 5


def test_the_same_key_makes_one_webhook_and_shows_the_same_secret(
    api: Api, receiver: Receiver
) -> None:
    body = {"url": receiver.url, "topics": TOPICS}
    answers = [api.post("/webhooks", body, Idempotency_Key="once").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert (Webhook.objects.count(), Answer.objects.count()) == (1, 1)


def test_a_partner_has_so_many_webhooks_and_no_more(api: Api, receiver: Receiver) -> None:
    for number in range(20):
        telling.open_webhook(api.key.partner, f"{receiver.url}/{number}", TOPICS)
    answer = api.post("/webhooks", {"url": receiver.url, "topics": TOPICS})
    assert (answer.status_code, Webhook.objects.count()) == (409, 20)


def test_scopes_of_all_topics_are_ones_that_keys_may_have() -> None:
    assert {"communicated-inventory:read", "findings:read"} <= set(ALL)
    assert Delivery.Status.values == ["waiting", "delivered", "given_up"]
