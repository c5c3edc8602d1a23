"""Quantity modes, selling lists and Update Q as their source document describes them, through
ledger, rules, engine and store."""

from __future__ import annotations

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from channels import communicated, selling
from channels.contract import Code
from channels.models import Channel, Communicated, Listing, ListingLevel, Profile, Publication
from channels.rules import Mode, Unknown
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs.models import Finding, Run
from tests.factories import (
    make_product,
    make_profile,
    make_selling_list,
    make_warehouse,
    say,
    stock,
)
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db(transaction=True)

State = Communicated.State


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """Twenty in stock, which the store shows."""
    return list_with(20, product, channel, store, warehouse)


def list_with(
    units: int, product: Product, channel: Channel, store: Store, warehouse: Warehouse
) -> Product:
    store.add(product.sku)
    stock(product, warehouse, units)
    list_at_once(channel, product)
    assert store.available(product.sku) == units
    return product


def put(channel: Channel, profile: Profile, product: Product) -> Run:
    """Into a selling list under this profile, Update Q, and the run that follows."""
    made = make_selling_list(channel, profile, product)
    selling.update_quantities(channel, made)
    return sync(channel)


def row(product: Product) -> communicated.Row:
    [found] = communicated.rows(communicated.select(sku=product.sku))
    return found


class TestItemQuantityMode:
    @pytest.mark.parametrize(("units", "shown"), [(20, 10), (10, 10), (5, 5), (1, 1)])
    def test_not_more_than_ten_shows_ten_of_twenty_and_five_of_five(
        self,
        channel: Channel,
        store: Store,
        product: Product,
        warehouse: Warehouse,
        units: int,
        shown: int,
    ) -> None:
        selling.set_profile(channel, make_profile(Mode.NOT_MORE_THAN, quantity=10))
        store.add(product.sku, available=99)
        stock(product, warehouse, units)
        list_at_once(channel, product)
        assert store.available(product.sku) == shown

    def test_not_more_than_follows_stock_below_its_number(
        self, channel: Channel, store: Store, listed: Product, warehouse: Warehouse
    ) -> None:
        put(channel, make_profile(Mode.NOT_MORE_THAN, quantity=10), listed)
        assert store.available(listed.sku) == 10
        ledger.ship(warehouse.pk, [(listed.pk, 15)], Cause())
        sync(channel)
        assert store.available(listed.sku) == 5

    def test_two_lists_show_a_custom_ten_and_not_more_than_three(
        self, channel: Channel, store: Store, warehouse: Warehouse
    ) -> None:
        pants, candle = make_product(sku="YOGA-PANTS"), make_product(sku="AROMA-CANDLE")
        list_with(4, pants, channel, store, warehouse)
        list_with(50, candle, channel, store, warehouse)
        put(channel, make_profile(Mode.CUSTOM, quantity=10), pants)
        put(channel, make_profile(Mode.NOT_MORE_THAN, quantity=3), candle)
        assert (store.available(pants.sku), store.available(candle.sku)) == (10, 3)
        explanation = row(pants).explanation
        assert explanation is not None
        assert explanation.risk == 6

    @pytest.mark.parametrize("kind", [Run.Kind.DUE, Run.Kind.BULK, Run.Kind.HARD, Run.Kind.COMPARE])
    def test_single_stock_stays_one_whatever_happens_to_the_stock(
        self, channel: Channel, store: Store, listed: Product, warehouse: Warehouse, kind: Run.Kind
    ) -> None:
        put(channel, make_profile(Mode.SINGLE), listed)
        told = Publication.objects.count()
        ledger.ship(warehouse.pk, [(listed.pk, 20)], Cause())
        sync(channel, kind)
        ledger.receive(warehouse.pk, [(listed.pk, 7)], Cause())
        sync(channel, kind)
        assert store.available(listed.sku) == 1
        assert Publication.objects.count() == told
        assert not Finding.objects.exists()
        assert row(listed).state == State.LINKED

    def test_a_custom_quantity_is_changed_by_sales_of_the_channel_alone(
        self, channel: Channel, store: Store, listed: Product, warehouse: Warehouse
    ) -> None:
        put(channel, make_profile(Mode.CUSTOM, quantity=10), listed)
        store.post("orders", lines=[{"sku": listed.sku, "quantity": 2}])
        sync(channel, Run.Kind.ORDERS)
        ledger.receive(warehouse.pk, [(listed.pk, 30)], Cause())
        sync(channel)
        assert store.available(listed.sku) == row(listed).should == 8
        selling.update_quantities(channel, [Listing.objects.get().pk])
        sync(channel)
        assert store.available(listed.sku) == 10

    def test_a_linked_listing_that_gets_a_custom_quantity_waits_for_update_q(
        self, channel: Channel, store: Store, listed: Product
    ) -> None:
        made = make_selling_list(channel, make_profile(), listed)
        selling.set_profile(made, make_profile(Mode.CUSTOM, quantity=10))
        sync(channel)
        assert store.available(listed.sku) == 20
        selling.update_quantities(channel, made)
        sync(channel)
        assert store.available(listed.sku) == 10


