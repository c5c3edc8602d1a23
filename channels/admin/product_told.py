"""What the channels are told of one product: now, lately, and if its stock were another."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL

from channels import communicated, reasons
from channels.admin import exclusion
from channels.admin.cells import STATE_COLORS
from channels.admin.exclusion import May
from channels.admin.following import differs_since, is_on_its_way, is_settling, so_long
from channels.admin.history import STATUS_COLORS
from channels.admin.notes import held_back
from channels.admin.stored import ERRORS
from channels.communicated import SILENT, Row
from channels.contract import Code
from channels.models import Communicated, Publication
from channels.models.publication import Status
from channels.publishing import Place, WhatIf, decide
from desk.cells import ago, page_of
from inventory.admin.product_adjusting import Foretold
from inventory.models import BundleComponent, Product, Warehouse

SHOWN = 50
NOTHING_MORE = May()
PART = "told"
"""Asks the product's page for this part alone."""
SENT = "sent"
"""And says to how many places a number was on its way."""
NAMED = 40
"""Places that quick adjust foretells; a product at more of them is told about these."""

# By the index of each level's own receipts; a product's levels are few.
_LAST = """
SELECT told.id FROM channels_listing listing
JOIN channels_listinglevel level ON level.listing_id = listing.id
CROSS JOIN LATERAL (
    SELECT id FROM channels_publication WHERE level_id = level.id ORDER BY id DESC LIMIT %s
) told
WHERE listing.product_id = %s
ORDER BY told.id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One place of a channel as the page shows it."""

    row: Row
    entry: Communicated
    color: str
    when: str
    differs_for: str
    is_on_its_way: bool
    is_settling: bool
    state: str
    why: str
    advice: str
    url: str

    @property
    def is_right(self) -> bool:
        """Whether the channel shows what it should, or is told nothing."""
        return self.row.state in SILENT or self.row.should == self.row.acknowledged

    @property
    def is_told(self) -> bool:
        """Whether what it should show is sent by itself, or was."""
        return self.is_on_its_way or not self.row.untold

    @property
    def not_sent(self) -> str:
        """That nothing is sent, and why; "" where it is told."""
        return "" if self.is_told else communicated.not_sent(self.row)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the channel took the number and does not show it yet."""
        return self.is_told and self.row.state == Communicated.State.UNCONFIRMED

    @property
    def rests(self) -> bool:
        """Whether it is told, and only later: at the channel's next turn."""
        is_pending = self.entry.is_due and not self.is_right
        return self.is_told and is_pending and not self.is_on_its_way


@dataclass(frozen=True, slots=True)
class Receipt:
    """One number told."""

    at: datetime.datetime
    channel: str
    place: str
    told: int | None
    expected: int | None
    status: str
    color: str
    why: str
    url: str


def places_of(product: Product, may: May) -> list[Told]:
    """Every place where the product is, was or could be told, with what this person may do about
    it; three statements."""
    table = list(communicated.select().select_related("listing").filter(product=product))
    return [
        Told(
            row=row,
            entry=entry,
            color=STATE_COLORS[Communicated.State(row.state)],
            when=ago(row.acknowledged_at),
            differs_for=so_long(since) if since else "",
            is_on_its_way=is_on_its_way(entry, row),
            is_settling=is_settling(entry, row),
            state=entry.get_state_display(),
            why=why,
            advice=advice,
            url=page_of(entry),
        )
        for entry, row in zip(table, communicated.rows(table), strict=True)
        for why, advice in [_why_not(entry, row, may)]
        for since in [differs_since(entry, row)]
    ]


def context_of(
    product: Product, may: May = NOTHING_MORE, sent: int | None = None
) -> dict[str, Any]:
    """What the panel shows, and what it follows. sent: to how many places a number was on its way
    when this was first shown, of which it says what became; None: of all. Three statements."""
    told = places_of(product, may)
    taken = sum(each.is_unconfirmed or (each.is_told and each.is_right) for each in told)
    unconfirmed = sum(each.is_unconfirmed for each in told)
    return {
        "told": told,
        "may_place": may.place,
        "is_told": any(each.is_told for each in told),
        "resting": sorted({each.row.channel for each in told if each.rests}),
        "unconfirmed": unconfirmed,
        "taken": taken if sent is None else max(min(taken, sent), unconfirmed),
        "settling": any(each.is_settling for each in told),
        "waiting": sum(each.is_on_its_way for each in told),
        "is_right": all(each.is_right for each in told),
        "url": f"{page_of(product)}?{PART}=1",
    }


def _why_not(entry: Communicated, row: Row, may: May) -> tuple[str, str]:
    """Why it does not show what it should, and what to do: first what keeps the channel back."""
    if row.reason == Code.EXCLUDED:
        return exclusion.told(entry, may)
    held = held_back(entry.channel) if entry.is_due and row.state not in SILENT else None
    if held or row.why_not:
        return held or (row.why_not, reasons.advice(row.reason))
    return ("" if row.state in SILENT else row.untold), ""


def receipts_of(product: Product, limit: int = SHOWN) -> list[Receipt]:
    """What was told last, the newest first. One statement."""
    ids = RawSQL(_LAST, [limit, product.pk, limit])  # noqa: S611 - nothing of it is typed by people
    found = Publication.objects.filter(pk__in=ids).order_by("-pk")
    return [
        Receipt(
            at=each.created_at,
            channel=each.batch.channel.name,
            place=each.level.location.name,
            told=each.quantity,
            expected=each.expected,
            status=each.get_status_display(),
            color=STATUS_COLORS[Status(each.status)],
            why=_why(each),
            url=page_of(each),
        )
        for each in found.select_related("batch__channel", "level__location").defer(
            "batch__payload", "explanation"
        )
    ]


def _why(publication: Publication) -> str:
    if publication.status in {Status.ACCEPTED, Status.OBSERVED} or not publication.code:
        return ERRORS.said(publication.message)
    words = [reasons.label(publication.code), ERRORS.said(publication.message)]
    return " ".join(filter(None, words))


def told_if(product: Product, warehouse: Warehouse, delta: int) -> Sequence[Foretold]:
    """What each place would be told, were there so many more units in the warehouse, or why it is
    told nothing; bundles made of the product included. A handful of statements."""
    bundles = BundleComponent.objects.filter(component=product).values_list("bundle", flat=True)
    fed = (
        Communicated.objects.filter(
            product__in=[product.pk, *bundles], location__feeds__warehouse=warehouse
        )
        .select_related("product", "channel", "location")
        .order_by("channel__name", "location__name", "product__sku")
    )
    never = Q(state=Communicated.State.OFF, acknowledged__isnull=True)
    rows = list(fed.exclude(state__in=SILENT)[:NAMED])
    rows += fed.filter(state__in=SILENT).exclude(never)[: NAMED - len(rows)]
    places = [Place(row.product_id, row.location_id or 0) for row in rows]
    what_if = WhatIf(gains={(product.pk, warehouse.pk): delta})
    decisions: dict[Place, Any] = decide(places, what_if=what_if) if places else {}
    return [
        Foretold(
            row.channel.name,
            row.location.name if row.location else "",
            row.product.sku,
            row.acknowledged,
            communicated.should(decisions[place]),
            communicated.untold(row, decisions[place], is_due=True),
        )
        for row, place in zip(rows, places, strict=True)
    ]
