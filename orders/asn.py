"""Advance shipping notices: draft one, send it. Sending releases what it covers and is heard by
the floor that tells the channel (orders.signals.asn_sent)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from inventory.errors import InvalidLines, WrongState
from inventory.ledger import Cause
from orders import news
from orders.commitments import settling
from orders.errors import OverNotified, UnknownLine
from orders.models import Asn, AsnLine, SalesOrder, SalesOrderLine
from orders.signals import asn_sent


@dataclass(frozen=True, slots=True)
class Tracking:
    number: str = ""
    url: str = ""
    carrier: str = ""


def draft(order_id: int, units: Mapping[int, int], tracking: Tracking | None = None) -> Asn:
    """Draft an ASN over units by order line id. Holds and releases nothing.

    Raises InvalidLines (no units), UnknownLine, OverNotified.
    """
    if not units:
        raise InvalidLines(
            gettext("The ASN would cover nothing: give at least one line."), field="units"
        )
    tracking = tracking or Tracking()
    with transaction.atomic():
        order = SalesOrder.objects.select_for_update().get(pk=order_id)
        lines = {line.pk: line for line in order.lines.all()}
        for line_id, quantity in units.items():
            _check(order, lines.get(line_id), quantity)
        asn = Asn.objects.create(
            order=order,
            carrier=tracking.carrier,
            tracking_number=tracking.number,
            tracking_url=tracking.url,
        )
        AsnLine.objects.bulk_create(
            AsnLine(asn=asn, order_line_id=line_id, quantity=quantity)
            for line_id, quantity in units.items()
        )
    return asn


def draft_all(order_ids: Collection[int]) -> list[int]:
    """Draft one ASN per order over everything no sent ASN covers yet. Returns the ASN ids; orders
    with nothing left get none."""
    with transaction.atomic():
        lines = list(
            SalesOrderLine.objects.filter(order__in=order_ids, notified__lt=F("ordered"))
            .order_by("order_id", "id")
            .only("order_id", "ordered", "notified")
        )
        asns = {line.order_id: Asn(order_id=line.order_id) for line in lines}
        Asn.objects.bulk_create(asns.values())
        AsnLine.objects.bulk_create(
            AsnLine(asn=asns[line.order_id], order_line=line, quantity=line.ordered - line.notified)
            for line in lines
        )
    return [asn.pk for asn in asns.values()]


def send(asn_ids: Collection[int], cause: Cause | None = None) -> int:
    """Send drafts: their units stop being held. Returns how many were sent now; repeating does
    nothing.

    Raises OverNotified when the order's lines changed since drafting, WrongState for an empty ASN.
    """
    cause = cause or Cause()
    order_ids = set(Asn.objects.filter(pk__in=asn_ids).values_list("order_id", flat=True))
    with settling(order_ids, cause):
        # The orders are locked now, so no ASN of theirs can be sent by anybody else.
        todo = list(Asn.objects.filter(pk__in=asn_ids, status=Asn.Status.DRAFT).order_by("pk"))
        _notify([asn.pk for asn in todo])
        Asn.objects.filter(pk__in=[asn.pk for asn in todo]).update(
            status=Asn.Status.SENT, sent_at=cause.occurred_at or timezone.now()
        )
        if todo:
            asn_sent.send(sender=None, asn_ids=[asn.pk for asn in todo])
            news.sent([asn.pk for asn in todo])
    return len(todo)


def _check(order: SalesOrder, line: SalesOrderLine | None, quantity: int) -> None:
    if line is None:
        raise UnknownLine(
            gettext("Order %(order)s has no such line.") % {"order": order}, field="units"
        )
    if not 0 < quantity <= line.ordered - line.notified:
        raise OverNotified(
            gettext("Order %(order)s: %(asked)d asked, %(left)d not yet on a sent ASN.")
            % {"order": order, "asked": quantity, "left": line.ordered - line.notified},
            field="units",
        )


_NOTIFY = """
UPDATE orders_salesorderline line SET notified = notified + covered.units
FROM (
    SELECT order_line_id, sum(quantity) AS units FROM orders_asnline WHERE asn_id = ANY(%s)
    GROUP BY order_line_id
) covered
WHERE line.id = covered.order_line_id
"""


def _notify(asn_ids: list[int]) -> None:
    """Count the ASNs' units on their order lines. The lines are safe under their orders' locks."""
    empty = Asn.objects.filter(pk__in=asn_ids, lines=None).first()
    if empty is not None:
        raise WrongState(
            gettext("%(asn)s has no lines: add what it covers before sending.") % {"asn": empty}
        )
    # Summed: two drafts over the same line may each fit, and not both.
    over = (
        SalesOrderLine.objects.filter(asn_lines__asn__in=asn_ids)
        .annotate(covered=Sum("asn_lines__quantity"))
        .filter(covered__gt=F("ordered") - F("notified"))
        .select_related("order", "product")
        .first()
    )
    if over is not None:
        raise _over_notified(over, Asn.objects.filter(pk__in=asn_ids, lines__order_line=over))
    with connection.cursor() as cursor:
        cursor.execute(_NOTIFY, [asn_ids])


def _over_notified(line: SalesOrderLine, asns: Iterable[Asn]) -> OverNotified:
    """Name the ASNs that together cover too much of this line."""
    names = [str(asn) for asn in sorted(asns, key=lambda asn: asn.pk)]
    return OverNotified(
        ngettext(
            "%(names)s covers more than the %(left)d left of %(sku)s on order %(order)s. Correct"
            " the quantity, or delete a draft.",
            "%(names)s together cover more than the %(left)d left of %(sku)s on order %(order)s."
            " Correct the quantity, or delete a draft.",
            len(names),
        )
        % {
            "names": ", ".join(names),
            "left": line.ordered - line.notified,
            "sku": line.product.sku,
            "order": line.order,
        },
        field="quantity",
    )
