"""Channels: connect an account, test it, map its locations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from channels import accounts, due, notices, onboarding, reasons, registry
from channels.admin.asking import said, set_up
from channels.admin.channel_form import field_names, form_for
from channels.admin.channel_profile import ChannelProfileMixin
from channels.admin.channel_rehearsal import RehearsedChannelMixin
from channels.admin.first_steps import FirstStepsMixin
from channels.admin.location import LocationInline, plain
from channels.admin.stored import ERRORS
from channels.admin.unmapped import UnmappedMixin
from channels.contract import ChannelError
from channels.models import Channel, Notice
from channels.rules import PLAIN
from channels.signals import levels_due
from desk.cells import NOTHING, ago, badge, link, list_of, page_of, two_lines
from desk.dialogs import ObjectDialog, ask, reported
from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin
from desk.saying import gettext

SWITCHES = ["is_active", "is_stock_synced", "is_updated_on_change"]
HOOKS = ["show_hook", ("show_hooks_checked", "show_last_notice")]
STATES = {"ok": "success", "problem": "danger", "off": "", "new": "info"}


class ChannelDialog(ObjectDialog):
    """Asks whether to go on; the channel is asked then."""

    model = Channel
    is_whole = False


@admin.register(Channel)
class ChannelAdmin(
    FirstStepsMixin,
    RehearsedChannelMixin,
    ChannelProfileMixin,
    UnmappedMixin,
    RefusalsMixin,
    ModelAdmin,
):
    """Kept for ever: receipts refer to it. Switch one off instead of deleting it."""

    list_display = ["name", "show_kind", "show_state", "show_problem", "is_stock_synced"]
    list_filter = ["is_active", "is_stock_synced"]
    search_fields = ["name"]
    search_help_text = _("Name")
    inlines = [LocationInline]
    readonly_fields = [
        "show_kind",
        "show_state",
        "show_problem",
        "show_checked",
        "show_hook",
        "show_hooks_checked",
        "show_last_notice",
        "show_profile",
    ]
    actions_detail = ["check_connection", "load_locations", "show_unmapped", "choose_profile"]
    empty_hint = _("Connect your first channel: its name, its address, its access token.")

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def get_inlines(self, _request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj else []

    def _kind(self, request: HttpRequest, obj: Any) -> str:
        """Fixed once it is made; asked for in the address before."""
        if obj:
            return str(obj.kind)
        choices = [kind for kind, _ in registry.choices()]
        asked = request.GET.get("kind", "")
        return asked if asked in choices else choices[0]

    def _form(self, request: HttpRequest, obj: Any) -> Any:
        return form_for(self._kind(request, obj), obj.credentials if obj else {})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        connection = field_names(self._form(request, obj))
        first = [("name", "show_kind"), "is_active"]
        if obj:
            first += [("show_state", "show_checked"), "show_problem"]
        rule = ["show_profile"] if obj else []
        sending = ["matching", *rule, "is_stock_synced", "is_updated_on_change"]
        guards = ["breaker_share", "drift_policy"]
        timing = [("time_zone", "new_products_at")]
        place = ["default_location"] if obj else []
        is_editable = obj is None or self.has_change_permission(request, obj)
        return [
            (None, {"fields": first}),
            *([(_("Connection"), {"fields": connection})] if is_editable else []),
            *([(_("Webhooks"), {"fields": HOOKS})] if obj and is_editable else []),
            (_("What is sent, and when"), {"fields": [*sending, *timing, *place]}),
            (_("What keeps it right"), {"fields": [*guards, "is_unmapped_zeroed"]}),
            (_("Orders"), {"fields": ["is_cancellation_archived"]}),
        ]

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            kwargs["form"] = self._form(request, obj)
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Locations come from the channel: no links to add one beside the choice."""
        return plain(super().formfield_for_dbfield(db_field, request, **kwargs))

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where several kinds are installed, one is chosen first."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        choices = registry.choices()
        if request.GET.get("kind") in dict(choices) or len(choices) == 1:
            return super().add_view(request, *args, **kwargs)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Which kind of channel?"),
            "opts": self.opts,
            "kinds": choices,
        }
        return TemplateResponse(request, "admin/channels/channel/kinds.html", context)

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:  # noqa: FBT001
        """What waits moves with the channel's clock."""
        super().save_model(request, obj, form, change)
        if change and {"time_zone", "new_products_at"} & set(form.changed_data):
            onboarding.reschedule(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """A changed mapping changes every number; a switch turned on wakes what waited."""
        super().save_related(request, form, formsets, change)
        is_mapped = any(formset.has_changed() for formset in formsets)
        if change:
            self.rehearse_channel(request, form, formsets)
        if "is_unmapped_zeroed" in form.changed_data:
            due.create_levels(form.instance)
        if change and (is_mapped or "default_location" in form.changed_data):
            due.by_channel(form.instance)
            self.say_what_follows(request, form.instance)
        elif any(name in form.changed_data and getattr(form.instance, name) for name in SWITCHES):
            with transaction.atomic():
                levels_due.send(sender=None, channel_ids=[form.instance.pk])

    @display(description=_("Kind"))
    def show_kind(self, channel: Channel) -> str:
        return dict(registry.choices()).get(channel.kind, channel.kind)

    @display(description=_("State"))
    def show_state(self, channel: Channel) -> str:
        key, words = state_of(channel)
        return badge(STATES[key], words)

    @display(description=_("Global profile"))
    def show_profile(self, channel: Channel) -> str:
        """Changed on a page of its own, which shows first what it would tell."""
        profile = channel.profile
        return link(page_of(profile), profile.name) if profile else gettext(PLAIN.name)

    @display(description=_("Problem"))
    def show_problem(self, channel: Channel) -> str:
        if not channel.problem_code:
            return ""
        return f"{ERRORS.said(channel.problem).rstrip('.')}. {reasons.advice(channel.problem_code)}"

    @display(description=_("Last asked"))
    def show_checked(self, channel: Channel) -> str:
        return ago(channel.checked_at)

    @display(description=_("Webhook address"))
    def show_hook(self, channel: Channel) -> str:
        if not notices.hears(channel):
            return gettext("This kind of channel sends no webhooks: orders come by poll only.")
        return notices.address(channel) or (
            gettext(
                "None: orders come by poll only. Set STOCKCAST_PUBLIC_URL to the address under"
                " which channels reach this back office."
            )
        )

    @display(description=_("Webhooks last checked"))
    def show_hooks_checked(self, channel: Channel) -> str:
        return ago(channel.hooks_checked_at)

    @display(description=_("Last notice"))
    def show_last_notice(self, channel: Channel) -> str:
        refused = channel.hooks_refused_at
        last = channel.notices.order_by("-pk").defer("body").first()
        if refused and (last is None or refused > last.received_at):
            return format_html(
                gettext(
                    "One was refused {}: its signature is not that of the secret entered above."
                ),
                ago(refused),
            )
        if last is None:
            return NOTHING
        return two_lines(
            ago(last.received_at), link(list_of(Notice, channel__id__exact=channel.pk), last.topic)
        )

    @action(
        description=_("Test connection"),
        icon="network_check",
        permissions=["change"],
        dialog=ask(
            ChannelDialog,
            _("Test connection"),
            _(
                "Asks the channel who we are and what we may do, loads its locations and sets up"
                " its webhooks. All settings stay as they are."
            ),
            _("Test now"),
        ),
    )
    @reported
    def check_connection(self, _request: HttpRequest, form: ChannelDialog) -> str:
        try:
            found = accounts.check(form.object)
        except ChannelError as error:
            raise said(error) from error
        return gettext("Connected to %(name)s. %(details)s") % {
            "name": found.name,
            "details": "; ".join([*found.details, *set_up(form.object)]),
        }

    @action(
        description=_("Load locations"),
        icon="add_location",
        permissions=["change"],
        dialog=ask(
            ChannelDialog,
            _("Load locations"),
            _("Brings the list of locations up to date. Mappings and switches stay."),
            _("Load"),
        ),
    )
    @reported
    def load_locations(self, _request: HttpRequest, form: ChannelDialog) -> str:
        channel = form.object
        try:
            accounts.load_locations(channel, accounts.connect(channel))
        except ChannelError as error:
            raise said(error) from error
        return gettext("Locations at %(channel)s: %(number)d.") % {
            "channel": channel,
            "number": channel.locations.filter(is_active=True).count(),
        }


def state_of(channel: Channel) -> tuple[str, str]:
    """A channel's state, as a key of STATES and in words."""
    if not channel.is_active:
        return "off", gettext("Switched off")
    if channel.problem_code:
        return "problem", reasons.label(channel.problem_code)
    if not channel.is_stock_synced:
        return "off", gettext("Stock sync off")
    if channel.checked_at:
        return "ok", gettext("Connected")
    return "new", gettext("Not tested yet")
