"""Purchase orders: written as drafts, then received line by line."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display

from desk.cells import page_of
from desk.dialogs import ask, reported
from desk.lists import ModelAdmin, TabularInline
from desk.readonly import ReadOnlyMixin
from desk.refusals import RefusalsMixin
from desk.saying import gettext, ngettext
from inventory import receiving
from inventory.admin.purchasing_dialogs import OrderDialog, PutAwayDialog, ReceiveDialog, staged
from inventory.admin.quantities import QuantitiesInline
from inventory.admin.statuses import COLORS, OfferedMixin
from inventory.admin.warehouse_work.receive import ReceivingMixin
from inventory.errors import InvalidLines
from inventory.models import PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine

Status = PurchaseOrder.Status


def is_draft(order: Any) -> bool:
    """Whether the lines may still be edited; a new order is a draft."""
    return not isinstance(order, PurchaseOrder) or order.status == Status.DRAFT


class LineInline(QuantitiesInline):
    """What is ordered; fixed once the order is open, for its units are incoming then."""

    model = PurchaseOrderLine
    fields = ["product", "ordered", "received"]
    readonly_fields = ["received"]
    autocomplete_fields = ["product"]
    extra = 0
    hide_title = True
    least = {"ordered": 1}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        lines: QuerySet[Any] = super().get_queryset(request)
        return lines.select_related("product")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)


class ReceiptInline(ReadOnlyMixin, TabularInline):
    """What came in, when, how, and by whom."""

    model = Receipt
    fields = readonly_fields = ("__str__", "mode", "show_units", "received_at", "actor")
    extra = 0
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        receipts: QuerySet[Any] = super().get_queryset(request)
        return receipts.prefetch_related("lines__product")

    @display(description=_("units"))
    def show_units(self, receipt: Receipt) -> str:
        return ", ".join(self._describe(receipt, line) for line in receipt.lines.all())

    def _describe(self, receipt: Receipt, line: ReceiptLine) -> str:
        text = f"{line.quantity} × {line.product.sku}"
        if receipt.mode != Receipt.Mode.STAGED:
            return text
        return gettext("%(text)s (%(number)d put away)") % {"text": text, "number": line.put_away}


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(ReceivingMixin, RefusalsMixin, OfferedMixin, ModelAdmin):
    """Draft, open, closed."""

    list_display = ["number", "supplier", "warehouse", "show_status", "expected_on", "created_at"]
    list_filter = ["status", ("warehouse", RelatedDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["warehouse"]
    search_fields = ["number", "supplier"]
    search_help_text = _("Number or supplier")
    fieldsets = [
        (None, {"fields": [("number", "status"), ("supplier", "warehouse"), "expected_on"]}),
    ]
    inlines = [LineInline, ReceiptInline]
    change_form_outer_before_template = "admin/inventory/purchaseorder/draft.html"
    actions_detail = [
        "open_order",
        "receive_scanned",
        "receive_direct",
        "receive_staged",
        "put_away",
        "close_short",
    ]
    offered = {
        Status.DRAFT: ("open_order",),
        Status.OPEN: ("receive", "receive_direct", "receive_staged", "put_away", "close_short"),
        # Staged units may still wait for their shelf when nothing more is to come.
        Status.CLOSED: ("put_away",),
    }

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Receipts where there are any: a heading over nothing says nothing."""
        if obj is None or not obj.receipts.exists():
            return [LineInline]
        return [LineInline, ReceiptInline]

    def response_post_save_add(
        self, request: HttpRequest, obj: PurchaseOrder
    ) -> HttpResponseRedirect:
        """To its page, which says that a draft is to be opened."""
        if self.has_view_or_change_permission(request, obj):
            return HttpResponseRedirect(page_of(obj))
        response: HttpResponseRedirect = super().response_post_save_add(request, obj)
        return response

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["status"] if is_draft(obj) else ["status", "number", "warehouse"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Putting away is offered while something waits for it."""
        actions = super().get_actions_detail(request, object_id)
        if any(action.path == "put_away" for action in actions) and not staged(object_id).exists():
            return [action for action in actions if action.path != "put_away"]
        return actions

    def save_model(self, request: HttpRequest, obj: PurchaseOrder, form: Any, change: Any) -> None:
        """Only what may be typed, under the verbs' own lock."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        self.hold(obj)
        obj.save(update_fields=["number", "warehouse", "supplier", "expected_on"])

    @display(description=_("status"), ordering="status", label=COLORS)
    def show_status(self, order: PurchaseOrder) -> tuple[str, str]:
        return order.status, order.get_status_display()

    @action(
        description=_("Open"),
        icon="send",
        permissions=["change"],
        dialog=ask(
            OrderDialog,
            _("Open this order?"),
            _("Its units are incoming from now on, and its lines are fixed."),
            _("Open"),
        ),
    )
    @reported
    def open_order(self, _request: HttpRequest, form: OrderDialog) -> str | None:
        is_done = receiving.open_order(form.object, form.actor)
        return gettext("Opened: its units are incoming.") if is_done else None

    @action(
        description=_("Receive to stock"),
        icon="inventory",
        permissions=["change"],
        dialog=ask(
            ReceiveDialog, _("Receive"), _("These units are in stock at once."), _("Receive")
        ),
    )
    @reported
    def receive_direct(self, _request: HttpRequest, form: ReceiveDialog) -> str | None:
        return self._receive(form, Receipt.Mode.DIRECT)

    @action(
        description=_("Receive to staging"),
        icon="pallet",
        permissions=["change"],
        dialog=ask(
            ReceiveDialog,
            _("Receive to staging"),
            _("These units are in stock when they are put away."),
            _("Receive"),
        ),
    )
    @reported
    def receive_staged(self, _request: HttpRequest, form: ReceiveDialog) -> str | None:
        return self._receive(form, Receipt.Mode.STAGED)

    def _receive(self, form: ReceiveDialog, mode: Receipt.Mode) -> str | None:
        units = form.quantities()
        key = form.cleaned_data["key"]
        receipt = receiving.receive(form.object, units, mode, key, form.actor)
        total = sum(units.values())
        return ngettext(
            "%(receipt)s: %(units)d unit received.", "%(receipt)s: %(units)d units received.", total
        ) % {"receipt": receipt, "units": total}

    @action(
        description=_("Put away"),
        icon="shelves",
        permissions=["change"],
        dialog=ask(
            PutAwayDialog, _("Put away"), _("Staged units go to their shelves."), _("Put away")
        ),
    )
    @reported
    def put_away(self, _request: HttpRequest, form: PutAwayDialog) -> str | None:
        # Of two people at once, the second sees what the first put away.
        PurchaseOrder.objects.select_for_update(no_key=True).get(pk=form.object.pk)
        given = form.by_receipt()
        if not given:
            raise InvalidLines(gettext("Nothing to put away: receive to staging first."))
        for receipt, units in given:
            key = f"{form.cleaned_data['key']}:{receipt.pk}"
            receiving.put_away(receipt, units, key, form.actor)
        total = sum(form.quantities().values())
        return ngettext("%d unit put away.", "%d units put away.", total) % total

    @action(
        description=_("Close short"),
        icon="block",
        permissions=["change"],
        dialog=ask(
            OrderDialog,
            _("Close this order?"),
            _("What did not come will not come, and is no longer incoming."),
            _("Close"),
        ),
    )
    @reported
    def close_short(self, _request: HttpRequest, form: OrderDialog) -> str | None:
        is_done = receiving.close_short(form.object, form.actor)
        return gettext("Closed: nothing more is incoming.") if is_done else None
