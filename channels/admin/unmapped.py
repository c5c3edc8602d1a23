"""The page that shows what unmapped locations show, and turns their zeroing on or off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from channels import accounts, reasons, unmapped
from channels.contract import ChannelError
from channels.models import Channel
from desk.cells import page_of
from desk.saying import gettext


class UnmappedMixin:
    """Adds the page to the admin of channels."""

    admin_site: Any
    opts: Any
    has_change_permission: Any
    message_user: Any
    log_change: Any

    @action(
        description=_("Unmapped locations"),
        icon="location_off",
        url_path="unmapped",
        permissions=["change"],
    )
    def show_unmapped(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Preview on GET; on POST the switch is turned."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        channel = Channel.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if channel is None:
            raise Http404(object_id)
        if request.method == "POST":
            return self._switch(request, channel)
        try:
            places, looked_at = unmapped.preview(channel, accounts.connect(channel))
        except ChannelError as error:
            text = f"{reasons.label(error.code)}: {error.message}. {reasons.advice(error.code)}"
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(page_of(channel))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Unmapped locations"),
            "subtitle": channel.name,
            "opts": self.opts,
            "channel": channel,
            "places": places,
            "looked_at": looked_at,
            "levels": sum(place.levels for place in places),
            "back": page_of(channel),
        }
        return TemplateResponse(request, "admin/channels/channel/unmapped.html", context)

    def _switch(self, request: HttpRequest, channel: Channel) -> HttpResponse:
        is_zeroed = request.POST.get("is_zeroed") == "on"
        unmapped.switch(channel, is_zeroed=is_zeroed)
        if is_zeroed:
            text = gettext("Zeroing of unmapped locations is on now.")
        else:
            text = gettext("Zeroing of unmapped locations is off now.")
        self.log_change(request, channel, text)
        self.message_user(request, text)
        return HttpResponseRedirect(page_of(channel))
