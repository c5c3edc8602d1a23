"""What is done to one order on its page. Each asks first, calls one verb, and reports."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from desk.dialogs import ObjectDialog, ask, reported
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from inventory.errors import WrongState
from orders import asn, fulfilment, intake, returns
from orders.admin.dialogs import (
    CancelDialog,
    NoticeDialog,
    OrderDialog,
    ReleaseDialog,
    ReturnDialog,
    SendDialog,
    ShipDialog,
    UnarchiveDialog,
    cause_of,
)
from orders.admin.done import done
from orders.changing import Change
from orders.models import Asn, SalesOrder

Status = SalesOrder.Status

STEPS = {"ship", "draft_asn", "send_asns", "take_back"}
# Offered by status, while not archived; the verbs themselves refuse everything else.
OFFERED = {
    Status.OPEN: {*STEPS, "cancel_order", "archive_order", "dispatch_order"},
    Status.CLOSED: {*STEPS, "archive_order", "dispatch_order"},
    Status.CANCELED: {"take_back", "archive_order"},
}
ARCHIVED = {"take_back", "unarchive_order"}


def offered_for(order: SalesOrder) -> set[str]:
    """What makes sense now."""
    if order.archived_at:
        return ARCHIVED
    offered = OFFERED[Status(order.status)]
    return offered - {"dispatch_order"} if order.dispatched_at else offered


class Steps(ModelAdmin):
    """Mixed into the order's page."""

    actions_detail = [
        "ship",
        "draft_asn",
        "send_asns",
        "take_back",
        "dispatch_order",
        "cancel_order",
        "archive_order",
        "unarchive_order",
    ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        order = self.get_object(request, str(object_id))
        offered: set[str] = set()
        if order is not None:
            offered = offered_for(order)
        actions = super().get_actions_detail(request, object_id)
        return [action for action in actions if action.path in offered]

    def has_ship_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Goods leave or come back: a movement by hand. By methods, for a permission named with a
        dot is looked up by the system checks, which run before the first migration."""
        return request.user.has_perms(["inventory.add_movement"])

    def has_draft_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return request.user.has_perms(["orders.add_asn"])

    def has_send_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """As on the ASN's own page."""
        return request.user.has_perms(["orders.change_asn"])

    @action(
        description=_("Ship"),
        icon="local_shipping",
        permissions=["view", "ship"],
        dialog=ask(
            ShipDialog,
            _("Ship"),
            _("Units leave the stock. They stay on orders until the ASN is sent."),
            _("Ship"),
        ),
    )
    @reported
    def ship(self, _request: HttpRequest, form: ShipDialog) -> str | None:
        units = form.quantities()
        if not fulfilment.ship(form.object.pk, units, cause_of(form, "ship")):
            return None
        total = sum(units.values())
        return ngettext("%d unit shipped.", "%d units shipped.", total) % total

    @action(
        description=_("Draft an ASN"),
        icon="note_add",
        permissions=["view", "draft"],
        dialog=ask(
            NoticeDialog, _("Draft an ASN"), _("Nothing is released until it is sent."), _("Draft")
        ),
    )
    @reported
    def draft_asn(self, request: HttpRequest, form: NoticeDialog) -> str | None:
        notice = asn.draft(form.object.pk, form.quantities(), form.tracking)
        self.log_addition(request, notice, gettext("Drafted on its order's page."))
        return gettext("%s drafted.") % notice

    @action(
        description=_("Send its ASNs"),
        icon="send",
        permissions=["view", "send"],
        dialog=ask(
            SendDialog,
            _("Send the drafted ASNs?"),
            _("Their units are no longer held, and the channel of the order is told."),
            _("Send"),
        ),
    )
    @reported
    def send_asns(self, _request: HttpRequest, form: SendDialog) -> str | None:
        drafts = form.object.asns.filter(status=Asn.Status.DRAFT).values_list("pk", flat=True)
        number = asn.send(list(drafts), cause_of(form, "asn"))
        if number:
            return ngettext("%d ASN sent.", "%d ASNs sent.", number) % number
        if not form.object.asns.exists():
            raise WrongState(gettext("There is no ASN to send: draft one first."))
        return None

    @action(
        description=_("Take back"),
        icon="assignment_return",
        permissions=["view", "ship"],
        dialog=ask(
            ReturnDialog, _("Take back"), _("Returned units are in stock at once."), _("Take back")
        ),
    )
    @reported
    def take_back(self, _request: HttpRequest, form: ReturnDialog) -> str | None:
        units = form.quantities()
        if not returns.take_back(form.object.pk, units, cause_of(form, "return")):
            return None
        total = sum(units.values())
        return ngettext("%d unit taken back.", "%d units taken back.", total) % total

    @action(
        description=_("Dispatched elsewhere"),
        icon="forklift",
        permissions=["change"],
        dialog=ask(
            ReleaseDialog,
            _("Was this order dispatched elsewhere?"),
            _(
                "For goods that leave without us, such as from a channel's own warehouse. Our stock"
                " does not move, and this is not undone."
            ),
            _("Mark as dispatched"),
        ),
    )
    @reported
    def dispatch_order(self, _request: HttpRequest, form: OrderDialog) -> str | None:
        is_done = intake.dispatch([form.object.pk], cause_of(form, "dispatch"))
        return done(Change.DISPATCH) if is_done else None

    @action(
        description=_("Cancel"),
        icon="block",
        permissions=["change"],
        dialog=ask(
            CancelDialog,
            _("Cancel this order?"),
            _("It goes on holding its units until it is archived."),
            _("Cancel the order"),
        ),
    )
    @reported
    def cancel_order(self, _request: HttpRequest, form: OrderDialog) -> str | None:
        if _lock(form).status == Status.CANCELED:
            return None
        intake.cancel(form.object.pk, cause_of(form, "cancel"))
        return done(Change.CANCEL)

    @action(
        description=_("Archive"),
        icon="archive",
        permissions=["change"],
        dialog=ask(
            ReleaseDialog,
            _("Archive this order?"),
            _("What it still holds is released."),
            _("Archive"),
        ),
    )
    @reported
    def archive_order(self, _request: HttpRequest, form: OrderDialog) -> str | None:
        is_done = intake.archive([form.object.pk], cause_of(form, "archive"))
        return done(Change.ARCHIVE) if is_done else None

    @action(
        description=_("Unarchive"),
        icon="unarchive",
        permissions=["change"],
        dialog=ask(
            UnarchiveDialog,
            _("Bring this order back?"),
            _("It holds again what no sent ASN covers."),
            _("Unarchive"),
        ),
    )
    @reported
    def unarchive_order(self, _request: HttpRequest, form: OrderDialog) -> str | None:
        is_done = intake.unarchive([form.object.pk], cause_of(form, "unarchive"))
        return done(Change.UNARCHIVE) if is_done else None


def _lock(form: ObjectDialog) -> SalesOrder:
    """Of two clicks at once, the second waits here, and sees what the first did."""
    return SalesOrder.objects.select_for_update().get(pk=form.object.pk)
