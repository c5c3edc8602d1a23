"""The numbers that the source documents print, through ledger, orders, channel and store."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from channels import communicated, onboarding
from channels.models import Channel, Communicated, Listing, Publication
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import asn, fulfilment, intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs import schedule
from syncjobs.models import Run
from tests.factories import make_product, make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db


def place(product: Product, warehouse: Warehouse, units: int, number: str = "SO-1") -> SalesOrder:
    return intake.place(Draft(number=number, lines=[DraftLine(product.pk, warehouse.pk, units)]))


class TestStockIsCommittedPlusAvailable:
    """xConnector: T0, T0+1, T0+2."""

    @pytest.fixture
    def order(
        self, channel: Channel, store: Store, product: Product, warehouse: Warehouse
    ) -> SalesOrder:
        store.add(product.sku, available=1000)
        store.post("orders", lines=[{"sku": product.sku, "quantity": 100}])
        stock(product, warehouse, 1000)
        list_at_once(channel, product)
        return SalesOrder.objects.get()

    def shows(self, store: Store, product: Product) -> tuple[int, int, int]:
        level = store.shows(product.sku)
        return level["committed"], level["available"], level["on_hand"]

    def test_t0_is_aligned_and_nothing_is_sent(
        self, store: Store, product: Product, order: SalesOrder
    ) -> None:
        assert self.shows(store, product) == (100, 900, 1000)
        assert not Publication.objects.exists()

    def test_t0_plus_1_adds_200_to_available(
        self,
        channel: Channel,
        store: Store,
        product: Product,
        warehouse: Warehouse,
        order: SalesOrder,
    ) -> None:
        ledger.receive(warehouse.pk, [(product.pk, 200)], Cause(document="NIR-1"))
        sync(channel)
        assert self.shows(store, product) == (100, 1100, 1200)
        assert Publication.objects.get().delta == 200

    def test_t0_plus_2_invoicing_the_committed_units_changes_nothing(
        self,
        channel: Channel,
        store: Store,
        product: Product,
        warehouse: Warehouse,
        order: SalesOrder,
    ) -> None:
        ledger.receive(warehouse.pk, [(product.pk, 200)], Cause(document="NIR-1"))
        sync(channel)
        [number] = [each["number"] for each in store.get("orders")["orders"]]
        store.post(f"orders/{number}/fulfil")
        fulfilment.ship_all([order.pk], Cause())
        asn.send(asn.draft_all([order.pk]))
        run = sync(channel)
        assert (run.sent, self.shows(store, product)) == (0, (0, 1100, 1100))


class TestCommunicatedTable:
    """Prodsmart: at hand = in stock − on orders; backordered is what is missing."""

    def test_three_missing_units_are_backordered_and_the_store_is_told_zero(
        self,
        channel: Channel,
        store: Store,
        product: Product,
        warehouse: Warehouse,
        admin_client: Client,
    ) -> None:
        store.add(product.sku)
        stock(product, warehouse, 10)
        place(product, warehouse, 13)
        list_at_once(channel, product)
        [row] = communicated.rows(communicated.select(sku=product.sku))
        assert (row.on_hand, row.committed, row.available, row.backordered) == (10, 13, -3, 3)
        assert (row.should, row.acknowledged, store.available(product.sku)) == (0, 0, 0)
        page = admin_client.get(reverse("admin:channels_communicated_changelist"))
        text = page.content.decode()
        assert page.status_code == 200
        assert product.sku in text
        assert ">-3<" in "".join(text.split())

    def test_shipping_does_not_lower_quantity_on_orders_but_the_asn_does(
        self, channel: Channel, store: Store, product: Product, warehouse: Warehouse
    ) -> None:
        store.add(product.sku)
        stock(product, warehouse, 10)
        order = place(product, warehouse, 4)
        list_at_once(channel, product)
        fulfilment.ship_all([order.pk], Cause())
        row = Communicated.objects.get(product=product)
        assert (row.on_hand, row.committed, row.available) == (6, 4, 2)
        asn.send(asn.draft_all([order.pk]))
        row = Communicated.objects.get(product=product)
        assert (row.on_hand, row.committed, row.available) == (6, 0, 6)

    def test_a_canceled_order_counts_until_it_is_archived(
        self, channel: Channel, product: Product, warehouse: Warehouse
    ) -> None:
        onboarding.tick(channel, [product.pk])
        stock(product, warehouse, 10)
        order = place(product, warehouse, 4)
        intake.close([order.pk])
        intake.cancel(order.pk)
        assert Communicated.objects.get(product=product).committed == 4
        intake.archive([order.pk])
        assert Communicated.objects.get(product=product).committed == 0

    def test_marking_as_dispatched_releases_what_an_order_held(
        self, channel: Channel, product: Product, warehouse: Warehouse
    ) -> None:
        onboarding.tick(channel, [product.pk])
        stock(product, warehouse, 10)
        order = place(product, warehouse, 4)
        intake.dispatch([order.pk])
        assert Communicated.objects.get(product=product).available == 10


def test_two_warehouses_are_kept_apart_on_two_locations(
    channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    """ShopCtrl."""
    depot = make_warehouse(name="Depot")
    feed(channel, "Depot", depot)
    store.add(product.sku)
    stock(product, warehouse, 12)
    stock(product, depot, 30)
    list_at_once(channel, product)
    assert (store.available(product.sku), store.available(product.sku, "Depot")) == (12, 30)
    ledger.transfer(depot.pk, warehouse.pk, [(product.pk, 5)], Cause())
    sync(channel)
    assert (store.available(product.sku), store.available(product.sku, "Depot")) == (17, 25)


class TestNewProductsWaitForTheNextMorning:
    """xConnector: a new product goes out the next day after 07:00, in the channel's time."""

    ZONE = ZoneInfo("Europe/Bucharest")

    def at(self, monkeypatch: pytest.MonkeyPatch, moment: datetime.datetime) -> None:
        """Set our clock, and let the schedule look."""
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment.astimezone(datetime.UTC))
        schedule.send_new_products()

    @pytest.mark.parametrize(
        ("flagged", "first"),
        [
            # Clocks go forward in the night between (03:00 → 04:00): 07:00 is 04:00 UTC, not 05:00.
            ("2026-03-28 16:00", "2026-03-29 07:00"),
            # Clocks go back in the night between (04:00 → 03:00): 07:00 is 05:00 UTC, not 04:00.
            ("2026-10-24 16:00", "2026-10-25 07:00"),
            ("2026-06-10 00:01", "2026-06-11 07:00"),
            ("2026-06-10 23:59", "2026-06-11 07:00"),
        ],
    )
    def test_it_is_sent_after_seven_local_time_and_not_before(
        self,
        channel: Channel,
        store: Store,
        product: Product,
        warehouse: Warehouse,
        monkeypatch: pytest.MonkeyPatch,
        flagged: str,
        first: str,
    ) -> None:
        channel.time_zone = "Europe/Bucharest"
        channel.save()
        store.add(product.sku)
        stock(product, warehouse, 8)
        ticked_at = datetime.datetime.fromisoformat(flagged).replace(tzinfo=self.ZONE)
        due_at = datetime.datetime.fromisoformat(first).replace(tzinfo=self.ZONE)
        onboarding.tick(channel, [product.pk], now=ticked_at)

        minute = datetime.timedelta(minutes=1)
        self.at(monkeypatch, due_at.astimezone(datetime.UTC) - minute)
        schedule.sweep()
        assert (store.available(product.sku), Listing.objects.get().state) == (0, "new")

        self.at(monkeypatch, due_at)
        assert (store.available(product.sku), Listing.objects.get().state) == (8, "linked")

    def test_force_does_not_wait_and_keeps_all_settings(
        self, channel: Channel, store: Store, warehouse: Warehouse
    ) -> None:
        product = make_product(sku="TODAY")
        store.add(product.sku)
        stock(product, warehouse, 8)
        settings = Channel.objects.values().get(pk=channel.pk)
        mapping = list(channel.locations.values_list("name", "warehouses"))
        list_at_once(channel, product)
        assert store.available(product.sku) == 8
        changing = {"checked_at"}
        now = Channel.objects.values().get(pk=channel.pk)
        assert {k: v for k, v in now.items() if k not in changing} == {
            k: v for k, v in settings.items() if k not in changing
        }
        assert list(channel.locations.values_list("name", "warehouses")) == mapping


def test_a_bulk_sync_overwrites_with_the_absolute_number(
    channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    """Starshipit."""
    store.add(product.sku)
    stock(product, warehouse, 8)
    list_at_once(channel, product)
    store.post("levels", levels=[{"sku": product.sku, "location": "Shop", "available": 99}])
    run = sync(channel, Run.Kind.BULK, product)
    assert (run.sent, store.available(product.sku)) == (1, 8)
    assert Publication.objects.latest("pk").batch.mode == "absolute"
