"""Communicate inventory to external sources: with the permission of its own, confirm and send."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from channels import ordering
from channels.admin import communicated as base
from channels.admin.notes import held_back
from channels.models import Communicated, Entry
from desk.cells import page_of
from desk.paging import READ
from desk.saying import gettext, ngettext
from syncjobs.admin import previews
from syncjobs.admin.previews import Preview
from syncjobs.admin.starting import NothingToSend, SenderMixin, announce, start
from syncjobs.admin.waiting import ProgressFilter
from syncjobs.models import Run

PART = 1000

admin.site.unregister(Communicated)


@admin.register(Communicated)
class CommunicatedAdmin(SenderMixin, base.CommunicatedAdmin):
    """What would change is shown before anything is sent; sending is logged with its person."""

    list_filter = [*base.CommunicatedAdmin.list_filter, ProgressFilter]
    actions = ["confirm_and_send"]
    actions_detail = ["confirm_and_send_this"]

    @action(description=_("Confirm and send…"), permissions=["send"])
    def confirm_and_send(self, request: HttpRequest, rows: QuerySet[Entry]) -> HttpResponse | None:
        return self._ask_or_send(request, _of_found(rows), request.get_full_path())

    @action(
        description=_("Confirm and send"),
        icon="send",
        url_path="confirm-and-send",
        permissions=["send"],
    )
    def confirm_and_send_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shown to whoever sees the row; only a POST sends."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=unquote(object_id)).order_by()
        found = previews.of_rows(row)
        if not found:
            raise Http404(object_id)
        try:
            return self._ask_or_send(request, found, page_of(row[0]))
        except NothingToSend as refused:
            self.message_user(request, refused.message, messages.ERROR)
            return HttpResponseRedirect(page_of(row[0]))

    def _ask_or_send(self, request: HttpRequest, parts: list[Preview], back: str) -> HttpResponse:
        if "confirmed" not in request.POST:
            return self._ask(request, parts, back)
        runs = [
            start(request, part.channel, Run.Kind.BULK, part.product_ids, self._words(part))
            for part in parts
            if part.product_ids
        ]
        if not runs:
            raise NothingToSend(
                gettext("Nothing was sent: none of these products is communicated.")
            )
        return announce(request, runs)

    def _words(self, part: Preview) -> str:
        """For the history."""
        number = len(part.product_ids)
        return ngettext(
            "Confirm and send: %(number)d product", "Confirm and send: %(number)d products", number
        ) % {"number": number}

    def _ask(self, request: HttpRequest, parts: list[Preview], back: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Confirm and send"),
            "opts": self.opts,
            "parts": parts,
            "held": [(part.channel, *why) for part in parts if (why := held_back(part.channel))],
            "back": back,
            "action": "confirm_and_send",
            "checkbox": ACTION_CHECKBOX_NAME,
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "is_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/stockcast/confirm_and_send.html", context)


def _of_found(rows: QuerySet[Entry]) -> list[Preview]:
    """What sending the rows that were chosen, or all that the filter leaves, would tell; looked at
    in parts. Raises NothingToSend for more than anybody could have looked through."""
    keys = [each.key for each in ordering.found(rows)]
    if len(keys) > READ:
        raise NothingToSend(
            gettext(
                "More than %(number)s rows are chosen: narrow them with a filter, or start a sync"
                " of the whole channel on its page."
            )
            % {"number": number_format(READ, force_grouping=True)}
        )
    together: dict[int, Preview] = {}
    for at in range(0, len(keys), PART):
        chosen = Communicated.objects.filter(pk__in=keys[at : at + PART]).order_by()
        for part in previews.of_rows(chosen):
            _add(together.setdefault(part.channel.pk, Preview(part.channel)), part)
    return sorted(together.values(), key=lambda preview: preview.channel.name)


def _add(whole: Preview, part: Preview) -> None:
    whole.product_ids |= part.product_ids
    whole.changes += part.changes
    whole.counts += part.counts
    whole.skipped += part.skipped
