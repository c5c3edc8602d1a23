"""Webhooks: where partners are told of events, and how well that goes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from desk.cells import ago, badge, link, list_of, page_of
from desk.dialogs import ObjectDialog, ask, find, reported
from desk.lists import ModelAdmin
from desk.paging import READ, bounded
from desk.readonly import ReadOnlyMixin
from desk.saying import gettext
from partners import telling
from partners.admin import once
from partners.models import Delivery, Webhook

# Counted no further than the list of them shows, in the partial index of what waits.
_WAITING = f"""
SELECT count(*) FROM (
    SELECT FROM partners_delivery
    WHERE webhook_id = partners_webhook.id AND status = 'waiting' LIMIT {READ + 1}
) waiting
"""  # noqa: S608 - a number of ours


def health(webhook: Webhook) -> SafeString:
    """Whether it is told, and whether it answers."""
    if not webhook.is_active:
        is_by_hand = webhook.disabled_reason == telling.SUSPENDED
        return (
            badge("", gettext("Switched off"))
            if is_by_hand
            else badge("danger", gettext("Disabled"))
        )
    if not webhook.partner.is_active:
        return badge("", gettext("Partner is off"))
    if webhook.failing_since:
        return badge("warning", gettext("Failing"))
    return badge("success", gettext("Healthy"))


def _deliveries(webhook: Webhook, **filters: object) -> str:
    return list_of(Delivery, webhook__id__exact=webhook.pk, **filters)


class WebhookDialog(ObjectDialog):
    """Asks whether to go on."""

    model = Webhook


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyMixin, ModelAdmin):
    """Made and changed by the partner, through the API."""

    list_display = [
        "show_address",
        "show_partner",
        "show_topics",
        "show_health",
        "show_since",
        "show_waiting",
    ]
    list_filter = [("partner", RelatedDropdownFilter), "is_active"]
    list_filter_submit = True
    list_select_related = ["partner"]
    search_fields = ["url"]
    search_help_text = _("A part of the address")
    sortable_by = ()
    actions_detail = ["enable", "disable", "ping", "rotate_secret"]
    empty_hint = _("Partners add their webhooks themselves, through the API.")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "url",
                    ("show_partner", "show_health"),
                    "show_topics",
                    ("show_since", "show_reason"),
                    ("show_waiting", "show_deliveries"),
                    "show_made",
                ]
            },
        ),
    ]
    readonly_fields = [
        "show_partner",
        "show_health",
        "show_topics",
        "show_since",
        "show_reason",
        "show_waiting",
        "show_deliveries",
        "show_made",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        """With how much waits: a partial index holds only that."""
        webhooks: QuerySet[Webhook] = super().get_queryset(request)
        waiting = RawSQL(_WAITING, [])  # noqa: S611 - a constant
        return webhooks.select_related("partner").annotate(waiting=waiting)

    def has_manage_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        """Whether the person switches webhooks and changes their secrets."""
        return request.user.has_perms(["partners.change_webhook"])

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Those that make sense now."""
        actions = super().get_actions_detail(request, object_id)
        is_on = Webhook.objects.filter(pk=object_id, is_active=True).exists()
        hidden = "enable" if is_on else "disable"
        return [each for each in actions if each.path != hidden]

    @action(
        description=_("Enable"),
        icon="play_circle",
        permissions=["manage"],
        dialog=ask(
            WebhookDialog,
            _("Enable the webhook"),
            _("It is told again of what happens from now on, after what still waits."),
            _("Enable"),
        ),
    )
    @reported
    def enable(self, _request: HttpRequest, form: WebhookDialog) -> str | None:
        if form.object.is_active:
            return None
        telling.enable(form.object)
        return gettext("%(object)s: enabled.") % {"object": form.object}

    @action(
        description=_("Switch off"),
        icon="pause_circle",
        permissions=["manage"],
        dialog=ask(
            WebhookDialog,
            _("Switch the webhook off"),
            _(
                "Nothing is sent to it, and what happens meanwhile is not kept for it. What waits"
                " already is told once it is enabled again."
            ),
            _("Switch off"),
        ),
    )
    @reported
    def disable(self, _request: HttpRequest, form: WebhookDialog) -> str | None:
        if not form.object.is_active:
            return None
        telling.disable(form.object)
        return gettext("%(object)s: switched off.") % {"object": form.object}

    @action(
        description=_("Send a trial"),
        icon="outgoing_mail",
        permissions=["manage"],
        dialog=ask(
            WebhookDialog,
            _("Send a trial"),
            _("A signed event that tells nothing, to see whether the receiver takes it."),
            _("Send"),
        ),
    )
    @reported
    def ping(self, _request: HttpRequest, form: WebhookDialog) -> str:
        delivery = telling.ping(form.object)
        return gettext("A trial is on its way: see delivery %(delivery)s.") % {
            "delivery": str(delivery.pk)
        }

    @action(description=_("Rotate secret…"), icon="autorenew", permissions=["manage"])
    def rotate_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks on a page of its own; the answer to its POST is the secret."""
        webhook = find(Webhook, object_id)
        form = once.OnceForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            context = {"title": gettext("Rotate the secret"), "webhook": webhook, "form": form}
            page = "rotate_secret.html"
            return once.ask(self, request, page, context | {"back": page_of(webhook)})
        secret = once.make(webhook.partner, form, lambda: self._rotate(request, webhook))
        if secret is None:
            return once.sent_before(self, request, page_of(webhook))
        context = {"title": gettext("The new secret"), "webhook": webhook, "text": secret}
        return once.show(self, request, "secret_shown.html", context | {"done": page_of(webhook)})

    def _rotate(self, request: HttpRequest, webhook: Webhook) -> str:
        secret = telling.rotate_secret(webhook)
        self.log_change(request, webhook, gettext("Secret rotated."))
        return secret

    @display(description=_("Address"))
    def show_address(self, webhook: Webhook) -> str:
        return webhook.url

    @display(description=_("Partner"))
    def show_partner(self, webhook: Webhook) -> str:
        return link(page_of(webhook.partner), webhook.partner)

    @display(description=_("Is told of"))
    def show_topics(self, webhook: Webhook) -> str:
        return ", ".join(webhook.topics)

    @display(description=_("Health"))
    def show_health(self, webhook: Webhook) -> str:
        return health(webhook)

    @display(description=_("Failing since"))
    def show_since(self, webhook: Webhook) -> str:
        return ago(webhook.failing_since)

    @display(description=_("Why it is off"))
    def show_reason(self, webhook: Webhook) -> str:
        if webhook.is_active:
            return gettext("It is on.")
        return format_html("{} ({})", gettext(webhook.disabled_reason), ago(webhook.disabled_at))

    @display(description=_("Waiting to be told"))
    def show_waiting(self, webhook: Any) -> str:
        url = _deliveries(webhook, status__exact=Delivery.Status.WAITING)
        return link(url, bounded(webhook.waiting))

    @display(description=_("Deliveries"))
    def show_deliveries(self, webhook: Webhook) -> str:
        given_up = _deliveries(webhook, status__exact=Delivery.Status.GIVEN_UP)
        return format_html(
            gettext("{all}, {given_up}"),
            all=link(_deliveries(webhook), gettext("all")),
            given_up=link(given_up, gettext("those given up")),
        )

    @display(description=_("Made"))
    def show_made(self, webhook: Webhook) -> str:
        return ago(webhook.created_at)
