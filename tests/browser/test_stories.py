"""Eight stories, each walked in a real browser as each role: by those who may to the end, where the
store, the ledger or the page shows the right number; by all others up to the closed door."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone

from channels.models import Communicated, Listing
from desk.cells import list_of, page_of
from inventory import counting, ledger, receiving
from inventory.models import Movement, Product, PurchaseOrder, StockLevel, Stocktake, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs import schedule
from syncjobs.models import Run
from syncjobs.runner import drain
from tests.browser.scanner import finish, ready, scan
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.shop import Shop
from tests.factories import make_product, make_purchase_order, stock
from tests.store import Store

ADMIN, MANAGER, CSM, SENDER, PARTNER = (
    "",
    "Warehouse manager",
    "CSM",
    "Stock communicator",
    "Partner",
)
ROLES = [ADMIN, MANAGER, CSM, SENDER, PARTNER]
SHOP, MAIN = "Shop", "main"


def as_each(*roles: str) -> Callable[..., None]:
    """Walk the story as each of these roles; and once up to the door, as everybody else."""
    shut = [role for role in ROLES if role not in roles]
    ways = [pytest.param(role, [], id=role or "Administrator") for role in roles]
    ways.append(pytest.param("", shut, id="all others"))
    mark: Callable[..., None] = pytest.mark.parametrize(("role", "shut"), ways)
    return mark


def is_closed(window: Screen, address: str) -> bool:
    """Whether the page is refused, in words."""
    response = window.page.goto(window.origin + address)
    assert response is not None
    window.troubles.clear()  # the console says 403, as it should
    return response.status == 403 and len(window.page.inner_text("body")) > 10


def offers(window: Screen, text: str) -> bool:
    return window.page.get_by_text(text, exact=False).count() > 0


def main() -> Warehouse:
    return Warehouse.objects.get(code=MAIN)


def shown(window: Screen, sku: str, place: str = SHOP) -> str:
    """The row of one product in the communicated table, as it is read."""
    window.open(list_of(Communicated, q=sku))
    return window.page.locator("tr.data-row", has_text=place).first.inner_text()


# 1. Goods that are received are seen at the store.


@as_each(ADMIN, MANAGER)
def test_goods_that_are_received_are_seen_at_the_store(
    screen: Opener, shop: Shop, store: Store, role: str, shut: list[str]
) -> None:
    product = shop.products[1]
    before = store.available(product.sku)
    order = make_purchase_order(main(), {product: 10}, number="PO-2026-17")
    receiving.open_order(order)
    if shut:
        receive = reverse("admin:inventory_purchaseorder_receive_scanned", args=[order.pk])
        assert all(is_closed(screen(each), receive) for each in shut)
        return

    window = screen(role, viewport=PHONE)
    window.open(reverse("work"))
    window.page.keyboard.type("po-2026-17")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    ready(window)
    scan(window, f"10*{product.sku}", "10/10")
    finish(window)
    assert "10 units received" in window.page.inner_text("#content")

    drain(shop.channel.pk, Run.Trigger.CHANGE)  # what the hint after the commit starts
    assert store.available(product.sku) == before + 10
    assert str(before + 10) in shown(window, product.sku)
    assert window.troubles == []


# 2. Why does the store say 7?


def test_why_the_store_says_7_is_told_to_everybody_in_a_sentence(
    screen: Opener, shop: Shop, store: Store
) -> None:
    product = shop.products[10]
    held = StockLevel.objects.get(product=product, warehouse=main()).available - 7
    line = DraftLine(product.pk, main().pk, held)
    intake.place(Draft(number="SO-2001", customer="C. Ivers", source="Web", lines=[line]))
    drain(shop.channel.pk, Run.Trigger.CHANGE)
    assert store.available(product.sku) == 7
    for role in ROLES:
        window = screen(role)
        _ask_why(window, product, sold=held)
        orders = window.page.locator("#sc-drawer").get_by_text("SO-2001")
        if role in {ADMIN, MANAGER, CSM}:
            orders.first.click()
            window.page.wait_for_url("**/orders/salesorder/**")
            assert "SO-2001" in window.page.inner_text("body")
        else:
            assert window.page.locator("#sc-drawer a", has_text="SO-2001").count() == 0
        assert window.troubles == []


def _ask_why(window: Screen, product: Product, sold: int) -> None:
    """Press the row, and read the sentence beside it."""
    window.open(list_of(Communicated, q=product.sku))
    row = window.page.locator("tr.data-row", has_text=SHOP).first
    row.locator("td.field-show_available").click()
    window.page.locator("#sc-drawer .sc-lead").wait_for()
    told = window.page.inner_text("#sc-drawer .sc-lead")
    assert f"{sold + 7} in stock in Main" in told
    assert f"{sold} on 1 order" in told
    assert "7" in told.split("=")[1]


# 3. What did we tell this channel then, and why?


def _next_second(window: Screen) -> datetime.datetime:
    """The picker takes whole seconds: wait for one that begins after all that was done."""
    then = timezone.localtime().replace(microsecond=0) + datetime.timedelta(seconds=1)
    while timezone.localtime() <= then:
        window.page.wait_for_timeout(50)
    return then


def test_what_was_told_at_a_past_moment_is_shown_and_explained_to_everybody(
    screen: Opener, shop: Shop, store: Store
) -> None:
    product = shop.products[8]
    then = _next_second(screen())
    was = store.available(product.sku)
    ledger.adjust(main().pk, [(product.pk, -20)], ledger.Cause(note="broken"))
    drain(shop.channel.pk, Run.Trigger.CHANGE)
    assert store.available(product.sku) == was - 20

    for role in ROLES:
        window = screen(role)
        window.open(list_of(Communicated, q=product.sku))
        assert str(was - 20) in shown(window, product.sku)
        window.page.fill("#id_as_of", f"{then:%Y-%m-%dT%H:%M:%S}")
        with window.page.expect_navigation():
            window.page.get_by_role("button", name="Show", exact=True).click()
        window.settle()

        assert "As it was on" in window.page.inner_text("#content")
        row = window.page.locator("tr.data-row", has_text=SHOP).first
        assert str(was) in row.inner_text()
        row.locator("td.field-show_available").click()
        window.page.locator("#sc-drawer .sc-lead").wait_for()
        assert str(was) in window.page.inner_text("#sc-drawer .sc-lead")
        assert window.troubles == []


# 4. A send that would empty the shop is foreseen, pauses, and goes on when a person says so.


@as_each(ADMIN, SENDER)
def test_a_send_that_would_empty_the_shop_is_foreseen_and_pauses(
    screen: Opener, shop: Shop, store: Store, role: str, shut: list[str]
) -> None:
    gone = [product for product in shop.products[3:11] if product != shop.products[7]]
    for product in gone:
        level = StockLevel.objects.get(product=product, warehouse=main())
        ledger.adjust(main().pk, [(product.pk, -level.on_hand)], ledger.Cause(note="flood"))
    if shut:
        for each in shut:
            window = screen(each)
            window.open(list_of(Communicated))
            assert window.page.locator("option[value=confirm_and_send]").count() == 0
        return

    window = screen(role)
    window.open(list_of(Communicated))
    window.page.check("#action-toggle")
    window.page.select_option("select[name=action]", "confirm_and_send")
    window.page.locator("button[name=index]").click()
    window.page.wait_for_load_state("networkidle")
    preview = window.page.inner_text("#content")
    assert "Largest changes" in preview
    assert "It would pause and ask" in preview
    window.page.get_by_role("button", name="Confirm and send").click()
    window.page.wait_for_load_state("load")
    drain(shop.channel.pk, Run.Trigger.PERSON)
    assert store.available(gone[0].sku) > 0
    paused = Run.objects.get(status=Run.Status.PAUSED)

    window.page.goto("about:blank")  # the run's page, which follows it, would load itself anew
    window.open(page_of(paused))
    window.page.get_by_role("button", name="Tell these zeros").click()
    window.page.wait_for_load_state("networkidle")
    drain(shop.channel.pk, Run.Trigger.PERSON)
    assert [store.available(product.sku) for product in gone] == [0] * len(gone)
    assert window.troubles == []


# 5. A new product goes out the day after it was ticked.


@as_each(ADMIN, CSM)
def test_a_new_product_goes_out_the_next_day(
    screen: Opener, shop: Shop, store: Store, role: str, shut: list[str]
) -> None:
    product = make_product(sku="HS-900", name="Oil lamp")
    stock(product, main(), 9)
    store.add(product.sku, location=SHOP)
    if shut:
        for each in shut:
            window = screen(each)
            window.open(page_of(product))
            assert window.page.get_by_label("Harbour Street Store").count() == 0
            assert offers(window, "CSM")
        return

    window = screen(role)
    window.open(page_of(product))
    window.page.get_by_label("Harbour Street Store").first.check()
    window.page.get_by_role("button", name="Save", exact=True).click()
    window.page.wait_for_load_state("networkidle")
    listing = Listing.objects.get(product=product)
    assert listing.eligible_at > timezone.now()
    drain(shop.channel.pk, Run.Trigger.SCHEDULE)
    assert store.available(product.sku) == 0

    # A night passes.
    Listing.objects.filter(pk=listing.pk).update(
        eligible_at=timezone.now() - datetime.timedelta(minutes=1)
    )
    schedule.send_new_products()
    assert store.available(product.sku) == 9
    assert "9" in shown(window, product.sku)
    assert window.troubles == []


# 6. Goods go from the dock straight to the order that waits for them.


@as_each(ADMIN, MANAGER)
def test_goods_go_from_the_dock_to_the_order_that_waits_for_them(
    screen: Opener, shop: Shop, role: str, shut: list[str]
) -> None:
    product = make_product(sku="HS-901", name="Fire basket")
    waiting = intake.place(
        Draft(number="SO-3001", lines=[DraftLine(product.pk, main().pk, 4)], source="Web")
    )
    order = make_purchase_order(main(), {product: 6}, number="PO-2026-18")
    receiving.open_order(order)
    dock = reverse("admin:orders_work_crossdock", args=[order.pk])
    if shut:
        assert all(is_closed(screen(each), dock) for each in shut)
        return

    window = screen(role, viewport=PHONE)
    window.open(dock)
    ready(window)
    scan(window, f"6*{product.sku}", "6/6")
    finish(window)

    waiting.refresh_from_db()
    assert waiting.lines.get().shipped == 4
    assert StockLevel.objects.get(product=product).on_hand == 2
    assert PurchaseOrder.objects.get(pk=order.pk).lines.get().received == 6
    assert window.troubles == []


# 7. A count that differs is reviewed, posted, and told.


@as_each(ADMIN, MANAGER)
def test_a_count_that_differs_is_reviewed_posted_and_told(
    screen: Opener, shop: Shop, store: Store, role: str, shut: list[str]
) -> None:
    product = shop.products[9]
    there = StockLevel.objects.get(product=product, warehouse=main()).on_hand
    stocktake = Stocktake.objects.create(warehouse=main(), opened_by="ana")
    counting.add(stocktake, [product.pk])
    sheet = reverse("admin:inventory_stocktake_count_scanned", args=[stocktake.pk])
    if shut:
        assert all(is_closed(screen(each), sheet) for each in shut)
        return

    window = screen(role)
    window.open(sheet)
    ready(window)
    scan(window, f"{there - 3}*{product.sku}", str(there - 3))
    finish(window)
    assert "-3" in window.page.inner_text("#content").replace("\u2212", "-")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Close and post the differences").click()

    found = Movement.objects.filter(product=product, reason="count").latest("pk")
    assert (found.delta, Stocktake.objects.get().status) == (-3, Stocktake.Status.CLOSED)
    drain(shop.channel.pk, Run.Trigger.CHANGE)
    assert store.available(product.sku) == there - 3
    assert window.troubles == []


# 8. Canceled orders that still count are archived together, and their units go back on sale.


@as_each(ADMIN, MANAGER, CSM)
def test_canceled_orders_are_archived_and_their_units_go_back_on_sale(
    screen: Opener, shop: Shop, store: Store, role: str, shut: list[str]
) -> None:
    product: Product = shop.products[6]
    before = store.available(product.sku)
    gone = SalesOrder.objects.get(number="SO-1044")
    if shut:
        assert all(is_closed(screen(each), list_of(SalesOrder)) for each in shut)
        return
    window = screen(role)
    window.open(list_of(SalesOrder))
    assert offers(window, "1 canceled order still counts 3 units")
    window.page.get_by_role("link", name="Archive them").click()
    window.page.wait_for_load_state("networkidle")
    window.page.get_by_role("button", name="Archive 1 order").click()
    window.page.wait_for_load_state("networkidle")

    gone.refresh_from_db()
    assert gone.archived_at is not None
    drain(shop.channel.pk, Run.Trigger.CHANGE)
    assert store.available(product.sku) == before + 3
    assert window.troubles == []
