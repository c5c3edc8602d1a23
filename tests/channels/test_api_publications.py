"""Publications, and what of orders is seen with a channel, by the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels.models import ChannelOrder
from orders.models import Asn, SalesOrder
from partners import sight
from tests.api import Api, make_api
from tests.channels import told
from tests.channels.listings import other_channel
from tests.pretend import World


def test_a_receipt_is_told_with_its_explanation(api: Api, world: World) -> None:
    receipt = world.tell(world.products[0])
    [row] = api.get("/publications").json()["results"]
    assert (row["sku"], row["channel"], row["location"], row["quantity"], row["delta"]) == (
        "CUP-0",
        "Corner shop",
        "Shop",
        40,
        40,
    )
    assert row["key"] == str(receipt.batch.key)
    one = api.get(f"/publications/{receipt.pk}").json()
    assert one["explanation"]["sentence"] == ("40 in stock in Main. Rule “Product value”: 40 sent.")
    assert one["explanation"]["inputs"][0]["warehouse_name"] == "Main"
    assert "payload" not in one
    assert "numbers" not in api.get(f"/publications/{receipt.pk}").content.decode()


def test_receipts_are_found_by_each_filter(api: Api, world: World) -> None:
    first, second = world.tell(world.products[0]), world.tell(world.products[1])

    def ids(query: str) -> list[int]:
        return [row["id"] for row in api.get(f"/publications?{query}").json()["results"]]

    before = (timezone.now() - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert ids("") == [second.pk, first.pk]
    assert ids("sku=cup-0") == [first.pk]
    assert ids("sku=nothing") == []
    assert ids(f"communicated_inventory_id={second.level_id}") == [second.pk]
    assert ids("channel=Corner shop&status=accepted") == [second.pk, first.pk]
    assert ids("channel=Other shop") == []
    assert ids("status=rejected") == []
    assert ids(f"answered_before={before}") == []
    assert ids(f"answered_after={before}") == [second.pk, first.pk]


@pytest.mark.parametrize(
    "query", ["status=good", "communicated_inventory_id=x", "answered_after=yesterday"]
)
def test_what_can_not_be_asked_is_refused(api: Api, world: World, query: str) -> None:
    answer = api.get(f"/publications?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_page_costs_two_statements_whatever_its_size(api: Api, world: World) -> None:
    for product in world.products[:2]:
        world.tell(product)
    api.get("/publications")  # a key's first call of a minute is written down
    for limit in (1, 2):
        with CaptureQueriesContext(connection) as queries:
            page = api.get(f"/publications?limit={limit}").json()
        assert (len(page["results"]), len(queries)) == (limit, 2)


def test_an_order_of_a_channel_is_seen_with_the_channel(world: World) -> None:
    told.tell(world, told.order(told.line(world.products[0], 2)))
    world.hold(world.products[0], 1)
    bound = ChannelOrder.objects.get().order
    assert bound is not None
    Asn.objects.create(order=bound)
    elsewhere = make_api(channels=[other_channel().pk]).key.partner
    here = make_api("Here", channels=[world.channel.pk]).key.partner
    assert sight.seen(SalesOrder.objects.all(), here).count() == 2
    assert sight.seen(Asn.objects.all(), here).count() == 1
    assert bound not in sight.seen(SalesOrder.objects.all(), elsewhere)
    assert sight.seen(SalesOrder.objects.all(), elsewhere).count() == 1
    assert not sight.seen(Asn.objects.all(), elsewhere).exists()
