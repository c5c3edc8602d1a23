"""What happened to an order, as recorded: its stamps, its ASNs, the ledger, its history."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Min, Sum
from django.utils import timezone

from desk import history
from desk.cells import list_of, page_of
from desk.saying import gettext, ngettext
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
    noted = _merged(list(_asns(asns)), _told(order, moved))
    events = [*_stamps(order), *moved, *noted, *more]
    return sorted(events, key=lambda event: event.moment, reverse=True)


def _stamps(order: SalesOrder) -> Iterator[Event]:
    source = gettext("from %(source)s") % {"source": order.source} if order.source else ""
    yield Event(order.placed_at, "shopping_cart", gettext("Placed"), source)
    if order.dispatched_at:
        yield Event(order.dispatched_at, "forklift", gettext("Marked as dispatched elsewhere"))
    if order.archived_at:
        yield Event(order.archived_at, "archive", gettext("Archived"))


def _asns(asns: Iterable[Asn]) -> Iterator[tuple[str, Event]]:
    """Each event with its ASN's name."""
    for asn in asns:
        page = page_of(asn)
        text = gettext("%(asn)s drafted") % {"asn": asn}
        yield str(asn), Event(asn.created_at, "note_add", text, url=page)
        if asn.sent_at:
            parcel = " ".join(filter(None, [asn.carrier, asn.tracking_number]))
            text = gettext("%(asn)s sent") % {"asn": asn}
            yield str(asn), Event(asn.sent_at, "outbox", text, parcel, url=page)


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


def _merged(asns: Sequence[tuple[str, Event]], told: Iterable[Event]) -> list[Event]:
    """What the history tells by an ASN's name, of the same click as that ASN's own event, is that
    event: told once, with who did it."""
    noted, rest = [event for _name, event in asns], []
    for event in told:
        same = [
            place
            for place, (name, own) in enumerate(asns)
            if abs(event.moment - own.moment) < SAME and _names(event.text, name)
        ]
        for place in same:
            noted[place] = noted[place]._replace(actor=event.actor)
        if not same:
            rest.append(event)
    return [*noted, *rest]


def _names(text: str, asn: str) -> bool:
    """Whether a text tells of this ASN: ASN-55 is none of ASN-557."""
    return re.search(rf"{re.escape(asn)}(?!\d)", text) is not None


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
