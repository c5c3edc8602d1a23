"""The last step of a shipment: the ASN with its tracking. Sending it releases what it covers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from desk import history
from desk.cells import page_of
from desk.deadlocks import retried
from desk.errors import Refused
from desk.fields import WholeNumberField
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from inventory.errors import KeyReused
from inventory.ledger import Cause
from inventory.models import Movement
from orders import asn
from orders.admin.consequences import told_after
from orders.admin.dialogs import ahead_warning, holds
from orders.admin.totals import NONE, totals_of
from orders.admin.warehouse_work.rights import NOTIFY, SHIP, demand, order_of
from orders.asn import Tracking
from orders.models import Asn, SalesOrder, SalesOrderLine

MOST_LINES = 500
_UNSAID = {"key", "csrfmiddlewaretoken"}


class NotifyForm(forms.Form):
    """Units by line, and how to follow the parcel. Proposes what has left and was not told yet."""

    key = forms.CharField(initial=uuid.uuid4, widget=forms.HiddenInput, max_length=64)
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True, "autocomplete": "off"}),
        help_text=_("Scan the parcel's label."),
    )
    carrier = forms.CharField(
        label=_("Carrier"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget
    )
    tracking_url = forms.URLField(
        label=_("Tracking address"),
        max_length=200,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget,
    )
    is_meant = forms.BooleanField(required=False)

    def __init__(self, order: SalesOrder, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.draft = order.asns.filter(status=Asn.Status.DRAFT).order_by("pk").first()
        self.lines = self._lines()
        for line in self.lines:
            self.fields[f"line_{line.pk}"] = _units_field(line, is_fixed=bool(self.draft))
        if self.draft and not self.is_bound:
            for name in ("tracking_number", "carrier", "tracking_url"):
                self.initial[name] = getattr(self.draft, name)

    def _lines(self) -> Sequence[Any]:
        """The draft's own lines with its units; without a draft, what no sent ASN covers."""
        if self.draft is None:
            lines = self.order.lines.select_related("product").order_by("pk")
            return [line for line in lines if line.notified < line.ordered][:MOST_LINES]
        found = []
        for covered in self.draft.lines.select_related("order_line__product")[:MOST_LINES]:
            line: Any = covered.order_line
            line.covered = covered.quantity
            found.append(line)
        return found

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """Each line with its field."""
        return [(line, self[f"line_{line.pk}"]) for line in self.lines]

    def units(self) -> dict[int, int]:
        """Units by line: what was typed, or what is proposed."""
        if self.draft:
            return {line.pk: line.covered for line in self.lines}
        if not self.is_bound:
            return {line.pk: proposed(line) for line in self.lines if proposed(line)}
        given = {line.pk: self.cleaned_data.get(f"line_{line.pk}") for line in self.lines}
        return {pk: units for pk, units in given.items() if units}

    def ahead(self) -> int:
        """Units on it that have not left."""
        units = self.units()
        return sum(
            max(0, line.notified + units.get(line.pk, 0) - line.shipped)
            for line in self.lines
            if units.get(line.pk)
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.units():
            raise forms.ValidationError(
                _("It covers nothing: give the units of at least one line.")
            )
        if not self.errors and self.ahead() and not given.get("is_meant"):
            raise forms.ValidationError(
                _(
                    "Not everything on it has been shipped: ship first, or say below that you mean"
                    " it."
                )
            )
        return given


def proposed(line: SalesOrderLine) -> int:
    """Units that have left and stand on no sent ASN."""
    return max(0, line.shipped - line.notified)


def _units_field(line: Any, *, is_fixed: bool) -> WholeNumberField:
    left = line.ordered - line.notified
    return WholeNumberField(
        label=line.product.sku,
        initial=line.covered if is_fixed else proposed(line),
        min_value=0,
        max_value=left,
        required=False,
        disabled=is_fixed,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"inputmode": "numeric"}),
    )


def _answer(data: QueryDict) -> history.Answer:
    """What was answered: the numbers, the parcel, and that it is meant."""
    key = data.get("key", "").replace("\x00", "").strip()[:64]
    told = {name: data[name] for name in sorted(data) if data[name] and name not in _UNSAID}
    return history.Answer(f"asn:{key}", history.digest(told))


