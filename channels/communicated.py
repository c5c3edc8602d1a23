"""The communicated-inventory table: what each channel is told, why, and what it acknowledged; now
or as of any past moment, from stored facts alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from channels import mapping, profiles, reasons, registry, rules
from channels.contract import ChannelError, Code
from channels.models import Channel, Communicated, Observation, Publication
from channels.models.listing import UNKNOWN
from channels.models.publication import Status
from channels.publishing import Place, decide
from channels.rules import PLAIN, Decision, Standing, apply

SILENT = {
    Communicated.State.OFF,
    Communicated.State.EXCLUDED,
    Communicated.State.NEW,
    Communicated.State.SKIPPED,
    Communicated.State.SOURCE,
}
"""States of places that are told nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One product at one place of one channel. Counts are units; None is unknown.

    profile, selling_list: their names, "" for none. unconfirmed_since: the channel took a number
    then and has not shown it yet. is_buyable: None where the channel does not say, and of the past.
    is_unknown: of a past moment by which nothing of its stock was recorded, so its 0s say nothing.
    untold: why nothing is sent now, in a few words; "" where it is told, and of the past.
    """

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
    profile: str = ""
    selling_list: str = ""
    unconfirmed_since: datetime | None = None
    is_buyable: bool | None = None
    is_unknown: bool = False
    untold: str = ""

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


def should(decision: Decision | None) -> int | None:
    """What a place should show, never below 0; None where nothing is decided. A number told once is
    left alone even where the channel sold it below 0, and no person is to aim at that."""
    if decision is None or decision.quantity is None:
        return None
    return max(0, decision.quantity)


def sentence(decision: Decision, row: Row) -> str:
    """What made a number, in one plain sentence; of one left alone, what the channel shows now."""
    if not decision.is_left_alone:
        told = rules.describe(decision.as_json(), not_sent(row))
        return told if decision.quantity is not None else without_sending(told, decision, row)
    shown = gettext("not known") if decision.quantity is None else decision.quantity
    told = gettext(
        "Rule “%(rule)s” tells its number once and then leaves it alone: what %(channel)s shows"
        " now is %(shown)s. Nothing is sent until Update Q asks for it."
    ) % {"rule": decision.rule.name, "channel": row.channel, "shown": shown}
    return without_sending(told, decision, row)


def not_sent(row: Row) -> str:
    """“nothing is sent to Corner shop: excluded from sync; it goes on showing 33”; "" where it is
    told."""
    if not row.untold:
        return ""
    why = gettext("nothing is sent to %(channel)s: %(why)s") % {
        "channel": row.channel,
        "why": row.untold[:1].lower() + row.untold[1:],
    }
    if row.acknowledged is None or row.unconfirmed_since is not None:
        return why
    stays = gettext("it goes on showing %(number)s") % {"number": row.acknowledged}
    return f"{why}; {stays}"


def without_sending(told: str, decision: Decision, row: Row) -> str:
    """A whole sentence that names no number to send, and another where none would be sent."""
    why = not_sent(row)
    if not why or _is_silent(decision):
        return told
    return f"{told} {why[:1].upper()}{why[1:]}."


def held_by(channel: Channel) -> str:
    """What keeps everything back from a channel until a person, or the channel, does something; in
    a few words. "" when nothing does."""
    if not channel.is_active:
        return gettext("The channel is switched off")
    if not channel.is_stock_synced:
        return reasons.label(Code.SYNC_DISABLED)
    return reasons.label(channel.problem_code) if channel.problem_code else ""


def untold(entry: Communicated, decision: Decision | None, *, is_due: bool) -> str:
    """Why nothing is sent for a row now, in a few words; "" where it is told. is_due: whether there
    is something to send. Give channel selected."""
    state = Communicated.State(entry.state)
    is_counted_now = entry.reason == UNKNOWN and should(decision) is not None and is_due
    if state in SILENT | {Communicated.State.ERROR} and not is_counted_now:
        return reasons.label(entry.reason) if entry.reason else str(state.label)
    if not is_due:
        return ""
    if entry.reason == Code.BREAKER:
        return reasons.label(Code.BREAKER)
    held = held_by(entry.channel)
    is_asked = state == Communicated.State.PENDING_UPDATE
    is_by_itself = entry.channel.is_updated_on_change or is_asked
    return held if held or is_by_itself else gettext("Updates on change are off")


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
        should=should(decision),
        acknowledged=entry.acknowledged,
        acknowledged_at=entry.acknowledged_at,
        state=entry.state,
        reason=entry.reason,
        explanation=decision,
        profile=entry.profile.name if entry.profile else "",
        selling_list=entry.selling_list.name if entry.selling_list else "",
        unconfirmed_since=entry.told_at,
        is_buyable=entry.is_buyable,
        untold=untold(entry, decision, is_due=entry.is_due),
    )


def select(channel: str = "", sku: str = "") -> QuerySet[Communicated]:
    """The table, narrowed by a channel's name and a product's SKU; related objects selected."""
    table = Communicated.objects.select_related(
        "product", "channel", "location", "level", "selling_list", "profile"
    )
    if channel:
        table = table.filter(channel__name=channel)
    if sku:
        table = table.filter(product__sku__iexact=sku)
    return table.order_by("product__sku", "channel__name", "location__name")


def rows_as_of(table: QuerySet[Communicated], moment: datetime) -> list[Row]:
    """As entries_as_of, the rows alone."""
    return [row for _, row in entries_as_of(table, moment)]


def entries_as_of(
    table: QuerySet[Communicated], moment: datetime
) -> list[tuple[Communicated, Row]]:
    """The same rows as they were: stock from the ledger, what was told and read from its receipts.

    So are the mapping of warehouses, the profiles and the selling lists. What had been told once
    and was left alone should show what it showed. A listing ticked later has no row; where nothing
    was recorded of a place yet, no number is right.
    """
    entries = list(
        table.filter(listing__ticked_at__lte=moment).annotate(
            past_told=_last(Publication, "acknowledged", _TOLD, moment, "answered_at"),
            past_told_at=_last(Publication, "answered_at", _TOLD, moment, "answered_at"),
            past_observed_at=_last(Publication, "observed_at", _TOLD, moment, "answered_at"),
            past_seen=_last(Observation, "available", Q(), moment, "read_at"),
            past_seen_at=_last(Observation, "read_at", Q(), moment, "read_at"),
        )
    )
    places = [_place(entry) for entry in entries if entry.location_id]
    decisions = _known(entries, decide(places, as_of=moment), moment)
    lists = profiles.lists_then({entry.listing_id for entry in entries}, moment)
    return [
        (
            entry,
            _past_row(entry, decisions.get(_place(entry)), lists.get(entry.listing_id, ""), moment),
        )
        for entry in entries
    ]


def _known(
    entries: Iterable[Communicated], decisions: Mapping[Place, Decision], moment: datetime
) -> dict[Place, Decision]:
    """A place that no warehouse feeds any more should show 0. What was there before one ever did,
    before anything was told or read, is not known."""
    unfed = {place for place, decision in decisions.items() if not decision.inputs}
    begun = mapping.fed_by_then({place.location_id for place in unfed}, moment)
    recorded = {_place(entry) for entry in entries if _latest(entry)[1] is not None}
    dark = {place for place in unfed - recorded if place.location_id not in begun}
    return {
        place: replace(decision, quantity=None, steps=()) if place in dark else decision
        for place, decision in decisions.items()
    }


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


def _past_row(
    entry: Communicated, decision: Decision | None, selling_list: str, moment: datetime
) -> Row:
    acknowledged, acknowledged_at = _latest(entry)
    if decision and decision.is_left_alone:
        standing = Standing(is_asked=False, shown=acknowledged)
        decision = apply(decision.rule, decision.inputs, standing)
    unconfirmed_since = _unconfirmed_since(entry, moment)
    return Row(
        sku=entry.product.sku,
        product=entry.product.name,
        channel=entry.channel.name,
        location=entry.location.name if entry.location else "",
        on_hand=decision.on_hand if decision else 0,
        committed=decision.committed if decision else 0,
        available=decision.available if decision else 0,
        backordered=decision.backordered if decision else 0,
        should=should(decision),
        acknowledged=acknowledged,
        acknowledged_at=acknowledged_at,
        state=str(_past_state(decision, acknowledged, unconfirmed_since)),
        reason="",
        explanation=decision,
        profile=decision.rule.name if decision and decision.rule is not PLAIN else "",
        selling_list=selling_list,
        unconfirmed_since=unconfirmed_since,
        is_unknown=_is_unknown(decision),
    )


def _is_unknown(decision: Decision | None) -> bool:
    """Whether nothing of the stock that feeds it had been recorded."""
    inputs = decision.inputs if decision else ()
    return not any(each.is_known or each.on_hand or each.committed for each in inputs)


def _past_state(
    decision: Decision | None, acknowledged: int | None, unconfirmed_since: datetime | None
) -> Communicated.State:
    """From the numbers alone: what was refused, asked for or switched off then is not kept."""
    if decision is None or _is_silent(decision):
        return Communicated.State.SKIPPED
    if decision.quantity != acknowledged:
        return Communicated.State.PENDING
    if unconfirmed_since is not None:
        return Communicated.State.UNCONFIRMED
    if acknowledged is not None and acknowledged <= 0:
        return Communicated.State.OUT_OF_STOCK
    return Communicated.State.LINKED


def _is_silent(decision: Decision) -> bool:
    """Whether nothing is sent because the stock is not known."""
    is_kept_as_it_is = decision.is_cleared or decision.is_left_alone
    return decision.quantity is None and not is_kept_as_it_is


def _latest(entry: Communicated) -> tuple[int | None, datetime | None]:
    """The later of what was told and what was read."""
    facts: Sequence[tuple[datetime | None, int | None]] = [
        (getattr(entry, "past_told_at", None), getattr(entry, "past_told", None)),
        (getattr(entry, "past_seen_at", None), getattr(entry, "past_seen", None)),
    ]
    at, number = max(facts, key=lambda fact: (fact[0] is not None, fact[0]))
    return number, at


def _unconfirmed_since(entry: Communicated, moment: datetime) -> datetime | None:
    """When the last number was taken, where the channel shows it later and had not by then."""
    told_at: datetime | None = getattr(entry, "past_told_at", None)
    observed_at: datetime | None = getattr(entry, "past_observed_at", None)
    if observed_at and observed_at <= moment:
        return None
    return told_at if _is_eventual(entry.channel.kind) else None


def _is_eventual(kind: str) -> bool:
    try:
        return registry.get(kind).is_eventual
    except ChannelError:  # its plug-in is gone
        return False
