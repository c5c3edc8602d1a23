"""What the actions of an order and of an ASN ask."""

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from inventory.admin.dialogs import ObjectDialog, QuantitiesDialog
from inventory.ledger import Cause
from orders.asn import Tracking
from orders.models import Asn, SalesOrder


def cause_of(form: ObjectDialog, verb: str) -> Cause:
    """Who did it; the dialog's key makes sending it twice harmless."""
    return Cause(actor=form.actor, key=f"{verb}:{form.cleaned_data['key']}")


class OrderDialog(ObjectDialog):
    """A yes."""

    model = SalesOrder


class AsnDialog(ObjectDialog):
    """A yes."""

    model = Asn


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
    """What an ASN covers, and how to follow the parcel."""

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
        lines = self.object.lines.filter(notified__lt=F("ordered")).select_related("product")
        return [(line.pk, str(line.product), line.ordered - line.notified) for line in lines]

    @property
    def tracking(self) -> Tracking:
        """What was typed about the parcel."""
        given = self.cleaned_data
        return Tracking(given["tracking_number"], given["tracking_url"], given["carrier"])
