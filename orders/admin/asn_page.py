"""The ASN's page: whose it is, what it covers, and what sending it would mean."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from desk.cells import badge, page_of
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from orders.admin.asn_rows import LABELS
from orders.admin.consequences import ahead_of, freed_sentence, on_drafts, told_after
from orders.admin.dialogs import ahead_warning, holds
from orders.models import Asn


class AsnPage(ModelAdmin):
    """Mixed into the admin of ASNs: the head of its page."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Above the form, what there is to know."""
        notice = kwargs.get("obj")
        if notice is not None:
            context["page"] = self.facts(request, notice)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def facts(self, request: HttpRequest, notice: Asn) -> dict[str, Any]:
        """All that the head shows."""
        is_draft = notice.status == Asn.Status.DRAFT
        may_send = request.user.has_perms(["orders.add_asn", "orders.change_asn"])
        head = {
            "notice": notice,
            "state": badge(LABELS[Asn.Status(notice.status)], notice.get_status_display()),
            "order": page_of(notice.order),
            "headline": _headline(notice),
            "sentences": [],
            "warning": "",
            "send": "",
        }
        if is_draft:
            drafts = Asn.objects.filter(pk=notice.pk)
            freed = on_drafts(drafts) if holds(notice.order) else {}
            head["sentences"] = [freed_sentence(freed), *told_after(freed)]
            head["warning"] = ahead_warning(ahead_of(drafts))
            if may_send and _is_next(notice):
                head["send"] = reverse("admin:orders_work_notify", args=[notice.order_id])
        return head


def _is_next(notice: Asn) -> bool:
    """Whether the page that completes and sends takes this one: the order's oldest draft."""
    drafts = notice.order.asns.filter(status=Asn.Status.DRAFT).order_by("pk")
    return drafts.first() == notice


def _headline(notice: Asn) -> str:
    if notice.status == Asn.Status.DRAFT:
        return gettext("Drafted: nothing is released, and nobody was told, until it is sent.")
    units = notice.lines.aggregate(units=Sum("quantity"))["units"] or 0
    return ngettext(
        "Sent: its %(units)d unit does not count any more.",
        "Sent: its %(units)d units do not count any more.",
        units,
    ) % {"units": units}
