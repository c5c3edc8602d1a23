"""What happened to an order, as recorded: its stamps, its ASNs, the ledger, its history."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from desk import history
from desk.cells import list_of, page_of
from inventory.models import Movement, Reason
from orders.models import Asn, SalesOrder

MOST = 100
"""Events of one kind that the page shows; the ledger and the history have all."""

SAME = datetime.timedelta(seconds=2)
"""A line of the history this near to a movement of the same person tells of the same click."""


class Event(NamedTuple):
    """One thing that happened. `icon` is a Material symbol."""

    moment: datetime.datetime
    icon: str
    text: str
    detail: str = ""
    actor: str = ""
    url: str = ""


def story(order: SalesOrder, more: Sequence[Event] = ()) -> list[Event]:
    """All events, the newest first; three statements."""
    moved = list(_moved(order))
    asns = list(order.asns.all()[:MOST])
    events = [*_stamps(order), *moved, *_asns(asns), *_told(order, moved), *more]
    return sorted(events, key=lambda event: event.moment, reverse=True)


def _stamps(order: SalesOrder) -> Iterator[Event]:
    source = gettext("from %(source)s") % {"source": order.source} if order.source else ""
    yield Event(order.placed_at, "shopping_cart", gettext("Placed"), source)
    if order.dispatched_at:
        yield Event(order.dispatched_at, "forklift", gettext("Marked as dispatched elsewhere"))
    if order.archived_at:
        yield Event(order.archived_at, "archive", gettext("Archived"))


def _asns(asns: Iterable[Asn]) -> Iterator[Event]:
    for asn in asns:
        page = page_of(asn)
        yield Event(asn.created_at, "note_add", gettext("%(asn)s drafted") % {"asn": asn}, url=page)
        if asn.sent_at:
            parcel = " ".join(filter(None, [asn.carrier, asn.tracking_number]))
            text = gettext("%(asn)s sent") % {"asn": asn}
            yield Event(asn.sent_at, "outbox", text, parcel, url=page)


def _moved(order: SalesOrder) -> Iterator[Event]:
    """Postings that name the order, each as one event."""
    postings = (
        Movement.objects.filter(document=order.number, reason__in=_ICONS)
        .order_by()
        .values_list("key", "reason", "actor", "note")
        .annotate(units=Sum("delta"), first=Min("id"), at=Min("recorded_at"))
        .order_by("-first")[:MOST]
    )
    for key, reason, actor, note, units, _first, moment in postings:
        text = _movement(reason, abs(units))
        yield Event(moment, _ICONS[reason], text, note, actor, list_of(Movement, q=key))


_ICONS: dict[str, str] = {
    Reason.COMMIT: "lock",
    Reason.RELEASE: "lock_open",
    Reason.SHIP: "local_shipping",
    Reason.RETURN: "assignment_return",
}


def _movement(reason: str, units: int) -> str:
    number = {"units": units}
    if reason == Reason.COMMIT:
        return ngettext("%(units)d unit held", "%(units)d units held", units) % number
    if reason == Reason.RELEASE:
        return ngettext("%(units)d unit released", "%(units)d units released", units) % number
    if reason == Reason.SHIP:
        return ngettext("%(units)d unit shipped", "%(units)d units shipped", units) % number
    return ngettext("%(units)d unit came back", "%(units)d units came back", units) % number


def _told(order: SalesOrder, moved: Iterable[Event]) -> Iterator[Event]:
    """What people did on the admin's pages, unless the ledger tells it with units."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(SalesOrder), object_id=str(order.pk)
    ).select_related("user")[:MOST]
    postings = [(event.moment, event.actor) for event in moved]
    for entry in entries:
        actor = entry.user.get_username()
        if not any(abs(entry.action_time - at) < SAME and by == actor for at, by in postings):
            text = history.told(entry) or gettext("Changed")
            moment = timezone.localtime(entry.action_time)
            yield Event(moment, "edit", text, actor=actor)
