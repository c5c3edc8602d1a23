"""Communicate inventory to external sources: with the permission of its own, confirm and send."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.decorators import action

from channels.admin import communicated as base
from channels.models import Communicated
from desk.cells import page_of
from syncjobs.admin import previews
from syncjobs.admin.previews import Preview
from syncjobs.admin.starting import NothingToSend, SenderMixin, announce, start
from syncjobs.models import Run

admin.site.unregister(Communicated)


@admin.register(Communicated)
class CommunicatedAdmin(SenderMixin, base.CommunicatedAdmin):
    """What would change is shown before anything is sent; sending is logged with its person."""

    actions = ["confirm_and_send"]
    actions_detail = ["confirm_and_send_this"]

    @action(description="Confirm and send…", permissions=["send"])
    def confirm_and_send(
        self, request: HttpRequest, rows: QuerySet[Communicated]
    ) -> HttpResponse | None:
        return self._ask_or_send(request, previews.of_rows(rows), request.get_full_path())

    @action(
        description="Confirm and send",
        icon="send",
        url_path="confirm-and-send",
        permissions=["send"],
    )
    def confirm_and_send_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shown to whoever sees the row; only a POST sends."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=unquote(object_id))
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
            raise NothingToSend("Nothing was sent: none of these products is communicated.")
        return announce(request, runs)

    def _words(self, part: Preview) -> str:
        return f"Confirm and send: {len(part.product_ids)} products"

    def _ask(self, request: HttpRequest, parts: list[Preview], back: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Confirm and send",
            "opts": self.opts,
            "parts": parts,
            "back": back,
            "action": "confirm_and_send",
            "checkbox": ACTION_CHECKBOX_NAME,
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "is_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/stockcast/confirm_and_send.html", context)
