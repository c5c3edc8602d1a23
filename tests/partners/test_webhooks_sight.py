"""Who hears of what: who listens, may read it, and sees every warehouse and the channel of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels.models import Channel, ListingLevel
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import asn, intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from partners import telling
from partners.events import TOPICS, Topic
from partners.models import ApiKey, Delivery, Event, Webhook
from syncjobs import hints
from syncjobs.models import Finding, Run
from tests.api import ALL
from tests.factories import make_warehouse, stock
from tests.orders.factories import make_draft, make_order
from tests.partners.listening import happen, listen
from tests.partners.receiver import Receiver
from tests.store import Store, feed, list_at_once, sync
from tests.syncjobs import drift
from tests.syncjobs.outages import own_redis, stop

pytestmark = pytest.mark.django_db(transaction=True)


def heard(webhook: Webhook) -> list[str]:
    events = Event.objects.filter(deliveries__webhook=webhook).order_by("pk")
    return list(events.values_list("topic", flat=True))


@pytest.mark.parametrize(
    ("sight", "hears"),
    [
        ({}, True),
        ({"warehouses": [1, 2], "channels": [7]}, True),
        ({"warehouses": [1, 2]}, True),
        ({"warehouses": [1]}, False),
        ({"warehouses": []}, False),
        ({"channels": [8]}, False),
        ({"warehouses": [1, 2], "channels": []}, False),
    ],
)
def test_all_warehouses_and_the_channel_must_be_in_sight(
    receiver: Receiver, sight: dict[str, Any], hears: bool
) -> None:
    webhook = listen(receiver, **sight)
    happen(warehouse_ids=[1, 2], channel_id=7)
    assert bool(heard(webhook)) == hears
    assert Event.objects.exists() == hears


def test_only_the_topics_that_were_asked_for_are_told(
    receiver: Receiver, product: Product, warehouse: Warehouse
) -> None:
    webhook = listen(receiver, topics=[Topic.ASN_SENT])
    order = make_order(warehouse, {product: 1})
    assert heard(webhook) == []
    asn.send(asn.draft_all([order.pk]))
    assert heard(webhook) == ["asn.sent"]


@pytest.mark.parametrize("change", ["scope", "revoked", "expired", "partner", "webhook"])
def test_nothing_is_kept_for_one_who_may_not_read_it(
    receiver: Receiver, webhook: Webhook, change: str
) -> None:
    keys = ApiKey.objects.filter(partner=webhook.partner)
    if change == "scope":
        keys.update(scopes=[each for each in ALL if each != "communicated-inventory:read"])
    elif change == "revoked":
        keys.update(revoked_at=timezone.now())
    elif change == "expired":
        keys.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif change == "partner":
        type(webhook.partner).objects.update(is_active=False)
    else:
        telling.disable(webhook)
    happen()
    assert (Event.objects.count(), Delivery.objects.count()) == (0, 0)


def test_an_order_is_told_with_its_lines_and_before_its_asn(
    receiver: Receiver, webhook: Webhook, product: Product, warehouse: Warehouse
) -> None:
    order = make_order(warehouse, {product: 3}, number="SO-9")
    asn.send([asn.draft(order.pk, {order.lines.get().pk: 2}).pk])
    telling.tell(webhook.pk)
    placed, sent = (each.told for each in receiver.taken)
    assert (placed["topic"], sent["topic"]) == ("sales-order.placed", "asn.sent")
    assert placed["data"]["number"] == sent["data"]["order"] == "SO-9"
    assert placed["data"]["lines"] == [{"sku": "MUG-1", "warehouse": "main", "ordered": 3}]
    assert sent["data"]["lines"] == [{"sku": "MUG-1", "warehouse": "main", "quantity": 2}]
    assert set(Event.objects.values_list("resource", flat=True)) == {f"sales-order:{order.pk}"}


def test_an_order_is_told_to_those_who_see_its_warehouses_and_its_channel(
    receiver: Receiver, channel: Channel, product: Product, warehouse: Warehouse
) -> None:
    east = make_warehouse(code="east")
    near = listen(receiver, name="Near", warehouses=[warehouse.pk])
    far = listen(receiver, name="Far", channels=[channel.pk + 1])
    both = listen(receiver, name="Both", warehouses=[warehouse.pk, east.pk], channels=[channel.pk])
    lines = [DraftLine(product.pk, place.pk, 1) for place in (warehouse, east)]
    intake.place(Draft(number="SO-1", lines=lines, channel_id=channel.pk))
    assert [heard(each) for each in (near, far, both)] == [[], [], ["sales-order.placed"]]


def test_an_imported_order_and_its_asn_are_told_only_to_those_who_see_the_channel(
    receiver: Receiver, channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    own = listen(receiver, name="Own", channels=[channel.pk])
    other = listen(receiver, name="Other", channels=[channel.pk + 1])
    drift.list_ten(channel, store, product, warehouse)
    drift.sell(store, product, 2)
    sync(channel, Run.Kind.ORDERS)
    asn.send(asn.draft_all(SalesOrder.objects.values_list("pk", flat=True)))
    assert heard(own)[-2:] == ["sales-order.placed", "asn.sent"]
    assert heard(other) == []


def test_a_number_that_the_channel_took_is_told_with_what_it_was(
    receiver: Receiver,
    webhook: Webhook,
    channel: Channel,
    store: Store,
    product: Product,
    warehouse: Warehouse,
) -> None:
    store.add(product.sku)
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    stock(make_other(product), warehouse, 1)
    level = ListingLevel.objects.get(location__name="Shop")
    make_order(warehouse, {product: 4})
    sync(channel)
    sync(channel)  # nothing changed: nothing is told
    data = list(
        Event.objects.filter(topic=Topic.COMMUNICATED, resource=f"listing-level:{level.pk}")
        .order_by("pk")
        .values_list("data", flat=True)
    )
    assert [(each["was"], each["quantity"]) for each in data][-1] == (10, 6)
    last = data[-1]
    assert (last["sku"], last["channel"], last["location"]) == ("MUG-1", "Rehearsal", "Shop")
    assert (last["listing_level_id"], last["channel_id"]) == (level.pk, channel.pk)
    assert len(data) == 2


def test_a_number_of_several_warehouses_is_told_only_to_those_who_see_all_of_them(
    receiver: Receiver, channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    east = make_warehouse(code="east")
    feed(channel, "Shop", warehouse, east)
    half = listen(receiver, name="Half", warehouses=[warehouse.pk])
    whole = listen(receiver, name="Whole", warehouses=[warehouse.pk, east.pk])
    other = listen(receiver, name="Other", channels=[])
    store.add(product.sku)
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    sync(channel)
    assert Topic.COMMUNICATED in heard(whole)
    assert [heard(half), heard(other)] == [[], []]
    assert sorted(Event.objects.earliest("pk").warehouse_ids) == sorted([warehouse.pk, east.pk])


def test_a_finding_is_told_when_it_is_opened_and_not_when_it_is_seen_again(
    receiver: Receiver, channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    own = listen(receiver, [Topic.FINDING_OPENED], name="Own", warehouses=[warehouse.pk])
    other = listen(receiver, [Topic.FINDING_OPENED], name="Other", warehouses=[])
    drift.list_ten(drift.report_only(channel), store, product, warehouse)
    drift.edit(store, product, available=3)
    drift.compare(channel)
    drift.compare(channel)
    finding = Finding.objects.get()
    assert (heard(own), heard(other)) == (["finding.opened"], [])
    told = Event.objects.get().data
    assert (told["id"], told["sku"], told["shown"], told["should"]) == (finding.pk, "MUG-1", 3, 10)


def test_when_nobody_listens_recording_costs_one_statement(
    product: Product, warehouse: Warehouse
) -> None:
    with CaptureQueriesContext(connection) as captured:
        happen(warehouse_ids=[1], channel_id=1)
    assert len(captured) == 1
    with CaptureQueriesContext(connection) as captured:
        intake.place_all([make_draft(warehouse, {product: 1}) for _ in range(50)], Cause())
    asked = [each["sql"] for each in captured if "partners_" in each["sql"]]
    assert len(asked) == 1


def test_recording_costs_as_many_statements_for_many_as_for_one(
    receiver: Receiver, product: Product, warehouse: Warehouse
) -> None:
    for name in ("One", "Two"):
        listen(receiver, name=name, warehouses=[warehouse.pk])
    costs = []
    intake.place_all([make_draft(warehouse, {product: 1})], Cause())  # the level is there now
    for number in (1, 200):
        drafts = [make_draft(warehouse, {product: 1}) for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            intake.place_all(drafts, Cause())
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert Delivery.objects.count() == 404


def test_what_is_rolled_back_is_not_told(
    receiver: Receiver, webhook: Webhook, product: Product, warehouse: Warehouse
) -> None:
    make_order(warehouse, {product: 1}, number="SO-1")
    make_order(warehouse, {product: 1}, number="SO-1")  # placed before: nothing happens
    assert heard(webhook) == ["sales-order.placed"]


def test_a_commit_wakes_the_teller_once_and_goes_through_when_the_broker_is_down(
    receiver: Receiver,
    webhook: Webhook,
    product: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    woken: list[int] = []
    with own_redis(monkeypatch) as (server, _):
        monkeypatch.setattr(hints, "_tell", woken.append)
        make_order(warehouse, {product: 1})
        make_order(warehouse, {product: 1})
        assert woken == [webhook.pk]
        stop(server)
        make_order(warehouse, {product: 1})
        assert woken == [webhook.pk]
    telling.tell(webhook.pk)
    assert [each.topic for each in receiver.taken] == ["sales-order.placed"] * 3


def test_topics_have_words_for_people() -> None:
    assert set(TOPICS) == set(Topic)


def make_other(product: Product) -> Product:
    """Another product, which nobody sells."""
    return Product.objects.create(sku=f"{product.sku}-B", name="Other")
