"""Every page of the admin, by day and in the dark, at a desk and on a phone: usable by everybody
(WCAG AA, as axe judges it), never wider than the window, no error on the console, nothing fetched
from elsewhere.

STOCKCAST_SCREENSHOTS=1 also writes the pictures of docs/screenshots and their gallery.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse

from channels.models import Communicated, Location
from desk.cells import list_of, page_of
from inventory.models import Warehouse
from orders.models import SalesOrder
from syncjobs.models import Run
from tests.acceptance import gallery
from tests.browser.looking import look
from tests.browser.screen import Opener
from tests.browser.shop import Shop
from tests.pretend import World

ROOMS = ["home", "inventory", "work", "orders", "channels", "syncjobs", "partners", "people"]
PEOPLE = {"auth", "django_celery_beat"}
TOLD_ELSEWHERE = {"auth.group", "auth.user"}
"""Django's own pages of rights, whose chooser names parts in a way that axe does not take."""
ADDED = {
    "inventory.product",
    "inventory.purchaseorder",
    "inventory.stocktake",
    "inventory.transfer",
    "orders.salesorder",
    "channels.channel",
    "channels.profile",
    "channels.sellinglist",
    "syncjobs.upload",
    "partners.partner",
}


@pytest.fixture
def house(shop: Shop) -> Shop:
    """The shop, with a record of every other kind."""
    world = World(
        channel=shop.channel,
        location=Location.objects.get(channel=shop.channel, name="Shop"),
        warehouse=Warehouse.objects.get(code="main"),
        products=shop.products[3:],  # the first one is oversold already
    )
    gallery.hang(world)
    return shop


def records(app: str) -> Iterator[tuple[str, str]]:
    """The list, the form and one page of each kind of an app: (picture's name, address)."""
    for model in gallery.kinds():
        label = model._meta.label_lower
        floor, kind = label.split(".")
        if (floor if floor not in PEOPLE else "people") != app or label in TOLD_ELSEWHERE:
            continue
        yield f"{kind}-list", list_of(model)
        yield kind, page_of(gallery.shown(model))
        if label in ADDED:
            yield f"{kind}-add", reverse(f"admin:{floor}_{kind}_add")


def of(model: str, name: str) -> str:
    """Address of a page that belongs to the record of a kind."""
    kinds = {each._meta.label_lower: each for each in gallery.kinds()}
    route = f"admin:{model.replace('.', '_')}_{name}"
    return reverse(route, args=[gallery.shown(kinds[model]).pk])


def work() -> Iterator[tuple[str, str]]:
    """What is done with a scanner in hand."""
    yield "warehouse-work", reverse("work")
    yield "put-away", reverse("work-put-away")
    yield "stocktake-start", reverse("work-stocktake")
    yield "transfer-start", reverse("work-transfer")
    yield "receive", of("inventory.purchaseorder", "receive_scanned")
    yield "cross-dock", reverse("admin:orders_work_crossdock", args=[_purchase_order()])
    yield "count", of("inventory.stocktake", "count_scanned")
    yield "review", of("inventory.stocktake", "review_counts")
    yield "transfer-fill", of("inventory.transfer", "fill_scanned")
    order = SalesOrder.objects.get(number="SO-1042")
    yield "ship-queue", reverse("admin:orders_work_ship")
    yield "pick", reverse("admin:orders_work_pick", args=[order.pk])
    yield "notify", reverse("admin:orders_work_notify", args=[order.pk])


def _purchase_order() -> int:
    kinds = {each._meta.label_lower: each for each in gallery.kinds()}
    return int(gallery.shown(kinds["inventory.purchaseorder"]).pk)


def more(room: str, shop: Shop) -> Iterator[tuple[str, str]]:
    """Pages of a floor that are neither list nor form."""
    if room == "home":
        yield "dashboard", reverse("admin:index")
        yield "explanation", page_of(shop.row(1))
        yield "communicated-differs", list_of(Communicated, differs="yes")
    elif room == "inventory":
        yield "product-label", of("inventory.product", "label")
    elif room == "orders":
        yield "order", page_of(SalesOrder.objects.get(number="SO-1043"))
        yield "archive-canceled", reverse("admin:orders_salesorder_clear")
    elif room == "syncjobs":
        yield "reasons", reverse("admin:syncjobs_processlog_reasons")
        yield "run-finished", page_of(Run.objects.get(pk=shop.run.pk))
    elif room == "partners":
        yield "new-key", of("partners.partner", "new_key")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("room", ROOMS)
def test_every_page_is_for_everybody(screen: Opener, house: Shop, room: str) -> None:
    pages = [*(work() if room == "work" else records(room)), *more(room, house)]
    window = screen()
    wrong = []

    for name, address in pages:
        window.open(address)
        wrong += look(window, name)

    assert wrong == []
    assert window.troubles == []
