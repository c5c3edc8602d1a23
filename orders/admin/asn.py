"""ASNs: drafted from an order's page, completed and sent here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from desk.dialogs import ask, reported
from desk.filters import MomentFilter
from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin
from desk.saying import gettext
from inventory.admin.quantities import QuantitiesInline
from inventory.errors import WrongState
from orders import asn
from orders.admin.asn_bulk import SendChosen
from orders.admin.asn_page import AsnPage
from orders.admin.asn_rows import AsnRows, CarrierFilter
from orders.admin.dialogs import AsnDialog, cause_of
from orders.admin.done import sent
from orders.models import Asn, AsnLine, SalesOrder

TRACKING = ["carrier", "tracking_number", "tracking_url"]
SENT = _(
    "It was sent, so its lines are fixed; carrier and tracking can still be entered or corrected."
    " A channel that refused it for them is told when you choose Send again there; one that took it"
    " is not told again."
)


def is_draft(notice: Any) -> bool:
    """Whether it may still be changed."""
    return isinstance(notice, Asn) and notice.status == Asn.Status.DRAFT


class LineInline(QuantitiesInline):
    """What the ASN covers; fixed once it was sent, for those units are released then."""

    model = AsnLine
    fields = ["show_product", "quantity", "show_ordered", "show_shipped", "show_notified"]
    readonly_fields = ["show_product", "show_ordered", "show_shipped", "show_notified"]
    least = {"quantity": 1}
    extra = 0
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order_line__product")

    @display(description=_("product"))
    def show_product(self, line: AsnLine) -> str:
        return str(line.order_line.product)

    @display(description=_("ordered"))
    def show_ordered(self, line: AsnLine) -> int:
        return line.order_line.ordered

    @display(description=_("shipped so far"))
    def show_shipped(self, line: AsnLine) -> int:
        return line.order_line.shipped

    @display(description=_("on sent ASNs"))
    def show_notified(self, line: AsnLine) -> int:
        return line.order_line.notified

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)


@admin.register(Asn)
class AsnAdmin(AsnRows, AsnPage, SendChosen, RefusalsMixin, ModelAdmin):
    """Draft, sent. Of a sent one the tracking alone may still be corrected."""

    list_filter = [("status", ChoicesDropdownFilter), CarrierFilter, ("sent_at", MomentFilter)]
    list_filter_submit = True
    list_select_related = ["order"]
    empty_hint = _("An ASN is drafted on its order's page, or when what was picked is sent.")
    fieldsets = [(None, {"fields": [("carrier", "tracking_number"), "tracking_url"]})]
    inlines = [LineInline]
    actions = ["send_chosen"]
    actions_detail = ["send"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "tracking_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A sent one says what can still be mended, to whom may mend it."""
        (about,) = super().get_fieldsets(request, obj)
        if is_draft(obj) or not self.has_change_permission(request, obj):
            return [about]
        return [(about[0], {**about[1], "description": SENT})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asn]:
        return super().get_queryset(request).select_related("order")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """An ASN is drafted where its lines are: at the order."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        notice = self.get_object(request, str(object_id))
        return super().get_actions_detail(request, object_id) if is_draft(notice) else []

    def save_model(self, _request: HttpRequest, obj: Asn, _form: Any, _change: Any) -> None:
        """Only what may be typed, and its lines after it, all under the lock that sending takes."""
        _hold(obj)
        obj.save(update_fields=TRACKING)

    def delete_model(self, request: HttpRequest, obj: Asn) -> None:
        """Only while it is a draft."""
        _hold(obj)
        super().delete_model(request, obj)

    @action(
        description=_("Send"),
        icon="send",
        permissions=["change"],
        dialog=ask(
            AsnDialog,
            _("Send this ASN?"),
            _("Its units are no longer held, and the channel of the order is told."),
            _("Send"),
        ),
    )
    @reported
    def send(self, _request: HttpRequest, form: AsnDialog) -> str | None:
        is_done = asn.send([form.object.pk], cause_of(form, "asn"))
        return sent() if is_done else None


def _hold(notice: Asn) -> None:
    """Lock its order, as sending does. Raises WrongState when it was sent or deleted since."""
    SalesOrder.objects.select_for_update().get(pk=notice.order_id)
    current = Asn.objects.filter(pk=notice.pk).first()
    if current is None or current.status != notice.status:
        raise WrongState(
            gettext("%s was sent or deleted meanwhile: nothing was changed.") % notice,
            field="status",
        )
