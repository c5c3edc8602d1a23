"""Drift: where a channel shows another number than it should, why, and one click to mend it."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display

from channels.admin.history import STATUS_COLORS
from channels.models import ChannelOrder, Communicated, Publication
from channels.models.publication import Status
from desk import history
from desk.cells import NOTHING, ago, badge, list_of, page_of, two_lines
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.refusals import RefusalsMixin
from desk.saying import gettext, ngettext
from syncjobs import reconcile
from syncjobs.admin.finding_words import FINDINGS
from syncjobs.admin.starting import NothingToSend, SenderMixin
from syncjobs.models import Finding

Cause = Finding.Cause

CAUSE_COLORS = {
    Cause.ORDER: "info",
    Cause.EDIT: "warning",
    Cause.REJECTED: "danger",
    Cause.NOT_MAPPED: "warning",
    Cause.PENDING: "info",
    Cause.NOT_APPLIED: "warning",
    Cause.UNEXPLAINED: "danger",
}
ADVICE = {
    Cause.ORDER: _(
        "It is not mended over an order that was not taken in: see why it waits, place it,"
        " or adjust the stock by hand. The finding then ends by itself."
    ),
    Cause.EDIT: _(
        "Mend sends the right number again. If it comes back, somebody or another app keeps"
        " changing it: find out who, or untick the product for this channel. What only concerns"
        " orders or units set aside is put right at the channel."
    ),
    Cause.REJECTED: _(
        "Put right what the channel refuses. It is tried again by itself; Mend does it at once."
    ),
    Cause.NOT_MAPPED: _(
        "Link the product or map the location again: the finding then ends by itself."
    ),
    Cause.PENDING: _(
        "It is sent as soon as the channel takes it; Mend tries again at once. If it"
        " lasts, use Test connection on the channel."
    ),
    Cause.NOT_APPLIED: _(
        "The channel took the number and takes its time to show it. Fewer are told"
        " at once all the same. What never shows is told over by itself; if it lasts, ask the"
        " channel's support about the message."
    ),
    Cause.UNEXPLAINED: _("A fault of ours: Mend sends the right number; please report it."),
}
SHOWN_LINES = 10
SHOWN_PUBLICATIONS = 10


class OutcomeFilter(DropdownFilter):
    """Open ones, unless asked otherwise."""

    title = "outcome"
    parameter_name = "outcome"
    all_option = ("", _("Open"))

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [
            ("mended", gettext("Mended")),
            ("gone", gettext("Right by itself")),
            ("all", gettext("All, open and closed")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in Finding.Outcome.values:
            return queryset.filter(outcome=self.value())
        return queryset if self.value() == "all" else queryset.filter(closed_at=None)


class Told(NamedTuple):
    """A line of what the channel was told."""

    url: str
    when: str
    quantity: int | None
    expected: int | None
    status: str


@admin.register(Finding)
class FindingAdmin(SenderMixin, RefusalsMixin, ReadOnlyMixin, ModelAdmin):
    """Written by the comparison; a person only mends."""

    list_display = [
        "show_product",
        "show_place",
        "show_cause",
        "show_shown",
        "show_believed",
        "show_should",
        "show_since",
        "show_seen",
        "show_outcome",
    ]
    list_filter = [
        OutcomeFilter,
        ("cause", ChoicesDropdownFilter),
        ("channel", RelatedDropdownFilter),
    ]
    list_filter_submit = True
    list_fullwidth = True
    list_select_related = ["channel", "level__location", "level__listing__product"]
    search_fields = ["=level__listing__product__sku"]
    search_help_text = _("A whole SKU")
    ordering = ["-id"]
    sortable_by = ()
    actions = ["mend"]
    actions_row = ["mend_this"]
    actions_detail = ["mend_this"]
    empty_hint = _(
        "Nothing open: no channel was found to show another number than it should. Every 15"
        " minutes the numbers of each are read and compared with ours: a difference appears here"
        " with its cause, and is mended by itself or by one click, as the channel's setting says."
    )

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        findings: QuerySet[Finding] = super().get_queryset(request)
        return findings.select_related(*self.list_select_related)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        found = Finding.objects.filter(pk=object_id).first()
        is_offered = found is not None and reconcile.is_mendable(found)
        return super().get_actions_detail(request, object_id) if is_offered else []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """What was found, instead of a form."""
        finding = kwargs.get("obj")
        if isinstance(finding, Finding):
            context |= self._describe(request, finding)
        return super().render_change_form(request, context, *args, **kwargs)

    def _describe(self, request: HttpRequest, finding: Finding) -> dict[str, Any]:
        listing, user = finding.level.listing, request.user
        may_read = user.has_perms(["channels.view_publication"])
        row = Communicated(pk=f"{listing.pk}:{finding.level.location_id}")
        return {
            "title": f"{listing.product.sku}: {finding.get_cause_display()}",
            "finding": finding,
            "cause": self.show_cause(finding),
            "state": self.show_outcome(finding),
            "message": FINDINGS.said(finding.message),
            "advice": ADVICE[Cause(finding.cause)],
            "product_page": self._page(request, "inventory.view_product", listing.product),
            "explanation_page": self._page(request, "channels.view_communicated", row),
            "orders_page": list_of(ChannelOrder, parked="yes")
            if finding.cause == Cause.ORDER and user.has_perms(["channels.view_channelorder"])
            else "",
            "may_read_publications": may_read,
            "publications": _told(finding) if may_read else [],
        }

    def _page(self, request: HttpRequest, permission: str, thing: Model) -> str:
        return page_of(thing) if request.user.has_perms([permission]) else ""

    @action(description=_("Mend: send the right numbers…"), permissions=["send"])
    def mend(self, request: HttpRequest, findings: QuerySet[Finding]) -> HttpResponse | None:
        return self._ask_or_mend(request, findings, request.get_full_path())

    @action(description=_("Mend"), icon="healing", url_path="mend", permissions=["send"])
    def mend_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asked on a page of its own; only a POST mends."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        finding = self.get_queryset(request).filter(pk=unquote(object_id))
        back = list_of(Finding)
        try:
            answer = self._ask_or_mend(request, finding, back)
        except NothingToSend as refused:
            self.message_user(request, refused.message, messages.ERROR)
            answer = None
        return answer or HttpResponseRedirect(back)

    def _ask_or_mend(
        self, request: HttpRequest, findings: QuerySet[Finding], back: str
    ) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, list(findings), back)
        mendable = [each for each in findings if reconcile.is_mendable(each)]
        by = request.user.get_username()
        number = reconcile.mend([each.pk for each in mendable], by)
        if not number:
            raise NothingToSend(
                gettext("None of these can be mended by sending a number: see each one.")
            )
        self._note(request, mendable)
        self.message_user(
            request,
            ngettext(
                "%(number)d mended: the right number is on its way.",
                "%(number)d mended: the right numbers are on their way.",
                number,
            )
            % {"number": number},
            messages.SUCCESS,
        )
        return None

    def _note(self, request: HttpRequest, mended: list[Finding]) -> None:
        """Write down who did, in one statement."""
        user_id = request.user.pk
        if user_id is None:
            raise PermissionDenied
        words = gettext("Mended: the right number is sent again.")
        LogEntry.objects.log_actions(user_id, mended, CHANGE, change_message=history.kept(words))

    def _ask(self, request: HttpRequest, findings: list[Finding], back: str) -> HttpResponse:
        mendable = [each for each in findings if reconcile.is_mendable(each)]
        left = [each for each in findings if not reconcile.is_mendable(each)]
        causes = Counter(Cause(each.cause) for each in left if each.closed_at is None)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Mend"),
            "opts": self.opts,
            "mendable": mendable,
            "top": mendable[:SHOWN_LINES],
            "more": max(0, len(mendable) - SHOWN_LINES),
            "left": left,
            "reasons": [(each.label, number, ADVICE[each]) for each, number in causes.items()],
            "by_hand": sorted(
                {str(each.channel) for each in mendable if not each.channel.is_updated_on_change}
            ),
            "back": back,
            "checkbox": ACTION_CHECKBOX_NAME,
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "is_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/stockcast/mend_findings.html", context)

    @display(description=_("Product"), header=True)
    def show_product(self, finding: Finding) -> list[str]:
        product = finding.level.listing.product
        return [product.sku, product.name]

    @display(description=_("Channel"))
    def show_place(self, finding: Finding) -> str:
        return two_lines(finding.channel, finding.level.location.name)

    @display(description=_("Cause"))
    def show_cause(self, finding: Finding) -> str:
        return badge(CAUSE_COLORS[Cause(finding.cause)], finding.get_cause_display())

    @display(description=_("Shows"))
    def show_shown(self, finding: Finding) -> str | int:
        return NOTHING if finding.shown is None else finding.shown

    @display(description=_("We believed"))
    def show_believed(self, finding: Finding) -> str | int:
        return NOTHING if finding.believed is None else finding.believed

    @display(description=_("Should show"))
    def show_should(self, finding: Finding) -> str | int:
        return NOTHING if finding.should is None else finding.should

    @display(description=_("Since"))
    def show_since(self, finding: Finding) -> str:
        return ago(finding.opened_at)

    @display(description=_("Last seen"))
    def show_seen(self, finding: Finding) -> str:
        return ago(finding.seen_at)

    @display(description=_("Outcome"))
    def show_outcome(self, finding: Finding) -> str:
        if finding.closed_at is None:
            return badge("danger", gettext("Open"))
        state = badge("success", finding.get_outcome_display())
        return two_lines(state, finding.closed_by) if finding.closed_by else state


def _told(finding: Finding) -> list[Told]:
    """What this level was told last."""
    latest = Publication.objects.filter(level=finding.level_id).order_by("-pk")
    return [
        Told(
            page_of(told),
            ago(told.created_at),
            told.quantity,
            told.expected,
            badge(STATUS_COLORS[Status(told.status)], told.get_status_display()),
        )
        for told in latest[:SHOWN_PUBLICATIONS]
    ]