def _is_sent(answer: history.Answer, order: SalesOrder) -> bool:
    """Whether this answer was given before. Raises KeyReused when another one was with its key, or
    one about another order."""
    try:
        if history.is_answered(order, answer):
            return True
    except Refused as refused:
        raise KeyReused(refused.message, field="key") from refused
    # Sending bears the key in the ledger, so under it nothing else could be sent.
    if Movement.objects.filter(key=answer.key).exists():
        text = gettext("This page was sent for another order before: check it, and send again.")
        raise KeyReused(text, field="key")
    return False


class Notifying(ModelAdmin):
    """Mixed into the admin of orders: the page where an ASN is completed and sent."""

    def notify(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """The form on GET; on POST it is drafted, if it was not, and sent."""
        demand(request, NOTIFY)
        order = order_of(order_id)
        if request.method != "POST":
            return self._notify_page(request, order, NotifyForm(order))
        form, answer = NotifyForm(order, request.POST), _answer(request.POST)
        try:
            if _is_sent(answer, order):
                self.message_user(request, gettext("Already done."), messages.INFO)
                return HttpResponseRedirect(page_of(order))
            if not form.is_valid():
                return self._notify_page(request, order, form)
            told = self._send(request, form)
        except KeyReused as refused:
            form = NotifyForm(order, {**request.POST.dict(), "key": uuid.uuid4()})
            form.full_clean()
            form.add_error(None, refused.message)
            return self._notify_page(request, order, form)
        except Refused as refused:
            form.add_error(None, refused.message)
            return self._notify_page(request, order, form)
        self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(self._next_page(request))

    @retried
    @transaction.atomic
    def _send(self, request: HttpRequest, form: NotifyForm) -> str:
        given, actor = form.cleaned_data, request.user.get_username()
        order = SalesOrder.objects.select_for_update().get(pk=form.order.pk)
        tracking = Tracking(given["tracking_number"], given["tracking_url"], given["carrier"])
        answer = _answer(request.POST)
        if _is_sent(answer, order):
            return gettext("Already done.")
        notice = form.draft
        if notice is None:
            notice = asn.draft(order.pk, form.units(), tracking)
            self.log_addition(request, notice, gettext("Drafted on its order's page."))
        else:
            Asn.objects.filter(pk=notice.pk, status=Asn.Status.DRAFT).update(
                tracking_number=tracking.number,
                tracking_url=tracking.url,
                carrier=tracking.carrier,
            )
        units = sum(form.units().values())
        if not asn.send([notice.pk], Cause(actor=actor, key=answer.key)):
            return gettext("%(asn)s had been sent already.") % {"asn": notice}
        told = ngettext(
            "%(asn)s sent: %(units)d unit of %(order)s is released.",
            "%(asn)s sent: %(units)d units of %(order)s are released.",
            units,
        ) % {"asn": notice, "units": units, "order": order}
        self.log_change(request, order, history.kept(told, answer))
        return told

    def _next_page(self, request: HttpRequest) -> str:
        if request.user.has_perms(SHIP):
            return reverse("admin:orders_work_ship")
        return reverse("admin:orders_asn_changelist")

    def _notify_page(
        self, request: HttpRequest, order: SalesOrder, form: NotifyForm
    ) -> HttpResponse:
        units = form.units() if not form.is_bound or hasattr(form, "cleaned_data") else {}
        places = {line.pk: (line.product_id, line.warehouse_id) for line in form.lines}
        freed: dict[tuple[int, int], int] = {}
        for line, number in units.items() if holds(order) else ():
            freed[places[line]] = freed.get(places[line], 0) + number
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Send the ASN of %(order)s") % {"order": order},
            "opts": self.opts,
            "order": order,
            "form": form,
            "freed": sum(freed.values()),
            "told": told_after(freed) if freed else [],
            "twice": totals_of([order.pk]).get(order.pk, NONE).untold if holds(order) else 0,
            "warning": ahead_warning(form.ahead() if units else 0),
            "sent": request.GET.get("sent", "")[:64],
            "draft_url": page_of(form.draft) if form.draft else "",
            "pick_url": reverse("admin:orders_work_pick", args=[order.pk])
            if request.user.has_perms(SHIP)
            else "",
            "back": page_of(order),
        }
        return TemplateResponse(request, "admin/orders/warehouse_work/notify.html", context)