class TestEmptySourceQuantity:
    """Nobody ever counted the product; the store shows 9."""

    def list_uncounted(
        self, channel: Channel, store: Store, product: Product, policy: Unknown
    ) -> communicated.Row:
        selling.set_profile(channel, make_profile(unknown=policy))
        store.add(product.sku, available=9)
        list_at_once(channel, product)
        return row(product)

    @pytest.mark.parametrize("policy", [Unknown.HOLD, Unknown.NULL])
    def test_it_is_held_with_its_reason_where_no_number_can_be_taken_away(
        self, channel: Channel, store: Store, product: Product, policy: Unknown
    ) -> None:
        found = self.list_uncounted(channel, store, product, policy)
        assert (found.state, found.reason, found.should) == (
            State.SKIPPED,
            Code.STOCK_UNKNOWN,
            None,
        )
        assert store.available(product.sku) == 9
        assert not Publication.objects.exists()

    def test_it_is_zero_where_the_profile_says_so(
        self, channel: Channel, store: Store, product: Product
    ) -> None:
        found = self.list_uncounted(channel, store, product, Unknown.ZERO)
        assert (found.should, found.acknowledged, store.available(product.sku)) == (0, 0, 0)
        assert "the profile says 0" in Publication.objects.get().explanation["steps"][0]["text"]


class TestWarehouses:
    def test_the_total_is_shown_unless_warehouses_are_chosen(
        self, channel: Channel, store: Store, listed: Product, warehouse: Warehouse
    ) -> None:
        depot = make_warehouse(code="DEP", name="Far depot")
        stock(listed, depot, 7)
        feed(channel, "Shop", warehouse, depot)
        sync(channel)
        assert store.available(listed.sku) == 27
        profile = make_profile(warehouse_ids=[depot.pk])
        put(channel, profile, listed)
        assert store.available(listed.sku) == 7
        ledger.ship(warehouse.pk, [(listed.pk, 5)], Cause())
        assert sync(channel).sent == 0
        say(profile)
        sync(channel)
        assert store.available(listed.sku) == 22


class TestUpdateQ:
    def test_it_goes_from_linked_to_pending_qty_update_to_linked(
        self, channel: Channel, store: Store, listed: Product
    ) -> None:
        made = make_selling_list(channel, make_profile(Mode.CUSTOM, quantity=10), listed)
        sync(channel)
        states = [row(listed).state]
        selling.update_quantities(channel, made)
        states.append(row(listed).state)
        sync(channel)
        states.append(row(listed).state)
        assert states == [State.LINKED, State.PENDING_UPDATE, State.LINKED]
        assert str(State.PENDING_UPDATE.label) == "Pending Qty Update"
        assert (store.available(listed.sku), ListingLevel.objects.get().is_update_asked) == (
            10,
            False,
        )

    def test_it_ends_where_the_number_was_right_already(
        self, channel: Channel, store: Store, listed: Product
    ) -> None:
        put(channel, make_profile(Mode.CUSTOM, quantity=20), listed)
        assert row(listed).state == State.LINKED
        assert not ListingLevel.objects.get().is_update_asked

    def test_while_the_store_refuses_it_stays_pending_and_the_channel_says_why(
        self,
        channel: Channel,
        store: Store,
        listed: Product,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("syncjobs.delivery._pause", lambda *_: 0.0)
        store.post("faults", times=None, kind="http_status", status=503)
        run = put(channel, make_profile(Mode.CUSTOM, quantity=10), listed)
        channel.refresh_from_db()
        assert row(listed).state == State.PENDING_UPDATE
        assert run.error_code == channel.problem_code == Code.UNAVAILABLE
        store.post("faults/clear")
        sync(channel)
        assert (row(listed).state, store.available(listed.sku)) == (State.LINKED, 10)

    def test_a_line_that_is_refused_says_why_and_is_still_asked_for(
        self, channel: Channel, store: Store, listed: Product
    ) -> None:
        Listing.objects.update(item_id=Concat("item_id", Value("999999")))  # deleted there
        put(channel, make_profile(Mode.CUSTOM, quantity=10), listed)
        assert (row(listed).state, row(listed).reason) == (State.ERROR, Code.ITEM_MISSING)
        assert ListingLevel.objects.get().is_update_asked
