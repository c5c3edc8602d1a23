"""Orders in the admin, with what only channels know of them."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.admin import freed
from channels.admin.freed import tellings
from channels.models import ChannelOrder, ChannelOrderLine, ListingLevel
from inventory.models import BundleComponent
from orders import intake
from orders.models import SalesOrder
from tests.factories import make_product
from tests.orders.test_admin import bulk
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

ORDERS = "admin:orders_salesorder_changelist"


def bind(world: World, order: int, reason: str = "") -> ChannelOrder:
    return ChannelOrder.objects.create(
        channel=world.channel,
        external_id=f"X-{order}",
        number=f"#{order}",
        order_id=order,
        reason=reason,
        updated_at=timezone.now(),
    )


def test_what_a_channel_would_be_told_is_what_it_does_not_show_yet(world: World) -> None:
    product, place = world.products[0], world.warehouse.pk
    world.hold(product, 12)
    world.tell(product)
    assert [tuple(each) for each in tellings({(product.pk, place): 12})] == [
        ("Corner shop", 1, 12, "")
    ]
    assert tellings({(product.pk, place): -4})[0].more == -4
    ListingLevel.objects.filter(pk=world.level(product).pk).update(acknowledged=40)
    assert tellings({(product.pk, place): 12}) == []
    assert tellings({}) == []


def test_a_channel_that_is_not_told_by_itself_is_not_said_to_be(world: World) -> None:
    world.channel.is_updated_on_change = False
    world.channel.save()
    assert tellings({(world.products[0].pk, world.warehouse.pk): 1}) == []


def test_a_bundle_is_freed_as_its_components(world: World) -> None:
    bundle = make_product(sku="SET-1")
    BundleComponent.objects.create(bundle=bundle, component=world.products[0], quantity=2)
    world.hold(world.products[0], 12)
    (telling,) = tellings({(bundle.pk, world.warehouse.pk): 3})
    assert (telling.listings, telling.more) == (1, 6)


def test_orders_are_found_by_their_channel_and_lead_to_it(
    admin_client: Client, world: World
) -> None:
    mine, other = world.hold(world.products[0], 2), world.hold(world.products[1], 1)
    bound = bind(world, mine)
    page = admin_client.get(reverse(ORDERS) + f"?binding__channel__id__exact={world.channel.pk}")
    assert [order.pk for order in page.context["cl"].result_list] == [mine]
    assert reverse("admin:channels_channelorder_change", args=[bound.pk]) in page.text
    shown = admin_client.get(reverse("admin:orders_salesorder_change", args=[mine]))
    assert shown.context["page"]["origin"][0] == f"Corner shop, its number there #{mine}"
    assert [each.holds for each in shown.context["page"]["held_down"]] == [2]
    shown = admin_client.get(reverse("admin:orders_salesorder_change", args=[other]))
    assert shown.context["page"]["origin"] is None


def test_an_unknown_item_of_the_channel_blocks_its_order(
    admin_client: Client, world: World
) -> None:
    order = world.hold(world.products[0], 2)
    ChannelOrderLine.objects.create(
        channel_order=bind(world, order, "item_unknown"), external_id="L", sku="NOPE"
    )
    page = admin_client.get(reverse(ORDERS) + "?blocked=unknown")
    (row,) = page.context["cl"].result_list
    assert [block.text for block in row.blocks] == ["1 item of the channel is unknown here"]
    intake.archive([order])
    assert not admin_client.get(reverse(ORDERS) + "?blocked=unknown").context["cl"].result_list


def test_who_may_not_see_channels_is_not_shown_any(client: Client, world: World) -> None:
    order = world.hold(world.products[0], 2)
    bind(world, order)
    client.force_login(person("mia", "orders.view_salesorder"))
    assert "binding__channel" not in client.get(reverse(ORDERS)).text
    page = client.get(reverse("admin:orders_salesorder_change", args=[order]))
    assert (page.context["page"]["origin"], page.context["page"]["held_down"]) == (None, ())
    assert page.context["page"]["next"] == []
    assert SalesOrder.objects.get(pk=order).archived_at is None


def test_the_order_page_costs_at_most_twenty_five_statements(
    admin_client: Client,
    world: World,
    django_assert_max_num_queries: object,
) -> None:
    order = world.hold(world.products[0], 2)
    bind(world, order)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        admin_client.get(reverse("admin:orders_salesorder_change", args=[order]))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        admin_client.get(reverse(ORDERS))


def test_that_more_changes_than_was_looked_at_counts_as_no_channel(
    admin_client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [world.hold(product, 2) for product in world.products[:2]]
    for product in world.products[:2]:
        world.tell(product)
    monkeypatch.setattr(freed, "MOST", 1)

    page = bulk(admin_client, "archive", chosen)

    assert (len(page.context["told"]), page.context["channels"]) == (2, 1)
    assert '<span class="sc-figure">1</span>channels would be told' in page.text
    assert "More listings than were looked at change, too." in page.text
    assert (
        "…"
        not in page.text.partition("What the channels would be told")[2].partition("</table>")[0]
    )

    SalesOrder.objects.update(status=SalesOrder.Status.CANCELED)
    page = admin_client.get(reverse("admin:orders_salesorder_clear"))

    assert '<span class="sc-figure">1</span>channels would be told' in page.text
