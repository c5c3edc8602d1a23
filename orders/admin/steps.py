"""What is done to one order on its page. Each asks first, calls one verb, and reports."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action

from inventory.admin.dialogs import ask
from inventory.admin.refusals import reported
from orders import asn, fulfilment, intake, returns
from orders.admin.dialogs import NoticeDialog, OrderDialog, ReturnDialog, ShipDialog, cause_of
from orders.models import Asn, SalesOrder

Status = SalesOrder.Status

# Offered by status, while not archived; the verbs themselves refuse everything else.
OFFERED = {
    Status.OPEN: {"ship", "draft_asn", "send_asns", "take_back", "cancel_order", "archive_order"},
    Status.CLOSED: {"ship", "draft_asn", "send_asns", "take_back", "archive_order"},
    Status.CANCELED: {"take_back", "archive_order"},
}
ARCHIVED = {"take_back", "unarchive_order"}


class Steps(ModelAdmin):
    """Mixed into the order's page."""

    actions_detail = [
        "ship",
        "draft_asn",
        "send_asns",
        "take_back",
        "cancel_order",
        "archive_order",
        "unarchive_order",
    ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        order = self.get_object(request, str(object_id))
        offered: set[str] = set()
        if order is not None:
            offered = ARCHIVED if order.archived_at else OFFERED[Status(order.status)]
        actions = super().get_actions_detail(request, object_id)
        return [action for action in actions if action.path in offered]

    @action(
        description=_("Ship"),
        icon="local_shipping",
        permissions=["change"],
        dialog=ask(
            ShipDialog,
            _("Ship"),
            _("Units leave the stock. They stay on orders until the ASN is sent."),
            _("Ship"),
        ),
    )
    @reported
    def ship(self, _request: HttpRequest, form: ShipDialog) -> str:
        units = form.quantities()
        fulfilment.ship(form.object.pk, units, cause_of(form, "ship"))
        return gettext("%d units shipped.") % sum(units.values())

    @action(
        description=_("Draft an ASN"),
        icon="note_add",
        permissions=["change"],
        dialog=ask(
            NoticeDialog, _("Draft an ASN"), _("Nothing is released until it is sent."), _("Draft")
        ),
    )
    @reported
    def draft_asn(self, _request: HttpRequest, form: NoticeDialog) -> str:
        notice = asn.draft(form.object.pk, form.quantities(), form.tracking)
        return gettext("%s drafted.") % notice

    @action(
        description=_("Send its ASNs"),
        icon="send",
        permissions=["change"],
        dialog=ask(
            OrderDialog,
            _("Send the drafted ASNs?"),
            _("Their units are no longer held, and the channel of the order is told."),
            _("Send"),
        ),
    )
    @reported
    def send_asns(self, _request: HttpRequest, form: OrderDialog) -> str:
        drafts = form.object.asns.filter(status=Asn.Status.DRAFT).values_list("pk", flat=True)
        number = asn.send(list(drafts), cause_of(form, "asn"))
        return gettext("ASNs sent: %d.") % number

    @action(
        description=_("Take back"),
        icon="assignment_return",
        permissions=["change"],
        dialog=ask(
            ReturnDialog, _("Take back"), _("Returned units are in stock at once."), _("Take back")
        ),
    )
    @reported
    def take_back(self, _request: HttpRequest, form: ReturnDialog) -> str:
        units = form.quantities()
        returns.take_back(form.object.pk, units, cause_of(form, "return"))
        return gettext("%d units taken back.") % sum(units.values())

    @action(
        description=_("Cancel"),
        icon="block",
        permissions=["change"],
        dialog=ask(
            OrderDialog,
            _("Cancel this order?"),
            _("It goes on holding its units until it is archived."),
            _("Cancel it"),
        ),
    )
    @reported
    def cancel_order(self, _request: HttpRequest, form: OrderDialog) -> str:
        intake.cancel(form.object.pk, cause_of(form, "cancel"))
        return gettext("Canceled. It holds its units until it is archived.")

    @action(
        description=_("Archive"),
        icon="archive",
        permissions=["change"],
        dialog=ask(
            OrderDialog,
            _("Archive this order?"),
            _("What it still holds is released."),
            _("Archive"),
        ),
    )
    @reported
    def archive_order(self, _request: HttpRequest, form: OrderDialog) -> str:
        intake.archive([form.object.pk], cause_of(form, "archive"))
        return gettext("Archived: it holds nothing.")

    @action(
        description=_("Unarchive"),
        icon="unarchive",
        permissions=["change"],
        dialog=ask(
            OrderDialog,
            _("Bring this order back?"),
            _("It holds again what no sent ASN covers."),
            _("Unarchive"),
        ),
    )
    @reported
    def unarchive_order(self, _request: HttpRequest, form: OrderDialog) -> str:
        intake.unarchive([form.object.pk], cause_of(form, "unarchive"))
        return gettext("Brought back: it holds again what no sent ASN covers.")
