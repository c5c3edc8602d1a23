"""What the actions of an order and of an ASN ask."""

from collections import Counter
from typing import Any

from django import forms
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from desk import numbers
from desk.dialogs import ObjectDialog
from desk.saying import ngettext
from inventory.admin.dialogs import QuantitiesDialog
from inventory.ledger import Cause
from orders.admin.consequences import (
    ahead_of,
    freed_sentence,
    held_by,
    on_drafts,
    told_after,
)
from orders.asn import Tracking
from orders.models import Asn, SalesOrder


def cause_of(form: ObjectDialog, verb: str) -> Cause:
    """Who did it; the dialog's key makes sending it twice harmless."""
    return Cause(actor=form.actor, key=f"{verb}:{form.cleaned_data['key']}")


class Consequences(ObjectDialog):
    """A question that says first what the answer changes."""

    form_before_template = "admin/orders/salesorder/consequences.html"

    def sentences(self) -> list[str]:
        """What would change, the units first, then the channels."""
        return []

    def warning(self) -> str:
        """What a person may not expect; "" for nothing."""
        return ""

    def get_before_template_context(self, _request: object, _pk: object = None) -> dict[str, Any]:
        """Only where it is asked, not where it is answered."""
        if self.is_bound:
            return {}
        return {"sentences": self.sentences(), "warning": self.warning()}


class OrderDialog(Consequences):
    """A yes."""

    model = SalesOrder


class ReleaseDialog(OrderDialog):
    """A yes to what frees all that the order holds."""

    def sentences(self) -> list[str]:
        freed = held_by(self.object) if holds(self.object) else Counter[tuple[int, int]]()
        return [freed_sentence(freed), *told_after(freed)]


class CancelDialog(OrderDialog):
    """A yes to what frees nothing."""

    def sentences(self) -> list[str]:
        units = sum(held_by(self.object).values()) if holds(self.object) else 0
        text = ngettext(
            "It goes on counting %(units)d unit until it is archived; channels are told nothing.",
            "It goes on counting %(units)d units until it is archived; channels are told nothing.",
            units,
        )
        return [text % {"units": units}]


class UnarchiveDialog(OrderDialog):
    """A yes to what holds again."""

    def sentences(self) -> list[str]:
        held = held_by(self.object) if self.object.dispatched_at is None else Counter()
        units = sum(held.values())
        text = ngettext("Holds %(units)d unit again.", "Holds %(units)d units again.", units) % {
            "units": units
        }
        return [text, *told_after({place: -number for place, number in held.items()})]


def holds(order: SalesOrder) -> bool:
    """Whether its lines count."""
    return order.archived_at is None and order.dispatched_at is None


class _Sending(Consequences):
    """A yes to what frees the units of drafts."""

    def drafts(self) -> Any:
        """The ASNs that would be sent."""
        raise NotImplementedError

    def sentences(self) -> list[str]:
        freed = on_drafts(self.drafts()) if holds(self._order()) else Counter[tuple[int, int]]()
        return [freed_sentence(freed), *told_after(freed)]

    def warning(self) -> str:
        return ahead_warning(ahead_of(self.drafts()))

    def _order(self) -> SalesOrder:
        order: SalesOrder = getattr(self.object, "order", self.object)
        return order


def ahead_warning(units: int) -> str:
    """Loud: what sending before shipping means."""
    if not units:
        return ""
    text = ngettext(
        "Not shipped yet: %(units)d unit. Sent now, it is free for other orders and offered at the"
        " channels while it still stands on the shelf. Ship first, if you can.",
        "Not shipped yet: %(units)d units. Sent now, they are free for other orders and offered at"
        " the channels while they still stand on the shelf. Ship first, if you can.",
        units,
    )
    return numbers.said(text, {"units": units})


class SendDialog(_Sending):
    """A yes to sending all drafts of an order."""

    model = SalesOrder

    def drafts(self) -> Any:
        return self.object.asns.filter(status=Asn.Status.DRAFT)


class AsnDialog(_Sending):
    """A yes to sending one ASN."""

    model = Asn

    def drafts(self) -> Any:
        return Asn.objects.filter(pk=self.object.pk, status=Asn.Status.DRAFT)


class ShipDialog(QuantitiesDialog):
    """How many leave; a line is a line of the order."""

    model = SalesOrder

    def remaining(self) -> list[tuple[int, str, int]]:
        lines = self.object.lines.filter(shipped__lt=F("ordered")).select_related("product")
        return [(line.pk, str(line.product), line.ordered - line.shipped) for line in lines]


class ReturnDialog(QuantitiesDialog):
    """How many came back; a line is a line of the order. Proposes none: a return is no routine."""

    model = SalesOrder

    def remaining(self) -> list[tuple[int, str, int]]:
        lines = self.object.lines.filter(returned__lt=F("shipped")).select_related("product")
        return [(line.pk, str(line.product), line.shipped - line.returned) for line in lines]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            if name.startswith("line_"):
                self.fields[name].initial = 0


class NoticeDialog(QuantitiesDialog):
    """What an ASN covers, and how to follow the parcel. Units on other drafts are not offered."""

    model = SalesOrder

    carrier = forms.CharField(
        label=_("Carrier"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    tracking_url = forms.URLField(
        label=_("Tracking address"),
        max_length=200,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget,
    )

    def remaining(self) -> list[tuple[int, str, int]]:
        drafted = Sum("asn_lines__quantity", filter=Q(asn_lines__asn__status=Asn.Status.DRAFT))
        lines = (
            self.object.lines.annotate(left=F("ordered") - F("notified") - Coalesce(drafted, 0))
            .filter(left__gt=0)
            .select_related("product")
        )
        return [(line.pk, str(line.product), line.left) for line in lines]

    @property
    def tracking(self) -> Tracking:
        """What was typed about the parcel."""
        given = self.cleaned_data
        return Tracking(given["tracking_number"], given["tracking_url"], given["carrier"])
