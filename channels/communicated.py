"""The communicated-inventory table: what each channel is told, why, and what it acknowledged; now
or as of any past moment, from stored facts alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from channels import reasons
from channels.models import Communicated, Listing, Observation, Publication
from channels.models.publication import Status
from channels.publishing import Place, decide
from channels.rules import Decision


@dataclass(frozen=True, slots=True)
class Row:
    """One product at one place of one channel. Counts are units; None is unknown."""

    sku: str
    product: str
    channel: str
    location: str
    on_hand: int
    committed: int
    available: int
    backordered: int
    should: int | None
    acknowledged: int | None
    acknowledged_at: datetime | None
    state: str
    reason: str
    explanation: Decision | None

    @property
    def why_not(self) -> str:
        """Why the channel does not show what it should, in a few words; empty when it does."""
        return reasons.label(self.reason) if self.reason else ""


def rows(table: Iterable[Communicated]) -> list[Row]:
    """Rows of the table as it is now, with the number each place should show. Give related objects
    selected; costs two queries."""
    table = list(table)
    decisions = decide(_place(entry) for entry in table if entry.location_id)
    return [_row(entry, decisions.get(_place(entry))) for entry in table]


def _place(entry: Communicated) -> Place:
    return Place(entry.product_id, entry.location_id or 0)


def _row(entry: Communicated, decision: Decision | None) -> Row:
    return Row(
        sku=entry.product.sku,
        product=entry.product.name,
        channel=entry.channel.name,
        location=entry.location.name if entry.location else "",
        on_hand=entry.on_hand,
        committed=entry.committed,
        available=entry.available,
        backordered=entry.backordered,
        should=decision.quantity if decision else None,
        acknowledged=entry.acknowledged,
        acknowledged_at=entry.acknowledged_at,
        state=entry.state,
        reason=entry.reason,
        explanation=decision,
    )


def select(channel: str = "", sku: str = "") -> QuerySet[Communicated]:
    """The table, narrowed by a channel's name and a product's SKU; related objects selected."""
    table = Communicated.objects.select_related("product", "channel", "location")
    if channel:
        table = table.filter(channel__name=channel)
    if sku:
        table = table.filter(product__sku__iexact=sku)
    return table.order_by("product__sku", "channel__name", "location__name")


def rows_as_of(table: QuerySet[Communicated], moment: datetime) -> list[Row]:
    """The same rows as they were: stock from the ledger, what was told and read from its receipts.

    So is the mapping of warehouses. A listing ticked later has no row.
    """
    entries = list(
        table.filter(listing__ticked_at__lte=moment).annotate(
            told=_last(Publication, "acknowledged", _TOLD, moment, "answered_at"),
            told_at=_last(Publication, "answered_at", _TOLD, moment, "answered_at"),
            seen=_last(Observation, "available", Q(), moment, "read_at"),
            seen_at=_last(Observation, "read_at", Q(), moment, "read_at"),
        )
    )
    places = [_place(entry) for entry in entries if entry.location_id]
    decisions = decide(places, as_of=moment)
    return [_past_row(entry, decisions.get(_place(entry))) for entry in entries]


_TOLD = Q(status__in=[Status.ACCEPTED, Status.OBSERVED])


def _last(
    model: type[Publication] | type[Observation],
    column: str,
    condition: Q,
    moment: datetime,
    clock: str,
) -> Subquery:
    facts = model.objects.filter(condition, level=OuterRef("level"), **{f"{clock}__lte": moment})
    return Subquery(facts.order_by(f"-{clock}").values(column)[:1])


def _past_row(entry: Communicated, decision: Decision | None) -> Row:
    acknowledged, acknowledged_at = _latest(entry)
    should = decision.quantity if decision else None
    state = Listing.State.LINKED if acknowledged == should else Communicated.State.PENDING
    return Row(
        sku=entry.product.sku,
        product=entry.product.name,
        channel=entry.channel.name,
        location=entry.location.name if entry.location else "",
        on_hand=decision.on_hand if decision else 0,
        committed=decision.committed if decision else 0,
        available=decision.available if decision else 0,
        backordered=decision.backordered if decision else 0,
        should=should,
        acknowledged=acknowledged,
        acknowledged_at=acknowledged_at,
        state=str(state),
        reason="",
        explanation=decision,
    )


def _latest(entry: Communicated) -> tuple[int | None, datetime | None]:
    """The later of what was told and what was read."""
    facts: Sequence[tuple[datetime | None, int | None]] = [
        (getattr(entry, "told_at", None), getattr(entry, "told", None)),
        (getattr(entry, "seen_at", None), getattr(entry, "seen", None)),
    ]
    at, number = max(facts, key=lambda fact: (fact[0] is not None, fact[0]))
    return number, at
