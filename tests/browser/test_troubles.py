"""What goes wrong, as a person sees it: drift with its cause, an oversell with its timeline, a run
that asks before it empties a shop, and the preview of unmapped locations."""

from __future__ import annotations

from django.db.models import F
from django.urls import reverse

from channels.models import Publication
from desk.cells import page_of
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import StockLevel, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from syncjobs import forensics
from syncjobs.models import Finding, Oversell, Run
from tests.browser.screen import Opener
from tests.browser.shop import Shop
from tests.store import Store, sync


def test_drift_is_seen_with_its_cause(
    screen: Opener,
    shop: Shop,
    store: Store,
) -> None:
    shop.channel.drift_policy = "report"
    shop.channel.save()
    sync(shop.channel)
    sku = shop.products[4].sku
    store.post("levels", levels=[{"sku": sku, "location": "Shop", "available": 99}])
    sync(shop.channel, Run.Kind.COMPARE)
    window = screen()
    window.open(page_of(Finding.objects.get(level__listing__product__sku=sku)))
    assert "99" in window.page.inner_text("#content")
    window.picture("drift-edited")
    assert window.troubles == []


def test_an_oversell_is_seen_with_its_timeline(
    screen: Opener,
    shop: Shop,
    store: Store,
    warehouse: Warehouse,
) -> None:
    """The last units are sold here, and a moment before at the store."""
    Publication.objects.update(answered_at=F("created_at"))  # as they came, not over the day
    sync(shop.channel)
    product = shop.products[8]
    left = StockLevel.objects.get(product=product, warehouse=warehouse).available
    store.post("orders", lines=[{"sku": product.sku, "quantity": 2}])
    line = DraftLine(product.pk, warehouse.pk, left)
    intake.place(Draft(number="SO-1045", customer="K. Lund", source="Telephone", lines=[line]))
    sync(shop.channel, Run.Kind.ORDERS)
    forensics.investigate()
    window = screen()
    window.open(page_of(Oversell.objects.get(product=product)))
    assert "SO-1045" in window.page.inner_text("#content")
    window.picture("oversell-timeline")
    assert window.troubles == []


def test_a_run_that_would_empty_the_shop_asks_first(
    screen: Opener,
    shop: Shop,
    warehouse: Warehouse,
) -> None:
    for product in shop.products[3:]:
        level = StockLevel.objects.get(product=product, warehouse=warehouse)
        if level.available > 0:
            gone = [(product.pk, -level.available)]
            ledger.adjust(warehouse.pk, gone, Cause(note="wrong file"))
    run = sync(shop.channel)
    window = screen()
    window.open(page_of(run))
    assert "Do you mean these zeros?" in window.page.inner_text("#content")
    window.page.get_by_role("button", name="Keep them back").click()
    window.page.get_by_text("The zeros stay untold").wait_for()
    run.refresh_from_db()
    assert run.refused_by == "ana"
    assert window.troubles == []


def test_what_unmapped_locations_show_is_seen_before_the_switch_is_turned(
    screen: Opener,
    shop: Shop,
    store: Store,
) -> None:
    store.post("locations", locations=[{"name": "Market stall"}])
    store.post(
        "levels",
        levels=[{"sku": shop.products[3].sku, "location": "Market stall", "available": 6}],
    )
    sync(shop.channel, Run.Kind.COMPARE)
    window = screen()
    window.open(reverse("admin:channels_channel_show_unmapped", args=[shop.channel.pk]))
    assert "Market stall" in window.page.inner_text("#content")
    window.picture("unmapped")
    window.page.get_by_role("button", name="Zero 1 level").click()
    window.page.get_by_text("is on now").wait_for()
    assert window.troubles == []
