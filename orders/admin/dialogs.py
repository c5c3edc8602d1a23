"""What the actions of an order and of an ASN ask."""

from typing import ClassVar

from django import forms
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from desk.dialogs import ObjectDialog
from inventory.admin.dialogs import QuantitiesDialog
from inventory.ledger import Cause
from inventory.models import Movement
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


class MovingDialog(QuantitiesDialog):
    """Units of an order that its verb moves in the ledger, under the dialog's key."""

    model = SalesOrder
    verb: ClassVar[str]

    def is_answered(self, key: str) -> bool:
        return Movement.objects.filter(key=f"{self.verb}:{key}").exists()


class ShipDialog(MovingDialog):
    """How many leave; a line is a line of the order."""

    verb = "ship"

    def remaining(self) -> list[tuple[int, str, int]]:
        lines = self.object.lines.filter(shipped__lt=F("ordered")).select_related("product")
        return [(line.pk, str(line.product), line.ordered - line.shipped) for line in lines]


class ReturnDialog(MovingDialog):
    """How many came back; a line is a line of the order. Proposes none: a return is no routine."""

    verb = "return"

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

    def is_answered(self, key: str) -> bool:
        return drafts_of(key).exists()

    @property
    def tracking(self) -> Tracking:
        """What was typed about the parcel."""
        given = self.cleaned_data
        return Tracking(given["tracking_number"], given["tracking_url"], given["carrier"])


def drafted_by(key: str) -> str:
    """What the history of an ASN says first, in every language: by this a repeat is recognised,
    for drafting posts nothing that would bear the key."""
    return f"Drafted on its order's page (key {key})."


def drafts_of(key: str) -> QuerySet[LogEntry]:
    """The beginnings of ASNs that were drafted by this answer: one, or none."""
    return LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Asn),
        action_flag=ADDITION,
        change_message=drafted_by(key),
    )
