"""One record of every kind that the admin shows, so that every page of it can be opened."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule

from channels.models import ChannelOrder, Notice
from inventory import counting, receiving
from inventory.models import Receipt, Stocktake
from orders import asn, intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from partners import keys, telling
from partners.models import Partner, Webhook
from syncjobs.models import Finding, Oversell, Run, Upload
from tests.factories import (
    make_product,
    make_profile,
    make_purchase_order,
    make_selling_list,
    make_transfer,
    make_warehouse,
)
from tests.pretend import World, person


def hang(world: World) -> None:
    """Make a record of each kind: goods at work, orders, a channel's history, a partner."""
    _goods(world)
    _orders(world)
    _history(world)
    _files()
    _partner()
    IntervalSchedule.objects.create(every=5, period=IntervalSchedule.MINUTES)
    person("somebody")


def _goods(world: World) -> None:
    cup = world.products[0]
    order = make_purchase_order(world.warehouse, {cup: 10})
    receiving.open_order(order)
    receiving.receive(order, {cup.pk: 4}, Receipt.Mode.STAGED, "gallery")
    counting.add(Stocktake.objects.create(warehouse=world.warehouse), [cup.pk])
    make_transfer(world.warehouse, make_warehouse(), {cup: 2})
    make_selling_list(world.channel, make_profile(), cup)
    make_product()


def _orders(world: World) -> None:
    """Placed at the channel, half of it notified."""
    line = DraftLine(world.products[0].pk, world.warehouse.pk, 4)
    order = intake.place(Draft(number="SO-1", lines=[line]))
    ChannelOrder.objects.create(
        channel=world.channel,
        external_id="77",
        number="#77",
        order=order,
        updated_at=timezone.now(),
    )
    lines = {each.pk: 1 for each in order.lines.all()}
    asn.send([asn.draft(order.pk, lines).pk])
    asn.draft(order.pk, lines)


def _history(world: World) -> None:
    cup = world.products[0]
    run = Run.objects.create(
        channel=world.channel, kind=Run.Kind.DUE, status=Run.Status.PAUSED, held=2
    )
    world.tell(cup)
    world.log(cup, "not_matched", run)
    Notice.objects.create(
        channel=world.channel, external_id="N-1", topic="orders/create", concern="order", body="{}"
    )
    Finding.objects.create(
        channel=world.channel, level=world.level(cup), cause=Finding.Cause.EDIT, shown=3, should=4
    )
    Oversell.objects.create(
        product=cup,
        warehouse=world.warehouse,
        order=SalesOrder.objects.get(number="SO-1"),
        short=1,
        investigated_at=timezone.now(),
    )


def _files() -> None:
    Upload.objects.create(
        kind="products",
        status=Upload.Status.READY,
        file_name="products.csv",
        size=12,
        language="en",
        uploaded_by="gallery",
    )


def _partner() -> None:
    partner = Partner.objects.create(name="Acme Logistics")
    keys.issue(partner, "nightly", ["products:read"], expires_at=None, by="gallery")
    webhook = Webhook.objects.create(
        partner=partner,
        url="https://hooks.example.com/stock",
        topics=["asn.sent"],
        secret={"current": "whsec_c2VjcmV0"},
    )
    telling.ping(webhook)


def shown(model: type[Model]) -> Model:
    """The record of this kind. Fails where a new kind has none: hang it above."""
    found = model._default_manager.order_by("pk").first()
    assert found is not None, f"no {model._meta.label_lower} in the gallery"
    return found


def kinds() -> list[type[Model]]:
    """Everything that the admin shows."""
    return sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
