"""Process logs: what happened to which SKU on which channel, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display

from channels import reasons
from desk.cells import NOTHING, ago, badge, link, page_of, two_lines
from desk.dialogs import ObjectDialog, ask, reported
from desk.filters import MomentFilter
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.refusals import RefusalsMixin
from inventory.models import Product
from syncjobs import hints
from syncjobs.admin.finding_words import logged
from syncjobs.admin.logs import reasons_page, retrying, searching, words
from syncjobs.admin.logs.reasons_page import COLORS
from syncjobs.admin.logs.words import Phrase
from syncjobs.admin.starting import NothingToSend, SenderMixin, announce
from syncjobs.models import ProcessLog, Run

ONE = "retry_line"
"""Names the button of a line, whose value is the line's number."""


def _understood(request: Any, search: str) -> list[Phrase]:
    """What the words mean; asked for once, to find by and to tell."""
    kept: dict[str, list[Phrase]] = request.__dict__.setdefault("understood", {})
    if search not in kept:
        kept[search] = words.understand(search)
    return kept[search]


class CodeFilter(DropdownFilter):
    """By reason, in words."""

    title = _("reason")
    parameter_name = "code"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [(code.value, reason.label) for code, reason in reasons.REASONS.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(code=self.value()) if self.value() else queryset


class RetryDialog(ObjectDialog):
    """A yes."""

    model = ProcessLog
    is_whole = False


@admin.register(ProcessLog)
class ProcessLogAdmin(SenderMixin, RefusalsMixin, ReadOnlyMixin, ModelAdmin):
    """Read-only; made for millions of lines, which are never counted nor looked through."""

    list_display = [
        "show_when",
        "show_level",
        "show_sku",
        "show_channel",
        "show_reason",
        "show_advice",
    ]
    list_filter = [
        ("channel", RelatedDropdownFilter),
        CodeFilter,
        ("level", ChoicesDropdownFilter),
        ("created_at", MomentFilter),
    ]
    list_filter_submit = True
    list_fullwidth = True
    list_select_related = ["channel", "product", "run"]
    list_before_template = "admin/syncjobs/processlog/understood.html"
    search_fields = ["sku"]
    search_help_text = _("SKU, barcode, channel, reason, “run 12”, or several")
    ordering = ["-id"]
    sortable_by = ()
    actions = ["retry"]
    actions_detail = ["retry_this"]
    readonly_fields = [
        "show_when",
        "show_level",
        "show_sku",
        "channel",
        "show_reason",
        "show_advice",
        "show_run",
    ]
    fields = tuple(readonly_fields)
    empty_hint = _("When a product is skipped or refused, its reason and what to do stand here.")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("reasons/", wrap(self.reasons_view), name="syncjobs_processlog_reasons"),
            path("reasons/<str:code>/", wrap(self.reason_view), name="syncjobs_processlog_reason"),
            *super().get_urls(),
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The page of a run leads here with its number."""
        return lookup == "run__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_list_display(self, request: HttpRequest) -> Any:
        """With a button in each line for those who may send."""
        shown = super().get_list_display(request)
        return [*shown, "show_retry"] if self.has_send_permission(request) else shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProcessLog], search_term: str
    ) -> tuple[QuerySet[ProcessLog], bool]:
        """By what the words mean; every one narrows."""
        return searching.find(queryset, _understood(request, search_term)), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The list, under how the search was understood."""
        if request.method == "POST" and ONE in request.POST:
            return self._retry_line(request, request.POST[ONE])
        search = request.GET.get("q", "")
        chips = searching.chips(_understood(request, search), request.GET, "q") if search else []
        may_retry = self.has_send_permission(request)
        context = {**(extra_context or {}), "chips": chips, "may_retry": may_retry}
        return super().changelist_view(request, context)

    def reasons_view(self, request: HttpRequest) -> HttpResponse:
        """All reasons, to be browsed."""
        self._demand_sight(request)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Reasons"),
            "opts": self.opts,
            "reasons": reasons_page.every(),
        }
        return TemplateResponse(request, "admin/syncjobs/processlog/reasons.html", context)

    def reason_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """What one reason means, and its latest lines."""
        self._demand_sight(request)
        reason = reasons_page.one(code)
        lines = self.get_queryset(request).filter(code=code).select_related("channel", "product")
        context = {
            **self.admin_site.each_context(request),
            "title": reason.label,
            "opts": self.opts,
            "reason": reason,
            "lines": list(lines.order_by("-id")[:10]),
        }
        return TemplateResponse(request, "admin/syncjobs/processlog/reason.html", context)

    def _demand_sight(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _retry_line(self, request: HttpRequest, number: str) -> HttpResponse:
        if not self.has_send_permission(request):
            raise PermissionDenied
        is_number = number.isascii() and number.isdigit() and len(number) <= words.LONGEST_NUMBER
        lines = self.get_queryset(request).filter(pk=number) if is_number else []
        try:
            runs = self._retry(request, list(lines))
            hints.give(sorted({run.channel_id for run in runs}))
        except NothingToSend as refused:
            self.message_user(request, refused.message, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def _retry(self, request: HttpRequest, lines: list[ProcessLog]) -> list[Run]:
        """Retry, and say what was done and what was not. Raises NothingToSend."""
        found = retrying.retry(request, lines)
        for sentence in found.left:
            self.message_user(request, sentence, messages.WARNING)
        if not found.runs:
            raise NothingToSend(
                gettext("Nothing of this could be tried again: each line says what to do.")
            )
        if found.done:
            self.message_user(request, found.done, messages.SUCCESS)
        return found.runs

    @action(description=_("Retry: send these products, ask for these orders"), permissions=["send"])
    def retry(self, request: HttpRequest, lines: QuerySet[ProcessLog]) -> HttpResponse:
        return announce(request, self._retry(request, list(lines.select_related("channel"))))

    @action(
        description=_("Retry"),
        icon="refresh",
        permissions=["send"],
        dialog=ask(
            RetryDialog,
            _("Try this again?"),
            _("The product is sent to the channel again, or the order is asked for again."),
            _("Retry"),
        ),
    )
    @reported
    def retry_this(self, request: HttpRequest, form: RetryDialog) -> str | None:
        found = retrying.retry(request, [form.object])
        if not found.runs:
            raise NothingToSend(" ".join(found.left))
        hints.give(sorted({run.channel_id for run in found.runs}))
        return found.done

    @display(description=_("When"), ordering="created_at")
    def show_when(self, line: ProcessLog) -> str:
        return ago(line.created_at)

    @display(description=_("Level"))
    def show_level(self, line: ProcessLog) -> str:
        return badge(COLORS[ProcessLog.Level(line.level)], line.get_level_display())

    @display(description=_("SKU"))
    def show_sku(self, line: ProcessLog) -> str:
        if line.product_id is None:
            return line.sku or NOTHING
        return link(page_of(Product(pk=line.product_id)), line.sku)

    @display(description=_("Channel"))
    def show_channel(self, line: ProcessLog) -> str:
        return str(line.channel)

    @display(description=_("Reason"))
    def show_reason(self, line: ProcessLog) -> str:
        label = reasons.label(line.code)
        page = reasons_page.page_of(line.code)
        shown = link(page, label) if page else label
        said = {"", label, reasons.stored(line.code)}
        return two_lines(shown, logged(line.message)) if line.message not in said else shown

    @display(description=_("What to do"))
    def show_advice(self, line: ProcessLog) -> str:
        return reasons.advice(line.code) or NOTHING

    @display(description=_("Run"))
    def show_run(self, line: ProcessLog) -> str:
        return link(page_of(line.run), line.run) if line.run else NOTHING

    @display(description=_("Retry"))
    def show_retry(self, line: ProcessLog) -> str:
        if not retrying.is_retried(line):
            return format_html('<span class="sc-quiet">{}</span>', gettext("by itself"))
        return format_html(
            '<button type="submit" class="sc-small" name="{}" value="{}"'
            ' title="{}"><span class="material-symbols-outlined" aria-hidden="true">refresh</span>'
            '<span class="sc-unseen">{}</span></button>',
            ONE,
            line.pk,
            gettext("Retry"),
            gettext("Retry %(what)s") % {"what": line.sku or line.order_number},
        )
