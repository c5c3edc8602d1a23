"""What docs/api.md tells of events is what a receiver gets."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from channels.models import Channel
from inventory.models import Product, Warehouse
from orders import asn
from partners import telling
from partners.events import TOPICS, scope_of
from partners.models import Webhook
from syncjobs.models import Finding
from tests.api import make_api
from tests.orders.factories import make_order, whole
from tests.partners.receiver import Receiver
from tests.store import Store, sync
from tests.syncjobs import drift

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
EXAMPLES = [
    json.loads(each) for each in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]


def shape(told: Any) -> Any:
    """Names and kinds without values; times and events' names without their figures."""
    if isinstance(told, dict):
        return {name: shape(value) for name, value in told.items()}
    if isinstance(told, list):
        return [shape(each) for each in told]
    if isinstance(told, str):
        return re.sub(r"\d+(\.\d+)?", "0", told) if re.match(r"\d{4}-|evt_", told) else "text"
    return type(told).__name__


def test_its_table_has_every_topic_with_its_meaning_and_scope() -> None:
    rows = re.findall(r"^\| `([a-z.-]+)` \| (.+) \| `([a-z:-]+)` \|$", PAGE, re.MULTILINE)
    assert rows == [(topic, meaning, scope_of(topic)) for topic, meaning in TOPICS.items()]


@pytest.mark.django_db(transaction=True)
def test_its_examples_have_the_form_of_what_is_sent(
    receiver: Receiver,
    webhook: Webhook,
    channel: Channel,
    store: Store,
    product: Product,
    warehouse: Warehouse,
) -> None:
    drift.list_ten(drift.report_only(channel), store, product, warehouse)
    order = make_order(warehouse, {product: 4}, number="SO-1042")
    sync(channel)
    asn.send([asn.draft(order.pk, whole(order)).pk])
    drift.age()
    drift.edit(store, product, available=3)
    drift.compare(channel)
    telling.tell(webhook.pk)
    sent = {each.topic: each.told for each in receiver.taken}
    assert [each["topic"] for each in EXAMPLES] == list(TOPICS)
    for example in EXAMPLES:
        assert shape(example) == shape(sent[example["topic"]])

    told = {topic: each["data"] for topic, each in sent.items()}
    level = told["communicated-inventory.changed"]["listing_level_id"]
    api = make_api()
    assert api.get(f"/communicated-inventory/{level}").json()["sku"] == product.sku
    for base, topic in (
        ("sales-orders", "sales-order.placed"),
        ("asns", "asn.sent"),
        ("findings", "finding.opened"),
    ):
        assert api.get(f"/{base}/{told[topic]['id']}").status_code == 200


def test_its_examples_say_what_can_be_said() -> None:
    told = {each["topic"]: each["data"] for each in EXAMPLES}
    assert told["finding.opened"]["cause"] in Finding.Cause.values
    assert told["finding.opened"]["outcome"] in {"", *Finding.Outcome.values}
