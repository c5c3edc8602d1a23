"""The demonstration: a real retailer's weeks, logins for each role, and a store per sandbox.

Safe to repeat: what is there stays as it is; only the sandboxes' addresses are brought up to date.
"""

from __future__ import annotations

import datetime
import importlib
import io
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import accounts, due, notices, onboarding, profiles, registry, selling
from channels.models import Channel, Listing, Location, Profile, ProfileVersion, SellingList
from channels.rules import Mode, Unknown
from inventory import counting, ledger, receiving, transfers
from inventory.ledger import Cause
from inventory.models import (
    Product,
    PurchaseOrder,
    PurchaseOrderLine,
    StockLevel,
    Transfer,
    TransferLine,
    Warehouse,
)
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import Asn, SalesOrder
from syncjobs.models import Run
from syncjobs.runner import Busy, execute, request

EXCERPT = settings.BASE_DIR / "orders" / "retail" / "excerpt.csv"
ACTOR = "demonstration"
PASSWORD = "stockcast"  # noqa: S105 - demo logins exist in a demo on loopback only
LOGINS = {
    "admin": gettext_noop("Administrator"),
    "manager": gettext_noop("Warehouse manager"),
    "csm": gettext_noop("CSM"),
    "communicator": gettext_noop("Stock communicator"),
    "partner": gettext_noop("Partner"),
}
SHOP, SHOWROOM = "Web shop", "Showroom"
ODD = 5
"""How many products tell a story: the last ones by SKU, see `_odd`."""


def load(sandboxes: Mapping[str, str]) -> None:
    """Bring the demonstration to its first state, or up to date. `sandboxes`: URL by kind."""
    _logins()
    if not Warehouse.objects.filter(code="showroom").exists():
        call_command("load_retail", str(EXCERPT), warehouse="main", stdout=io.StringIO())
        _bring_to_our_days()
        _tell_stories(Warehouse.objects.get(code="main"))
    main = Warehouse.objects.get(code="main")
    for kind, url in sandboxes.items():
        _open_store(kind, url, main)


def hints(kind: str, url: str) -> list[str]:
    """What a kind's sandbox at `url` offers to try, as its own module says it."""
    return [line.replace("{url}", url) for line in _rehearsal(kind).HINTS]


def _rehearsal(kind: str) -> ModuleType:
    return importlib.import_module(f"channels.adapters.{kind}.sandbox.rehearsal")


def _logins() -> None:
    users = get_user_model().objects
    for name, role in LOGINS.items():
        if users.filter(username=name).exists():
            continue
        is_admin = role == "Administrator"
        user = users.create_user(name, password=PASSWORD, is_staff=True, is_superuser=is_admin)
        if not is_admin:
            user.groups.add(Group.objects.get(name=role))


def _bring_to_our_days() -> None:
    """The retailer's last order came yesterday; the others as long before it as they did, and what
    was sent for them went as long after."""
    newest = SalesOrder.objects.aggregate(at=Max("placed_at"))["at"]
    if newest is not None:
        since = datetime.timedelta(days=(timezone.now() - newest).days - 1)
        SalesOrder.objects.update(placed_at=F("placed_at") + since)
        sent_at = Least(F("sent_at") + since, timezone.now())
        Asn.objects.filter(sent_at__isnull=False).update(sent_at=sent_at, created_at=sent_at)


def _tell_stories(main: Warehouse) -> None:
    """What a visitor should find at work: a second place, a backorder, a canceled order that still
    counts, an open stocktake, a delivery at the dock, and a product nobody ever counted."""
    now = timezone.now()
    with transaction.atomic():
        showroom = Warehouse.objects.create(code="showroom", name=SHOWROOM)
        held = list(_plenty(main)[:12])
        transfer = Transfer.objects.create(source=main, destination=showroom, note="To be seen")
        TransferLine.objects.bulk_create(
            TransferLine(transfer=transfer, product_id=level.product_id, quantity=6)
            for level in held
        )
        transfers.in_one_step(transfer, ACTOR)
        _count_the_rest(showroom, {level.product_id for level in held})
        _place("DEMO-BACKORDER", main, held[0].product_id, held[0].available - 6 + 3, now)
        canceled = _place("DEMO-CANCELED", main, held[1].product_id, 4, now)
        intake.cancel(canceled)
        counting.open(showroom, [level.product_id for level in held[:5]], ACTOR)
        _await(main, [level.product_id for level in held[:3]], now)
        Product.objects.create(sku="NEVER-COUNTED", name="Sample that nobody counted yet")


def _await(main: Warehouse, product_ids: Sequence[int], now: datetime.datetime) -> None:
    """A supplier's delivery that came today: to be received with a scanner, or by typing."""
    order = PurchaseOrder.objects.create(
        number="PO-DEMO", supplier="Harbour Supplies", warehouse=main, expected_on=now.date()
    )
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(purchase_order=order, product_id=product_id, ordered=units)
        for product_id, units in zip(product_ids, (12, 6, 3), strict=True)
    )
    receiving.open_order(order, ACTOR)


