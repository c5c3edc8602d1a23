"""What the history of an order or an ASN says that was changed, by itself or with others."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.admin.models import CHANGE, LogEntry
from django.http import HttpRequest

from desk import history
from desk.saying import gettext
from inventory.admin.warehouse_work.sheets import user_id
from orders import sending
from orders.changing import Change, Record
from orders.models import Asn, SalesOrder


def done(change: Change) -> str:
    """The sentence, which each reader is told in his own language."""
    return {
        Change.CLOSE: gettext("Closed: it goes on holding what no sent ASN covers."),
        Change.CANCEL: gettext("Canceled. It holds its units until it is archived."),
        Change.DISPATCH: gettext("Marked as dispatched: it holds nothing."),
        Change.ARCHIVE: gettext("Archived: it holds nothing."),
        Change.UNARCHIVE: gettext("Brought back: it holds again what no sent ASN covers."),
    }[change]


def record_of(request: HttpRequest, change: Change) -> Record:
    """Writes a line into the history of each order, of all of a piece in one statement."""
    user, message = user_id(request), history.kept(done(change))

    def record(orders: Sequence[SalesOrder]) -> None:
        LogEntry.objects.log_actions(user, orders, CHANGE, message)

    return record


def sent() -> str:
    """The same of an ASN."""
    return gettext("Sent: its units are no longer held.")


def record_of_sent(request: HttpRequest) -> sending.Record:
    """As record_of, for ASNs."""
    user, message = user_id(request), history.kept(sent())

    def record(notices: Sequence[Asn]) -> None:
        LogEntry.objects.log_actions(user, notices, CHANGE, message)

    return record
