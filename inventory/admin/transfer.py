"""Transfers between warehouses."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from desk.dialogs import ObjectDialog, ask, reported
from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin
from desk.saying import gettext
from desk.searching import NumberSearchMixin
from inventory import transfers
from inventory.admin.quantities import QuantitiesInline
from inventory.admin.statuses import COLORS, OfferedMixin
from inventory.admin.warehouse_work.transfer import TransferWorkMixin
from inventory.models import Transfer, TransferLine

Status = Transfer.Status


def is_draft(transfer: Any) -> bool:
    """Whether it may still be edited; a new transfer is a draft."""
    return not isinstance(transfer, Transfer) or transfer.status == Status.DRAFT


class TransferDialog(ObjectDialog):
    """A yes."""

    model = Transfer


class LineInline(QuantitiesInline):
    """What moves; fixed once it is on its way."""

    model = TransferLine
    fields = ["product", "quantity"]
    autocomplete_fields = ["product"]
    extra = 0
    hide_title = True
    least = {"quantity": 1}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        lines: QuerySet[Any] = super().get_queryset(request)
        return lines.select_related("product")


@admin.register(Transfer)
class TransferAdmin(TransferWorkMixin, RefusalsMixin, NumberSearchMixin, OfferedMixin, ModelAdmin):
    """Draft, in transit, received."""

    list_display = ["__str__", "source", "destination", "show_status", "note", "created_at"]
    list_filter = [
        "status",
        ("source", RelatedDropdownFilter),
        ("destination", RelatedDropdownFilter),
    ]
    list_filter_submit = True
    list_select_related = ["source", "destination"]
    prefix = "TR-"
    search_fields = ["note", "lines__product__sku"]
    search_help_text = _("Number, note or SKU")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("source", "destination"),
                    ("status", "note"),
                    ("dispatched_at", "received_at"),
                ]
            },
        ),
    ]
    readonly_fields = ["status", "dispatched_at", "received_at"]
    inlines = [LineInline]
    actions_detail = [
        "fill_scanned",
        "receive_scanned",
        "dispatch_units",
        "receive_units",
        "in_one_step",
    ]
    offered = {
        Status.DRAFT: ("fill", "dispatch_units", "in_one_step"),
        Status.IN_TRANSIT: ("arrive", "receive_units"),
    }

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Transfer, form: Any, change: Any) -> None:
        """Only what may be typed, under the verbs' own lock."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        self.hold(obj)
        obj.save(update_fields=["source", "destination", "note"])

    @display(description=_("status"), ordering="status", label=COLORS)
    def show_status(self, transfer: Transfer) -> tuple[str, str]:
        return transfer.status, transfer.get_status_display()

    @action(
        description=_("Dispatch"),
        icon="local_shipping",
        permissions=["change"],
        dialog=ask(
            TransferDialog,
            _("Dispatch?"),
            _("Units leave the source and are incoming at the destination."),
            _("Dispatch"),
        ),
    )
    @reported
    def dispatch_units(self, _request: HttpRequest, form: TransferDialog) -> str | None:
        is_done = transfers.dispatch(form.object, form.actor)
        return gettext("Dispatched: the units are in transit.") if is_done else None

    @action(
        description=_("Receive"),
        icon="inventory",
        permissions=["change"],
        dialog=ask(
            TransferDialog,
            _("Receive?"),
            _("Units in transit are in stock at the destination."),
            _("Receive"),
        ),
    )
    @reported
    def receive_units(self, _request: HttpRequest, form: TransferDialog) -> str | None:
        is_done = transfers.receive(form.object, form.actor)
        return gettext("Received: the units are in stock.") if is_done else None

    @action(
        description=_("Move in one step"),
        icon="sync_alt",
        permissions=["change"],
        dialog=ask(
            TransferDialog,
            _("Move at once?"),
            _("Units change warehouse now, without being in transit."),
            _("Move"),
        ),
    )
    @reported
    def in_one_step(self, _request: HttpRequest, form: TransferDialog) -> str | None:
        is_done = transfers.in_one_step(form.object, form.actor)
        return gettext("Moved: the units are in stock at the destination.") if is_done else None
