"""The page that gives a channel another global profile: chosen, previewed, then saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from channels import profiles, selling
from channels.admin import wording
from channels.admin.previewing import CONFIRMED
from channels.admin.profile import newest_versions
from channels.models import Channel, Profile
from desk.cells import page_of
from desk.lists import ModelAdmin
from desk.saying import gettext

NO_PROFILE = "none"


class ChannelProfileMixin(ModelAdmin):
    """Adds the page to the admin of channels."""

    def has_rule_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Whoever keeps quantity rules says which one a channel goes by."""
        return request.user.has_perms(["channels.view_channel", "channels.change_profile"])

    @action(description=_("Global profile"), icon="rule", url_path="profile", permissions=["rule"])
    def choose_profile(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choices on GET, a preview of the chosen one on POST; a confirmed POST saves."""
        if not self.has_rule_permission(request):
            raise PermissionDenied
        channels = Channel.objects.select_related("profile")
        channel = channels.filter(pk=object_id).first() if object_id.isdecimal() else None
        if channel is None:
            raise Http404(object_id)
        is_chosen, profile = _chosen(request.POST.get("profile", ""))
        if not is_chosen:
            return self._choose(request, channel)
        if CONFIRMED not in request.POST:
            return self._preview(request, channel, profile)
        selling.set_profile(channel, profile)
        if profile:
            text = gettext("%(channel)s goes by “%(profile)s” now.")
        else:
            text = gettext("%(channel)s shows the product's value now.")
        self.log_change(
            request, channel, gettext("Global profile: %(profile)s") % {"profile": profile or "–"}
        )
        self.message_user(
            request, text % {"channel": channel, "profile": profile}, messages.SUCCESS
        )
        return HttpResponseRedirect(page_of(channel))

    def _choose(self, request: HttpRequest, channel: Channel) -> HttpResponse:
        told = wording.told_of(newest_versions())
        context = {
            **self._context(request, channel),
            "choices": [(version.profile, head, words) for version, head, words in told],
            "no_profile": NO_PROFILE,
            "back": page_of(channel),
        }
        return TemplateResponse(request, "admin/channels/channel/profile.html", context)

    def _preview(
        self, request: HttpRequest, channel: Channel, profile: Profile | None
    ) -> HttpResponse:
        rule = profiles.current(profile)
        context = {
            **self._context(request, channel),
            "headline": f"{rule.name}: {wording.headline(rule)}" if profile else gettext(rule.name),
            "summary": wording.summary(rule, wording.names_of([rule])),
            "preview": selling.preview_profile(channel, profile),
            "typed": [("profile", request.POST["profile"])],
            "confirmed": CONFIRMED,
            "back": request.path,
        }
        return TemplateResponse(request, "admin/stockcast/preview.html", context)

    def _context(self, request: HttpRequest, channel: Channel) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": gettext("Global profile"),
            "subtitle": channel.name,
            "opts": self.opts,
            "channel": channel,
        }


def _chosen(given: str) -> tuple[bool, Profile | None]:
    """Whether a choice was made, and which: no profile is one, too."""
    if given == NO_PROFILE:
        return True, None
    profile = Profile.objects.filter(pk=given).first() if given.isdecimal() else None
    return profile is not None, profile
