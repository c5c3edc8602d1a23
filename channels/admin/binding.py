"""Orders that came from channels, parked ones included, and ASNs on their way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from channels import reasons, transmission
from channels.models import ChannelOrder, Transmission
from desk.cells import NOTHING, ago, badge, link, page_of, two_lines
from desk.dialogs import ObjectDialog, ask, reported
from desk.lists import ModelAdmin
from desk.narrowing import these, together
from desk.readonly import ReadOnlyMixin
from desk.saying import gettext, ngettext

TRANSMISSION_COLORS = {
    Transmission.Status.WAITING: "info",
    Transmission.Status.SENT: "success",
    Transmission.Status.FAILED: "danger",
}


class TransmissionDialog(ObjectDialog):
    """A yes."""

    model = Transmission


class ParkedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "parked"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [
            ("yes", gettext("Parked")),
            ("held", gettext("Taken in, something waits")),
            ("no", gettext("Taken in")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        waiting, taken = queryset.exclude(reason=""), queryset.exclude(order=None)
        answers = {
            "yes": waiting.filter(order=None),
            "held": waiting.exclude(order=None),
            "no": taken,
        }
        return answers.get(self.value() or "", queryset)


def _found(rows: QuerySet[Any], every: QuerySet[Any], typed: str, *names: str) -> QuerySet[Any]:
    """Rows that bear it under one of these names, each asked for by its own index: all in one
    condition, no index would serve. every: all rows of the kind, without an order."""
    whole = typed.strip()
    if not whole or "\x00" in whole:
        return rows.none() if whole else rows
    found = together(*(every.filter(**{name: whole}).values_list("pk") for name in names))
    return rows.filter(pk__in=these([pk for each in found for pk in each]))


@admin.register(ChannelOrder)
class ChannelOrderAdmin(ReadOnlyMixin, ModelAdmin):
    """Which order there is which order here; a parked one says why and what to do."""

    list_display = ["number", "channel", "show_order", "show_reason", "show_changed"]
    list_filter = [("channel", RelatedDropdownFilter), ParkedFilter]
    list_filter_submit = True
    list_select_related = ["channel", "order"]
    sortable_by = ["number", "show_changed"]
    search_fields = ["=number", "=external_id", "=order__number"]
    search_help_text = _("A whole order number, ours or the channel's")
    ordering = ["-id"]
    fields = ["channel", "number", "external_id", "show_order", "show_reason", "message"]
    fields += ["placed_at", "heard_at", "show_changed"]
    readonly_fields = ["show_order", "show_reason", "show_changed"]
    empty_hint = _("Orders of the connected channels appear here once they were taken in.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        names = ("number__iexact", "external_id__iexact", "order__number__iexact")
        return _found(queryset, ChannelOrder.objects.order_by(), search_term, *names), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChannelOrder]:
        orders: QuerySet[ChannelOrder] = super().get_queryset(request)
        may_open = request.user.has_perms(["orders.view_salesorder"])
        return orders.annotate(may_open=Value(may_open))

    @display(description=_("Our order"))
    def show_order(self, bound: Any) -> Any:
        if bound.order is None:
            return NOTHING
        return link(page_of(bound.order), bound.order) if bound.may_open else str(bound.order)

    @display(description=_("What waits, and what to do"))
    def show_reason(self, bound: ChannelOrder) -> Any:
        if not bound.reason:
            return NOTHING
        return two_lines(reasons.label(bound.reason), reasons.advice(bound.reason))

    @display(description=_("Changed at the channel"), ordering="updated_at")
    def show_changed(self, bound: ChannelOrder) -> str:
        return ago(bound.updated_at)


@admin.register(Transmission)
class TransmissionAdmin(ReadOnlyMixin, ModelAdmin):
    """ASNs told, or to be told, to the channel of their order."""

    list_display = ["asn", "show_order", "show_status", "show_reason", "show_sent"]
    list_filter = [
        ("channel_order__channel", RelatedDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    list_filter_submit = True
    list_select_related = ["asn", "channel_order__channel"]
    search_fields = ["=channel_order__number", "=asn__tracking_number"]
    search_help_text = _("A whole order or tracking number")
    sortable_by = ["asn", "show_sent"]
    fields = ["show_asn", "show_order", "show_status", "show_reason", "message", "show_sent"]
    readonly_fields = ["show_asn", "show_order", "show_status", "show_reason", "show_sent"]
    actions = ["send_again"]
    actions_detail = ["send_this_again"]
    empty_hint = _("A sent ASN of an order that came from a channel is told to it; see it here.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        names = ("channel_order__number__iexact", "asn__tracking_number")
        return _found(queryset, Transmission.objects.order_by(), search_term, *names), False

    def has_retry_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return request.user.has_perms(["channels.change_transmission"])

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What the channel took, or is about to be told, has nothing to repeat."""
        sent = self.get_object(request, str(object_id))
        is_refused = sent is not None and sent.status == Transmission.Status.FAILED
        return super().get_actions_detail(request, object_id) if is_refused else []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transmission]:
        told: QuerySet[Transmission] = super().get_queryset(request)
        return told.annotate(may_open=Value(request.user.has_perms(["orders.view_asn"])))

    @display(description=_("ASN"))
    def show_asn(self, sent: Any) -> Any:
        return link(page_of(sent.asn), sent.asn) if sent.may_open else str(sent.asn)

    @display(description=_("Order"), ordering="channel_order__number")
    def show_order(self, sent: Transmission) -> Any:
        return two_lines(sent.channel_order.number, sent.channel_order.channel)

    # A badge, for the page of one shows it too: there a label would be its bare pair.
    @display(description=_("Status"), ordering="status")
    def show_status(self, sent: Transmission) -> str:
        color = TRANSMISSION_COLORS[Transmission.Status(sent.status)]
        return badge(color, sent.get_status_display())

    @display(description=_("Why not, and what to do"))
    def show_reason(self, sent: Transmission) -> Any:
        if not sent.reason:
            return NOTHING
        return two_lines(reasons.label(sent.reason), reasons.advice(sent.reason))

    @display(description=_("Sent"), ordering="sent_at")
    def show_sent(self, sent: Transmission) -> str:
        return ago(sent.sent_at)

    @action(description=_("Send again"), permissions=["retry"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Transmission]) -> None:
        number = transmission.send_again(chosen.values_list("pk", flat=True))
        text = ngettext(
            "%(number)d refused transmission waits to be sent again.",
            "%(number)d refused transmissions wait to be sent again.",
            number,
        )
        messages.success(request, text % {"number": number})

    @action(
        description=_("Send again"),
        icon="send",
        permissions=["retry"],
        dialog=ask(
            TransmissionDialog,
            _("Send this ASN again?"),
            _("The channel is told with the carrier and tracking that the ASN has now."),
            _("Send again"),
        ),
    )
    @reported
    def send_this_again(self, _request: HttpRequest, form: TransmissionDialog) -> str | None:
        is_waiting = transmission.send_again([form.object.pk])
        return gettext("It waits to be sent again.") if is_waiting else None