def _count_the_rest(showroom: Warehouse, present: set[int]) -> None:
    """Somebody looked: the other goods are not there. Uncounted, they would be unknown, not 0."""
    absent = Product.objects.exclude(pk__in=present).values_list("pk", flat=True)
    ledger.count(
        showroom.pk,
        dict.fromkeys(absent, 0),
        Cause(document="ST-DEMO", actor=ACTOR, key="demo:count"),
    )


def _plenty(warehouse: Warehouse) -> Any:
    return StockLevel.objects.filter(warehouse=warehouse, available__gte=40).order_by(
        "product__sku"
    )


def _place(
    number: str, warehouse: Warehouse, product_id: int, units: int, now: datetime.datetime
) -> int:
    draft = Draft(
        number=number,
        lines=[DraftLine(product_id, warehouse.pk, units)],
        source="Telephone",
        customer="A. Visitor",
        placed_at=now,
    )
    return intake.place(draft, Cause(actor=ACTOR)).pk


def _open_store(kind: str, url: str, main: Warehouse) -> None:
    """Connect the sandbox as a channel, put our goods on its shelves, send the first numbers."""
    rehearsal = _rehearsal(kind)
    products = list(Product.objects.order_by("sku"))
    rehearsal.furnish(url, [SHOP, SHOWROOM], _items(products))
    values = rehearsal.connection(url)
    secrets = {each.name for each in registry.get(kind).parameters if each.is_secret}
    address = {
        "settings": {name: value for name, value in values.items() if name not in secrets},
        "credentials": {name: value for name, value in values.items() if name in secrets},
    }
    channel, is_new = Channel.objects.update_or_create(
        name=f"{registry.get(kind).label} demo store",
        defaults=address,
        create_defaults=address | {"kind": kind, "time_zone": "Europe/London"},
    )
    accounts.check(channel)
    if notices.hears(channel):
        notices.subscribe(channel, accounts.connect(channel), notices.address(channel))
    if is_new:
        _map(channel, main)
        _rule(channel)
        _tick(channel, products)
        _list_teasers(channel)
    if registry.get(kind).is_eventual:  # takes its minutes: nobody is to wait for the first numbers
        if is_new:
            request(channel, Run.Kind.NEW, requested_by=ACTOR)
        return
    try:
        execute(Run(channel=channel, kind=Run.Kind.NEW, trigger=Run.Trigger.SCHEDULE))
    except Busy:  # a worker of the same demonstration is at it already
        return


def _odd(products: Sequence[Product]) -> list[Product]:
    return [product for product in products if product.sku != "NEVER-COUNTED"][-ODD:]


def _items(products: Sequence[Product]) -> list[dict[str, Any]]:
    """All of our goods, but for the odd ones: the last is not in the store, the one before is a
    draft there, the third last is not tracked."""
    *_, untracked, draft, missing = _odd(products)
    return [
        {
            "sku": product.sku,
            "barcode": product.barcode,
            "name": product.name,
            "is_active": product != draft,
            "is_tracked": product != untracked,
        }
        for product in products
        if product != missing
    ]


def _map(channel: Channel, main: Warehouse) -> None:
    """Each warehouse its location; where a channel keeps one number, that of both together."""
    locations = Location.objects.filter(channel=channel)
    showroom = Warehouse.objects.filter(code="showroom")
    if locations.count() == 1:
        locations.get().warehouses.set([main, *showroom])
    else:
        locations.get(name=SHOP).warehouses.set([main])
        locations.get(name=SHOWROOM).warehouses.set(showroom)
    due.by_channel(channel)


def _rule(channel: Channel) -> None:
    """Where what is told shows late, a few are kept back."""
    if registry.get(channel.kind).is_eventual:
        selling.set_profile(channel, _profile("Keep 2 back", buffer=2, unknown=Unknown.ZERO))


def _list_teasers(channel: Channel) -> None:
    """A selling list that never offers more than ten of a product."""
    if channel.profile_id is None or channel.selling_lists.exists():
        return
    profile = _profile("Not more than 10", mode=Mode.NOT_MORE_THAN, quantity=10)
    teasers = SellingList.objects.create(channel=channel, name="Teasers", profile=profile)
    profiles.remember()
    listings = Listing.objects.filter(channel=channel).order_by("product__sku")
    selling.assign(teasers, list(listings.values_list("pk", flat=True)[:8]))


def _profile(name: str, **values: Any) -> Profile:
    profile = Profile.objects.filter(name=name).first()
    if profile is None:
        profile = Profile(name=name)
        selling.save(profile, ProfileVersion(**values), ACTOR)
    return profile


def _tick(channel: Channel, products: Sequence[Product]) -> None:
    """Nearly all were ticked days ago; one was ticked today and waits for tomorrow, and one is kept
    out by hand."""
    today, excluded = _odd(products)[:2]
    earlier = [product.pk for product in products if product != today]
    onboarding.tick(channel, earlier, now=timezone.now() - datetime.timedelta(days=3))
    onboarding.tick(channel, [today.pk])
    Listing.objects.filter(channel=channel, product=excluded).update(is_excluded=True)
