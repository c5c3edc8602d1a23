"""A kind of channel that answers at once and keeps nothing, and a small world connected to it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from channels import due, onboarding, registry
from channels.contract import (
    Adapter,
    Answer,
    ChannelError,
    Check,
    Code,
    LevelRef,
    Mode,
    Parameter,
    Payload,
    RemoteLevel,
    RemoteListing,
    RemoteLocation,
    RemoteOrder,
    Shipment,
    Write,
)
from channels.models import (
    Batch,
    Channel,
    Communicated,
    Listing,
    ListingLevel,
    Location,
    Publication,
)
from channels.models.publication import Status
from channels.publishing import Place, decide
from inventory.models import Product, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from syncjobs import hints
from syncjobs.models import ProcessLog, Run
from tests.factories import make_product, stock

SECRET = "top-secret-token"


class PretendAdapter(Adapter):
    """Two settings, one of them secret. `refuses` makes it fail like a wrong token does."""

    kind = "pretend"
    label = "Pretend"
    parameters = (
        Parameter("address", "Address", "Small letters only.", pattern="[a-z]+"),
        Parameter("token", "Token", "From the shop's settings.", is_secret=True),
        Parameter("spare", "Spare token", "Optional.", is_secret=True, is_required=False),
    )
    batch_size = 10
    key_life_seconds = 60
    has_compare_and_set = True
    quantities = ("available",)
    refuses: ClassVar[bool] = False

    def check(self) -> Check:
        if self.refuses:
            raise ChannelError(Code.UNAUTHORIZED, "The token is not known", permanent=True)
        return Check("Pretend shop", ["Everything granted"])

    def pull_locations(self) -> list[RemoteLocation]:
        return [RemoteLocation("L1", "Shop", is_active=True)]

    def pull_listings(self, skus: Iterable[str] | None = None) -> Iterator[RemoteListing]:
        yield from ()

    def read_levels(self, refs: Sequence[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        return {}

    def prepare(self, levels: Sequence[RemoteLevel]) -> dict[LevelRef, Answer]:
        return {}

    def build(self, mode: Mode, writes: Sequence[Write], reference: str) -> Payload:
        return {"mode": mode, "numbers": [write.quantity for write in writes]}

    def send(self, payload: Payload, key: str) -> list[Answer]:
        return []

    def pull_orders(self, since: datetime.datetime | None) -> Iterator[RemoteOrder]:
        yield from ()

    def send_shipment(self, shipment: Shipment) -> str:
        return shipment.order_id


@dataclass
class World:
    """A channel that shows the main warehouse at its location Shop, and products listed there."""

    channel: Channel
    location: Location
    warehouse: Warehouse
    products: list[Product]

    def listing(self, product: Product) -> Listing:
        return Listing.objects.get(product=product, channel=self.channel)

    def level(self, product: Product) -> ListingLevel:
        return ListingLevel.objects.get(listing__product=product, location=self.location)

    def row(self, product: Product) -> Communicated:
        return Communicated.objects.get(product=product, channel=self.channel)

    def hold(self, product: Product, units: int) -> int:
        """An order for these units; returns its id."""
        lines = [DraftLine(product.pk, self.warehouse.pk, units)]
        return intake.place(Draft(number=f"SO-{product.sku}-{units}", lines=lines)).pk

    def tell(self, product: Product) -> Publication:
        """A receipt of the number that the level should show now, acknowledged."""
        level = self.level(product)
        decision = decide([Place(product.pk, self.location.pk)])[
            Place(product.pk, self.location.pk)
        ]
        number = Batch.objects.count()
        batch = Batch.objects.create(
            channel=self.channel,
            key=f"00000000-0000-0000-0000-{number:012}",
            mode=Mode.DELTA,
            payload='{"numbers":[1]}',
            status=Status.ACCEPTED,
        )
        ListingLevel.objects.filter(pk=level.pk).update(
            acknowledged=decision.quantity,
            acknowledged_at=timezone.now(),
            pushed_version=level.stale_version,
        )
        return Publication.objects.create(
            batch=batch,
            level=level,
            position=0,
            quantity=decision.quantity or 0,
            expected=0,
            version=level.stale_version,
            explanation=decision.as_json(),
            status=Status.ACCEPTED,
            answered_at=timezone.now(),
        )

    def log(self, product: Product, code: str, run: Run | None = None) -> ProcessLog:
        return ProcessLog.objects.create(
            channel=self.channel,
            run=run,
            product=product,
            sku=product.sku,
            level=ProcessLog.Level.WARNING,
            code=code,
            message=f"{product.sku} was looked for",
        )


@pytest.fixture
def pretend() -> Iterator[type[PretendAdapter]]:
    """The kind, installed for one test."""
    with registry.temporarily(PretendAdapter):
        yield PretendAdapter


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Channels that a hint was given for; nothing reaches the broker."""
    channels: list[int] = []

    def give(channel_ids: Sequence[int]) -> bool:
        channels.extend(channel_ids)
        return True

    monkeypatch.setattr(hints, "give", give)
    return channels


@pytest.fixture
def world(pretend: type[PretendAdapter], given: list[int], warehouse: Warehouse) -> World:
    """Three linked products with 40, 5 and no known stock; a fourth without a match."""
    channel = Channel.objects.create(
        kind="pretend",
        name="Corner shop",
        settings={"address": "corner"},
        credentials={"token": SECRET},
        checked_at=timezone.now(),
    )
    location = Location.objects.create(channel=channel, external_id="L1", name="Shop")
    location.warehouses.set([warehouse])
    products = [make_product(sku=f"CUP-{number}", name=f"Cup {number}") for number in range(4)]
    stock(products[0], warehouse, 40)
    stock(products[1], warehouse, 5)
    onboarding.tick(channel, [product.pk for product in products])
    for product in products[:3]:
        Listing.objects.filter(product=product).update(state="linked", item_id=f"I-{product.sku}")
    Listing.objects.filter(product=products[3]).update(state="skipped", reason="not_matched")
    due.by_channel(channel)
    return World(channel, location, warehouse, products)


def person(name: str, *permissions: str, group: str = "") -> User:
    """A member of staff with just these permissions ("app.codename") or this group."""
    user = User.objects.create_user(name, password="x", is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user
