"""Deliveries: events on their way to webhooks, what was answered, and one click to repeat them."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from desk import numbers
from desk.cells import NOTHING, ago, badge, link, page_of
from desk.dialogs import ObjectDialog, ask, reported
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.saying import gettext, ngettext
from partners import telling
from partners.models import Delivery

Status = Delivery.Status
COLORS = {Status.WAITING: "info", Status.DELIVERED: "success", Status.GIVEN_UP: "danger"}

MOST_AT_ONCE = 10_000


class DeliveryDialog(ObjectDialog):
    """Asks whether to go on."""

    model = Delivery


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyMixin, ModelAdmin):
    """Written by the sender alone."""

    list_display = [
        "show_event",
        "show_webhook",
        "show_status",
        "attempts",
        "show_answer",
        "show_next",
        "show_delivered",
    ]
    list_filter = [("status", ChoicesDropdownFilter), ("webhook", RelatedDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["event", "webhook__partner"]
    actions = ["send_chosen_again"]
    actions_detail = ["send_again"]
    ordering = ["-id"]
    sortable_by = ()
    search_fields = ["=resource"]
    search_help_text = _("A whole resource, as events name it")
    empty_hint = _("Nothing was to be told yet.")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("show_topic", "show_status"),
                    ("resource", "show_happened"),
                    ("show_webhook", "attempts"),
                    ("show_answer", "show_next"),
                    ("show_delivered", "show_problem"),
                ]
            },
        ),
        (_("What is told"), {"fields": ["show_data"]}),
    ]
    readonly_fields = [
        "show_topic",
        "show_status",
        "show_happened",
        "show_webhook",
        "show_answer",
        "show_next",
        "show_delivered",
        "show_problem",
        "show_data",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        deliveries: QuerySet[Delivery] = super().get_queryset(request)
        return deliveries.select_related(*self.list_select_related)

    def has_replay_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        """Whether the person has events told again."""
        return request.user.has_perms(["partners.change_delivery"])

    @action(description=_("Send again"), permissions=["replay"])
    def send_chosen_again(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        """In their order, delivered or not."""
        if deliveries.count() > MOST_AT_ONCE:
            text = gettext("Choose %(most)s deliveries at most: filter the list first.") % {
                "most": numbers.shown(MOST_AT_ONCE)
            }
            self.message_user(request, text, messages.ERROR)
            return
        number = telling.replay(Delivery.objects.filter(pk__in=deliveries.values("pk")))
        text = ngettext(
            "%(number)d is on its way again. A receiver knows it by the same id, and may take it"
            " for a repetition.",
            "%(number)d are on their way again. A receiver knows them by the same ids, and may take"
            " them for repetitions.",
            number,
        ) % {"number": number}
        self.message_user(request, text, messages.SUCCESS)

    @action(
        description=_("Send again"),
        icon="replay",
        url_path="send-again",
        permissions=["replay"],
        dialog=ask(
            DeliveryDialog,
            _("Send it again"),
            _(
                "Whatever was answered before. A receiver knows it by the same id, and may take it"
                " for a repetition."
            ),
            _("Send"),
        ),
    )
    @reported
    def send_again(self, _request: HttpRequest, form: DeliveryDialog) -> str:
        telling.replay(Delivery.objects.filter(pk=form.object.pk))
        return gettext(
            "On its way again. A receiver knows it by the same id, and may take it for a"
            " repetition."
        )

    @display(description=_("Event"), header=True)
    def show_event(self, delivery: Delivery) -> list[str]:
        return [delivery.event.topic, delivery.resource]

    @display(description=_("Topic"))
    def show_topic(self, delivery: Delivery) -> str:
        return delivery.event.topic

    @display(description=_("Happened"))
    def show_happened(self, delivery: Delivery) -> str:
        return ago(delivery.event.happened_at)

    @display(description=pgettext_lazy("receiver", "To"))
    def show_webhook(self, delivery: Delivery) -> str:
        webhook = delivery.webhook
        return format_html(
            '<span class="sc-two"><span>{}</span><span class="sc-quiet">{}</span></span>',
            link(page_of(webhook), webhook.partner),
            webhook.url,
        )

    @display(description=_("State"))
    def show_status(self, delivery: Delivery) -> str:
        return badge(COLORS[Status(delivery.status)], delivery.get_status_display())

    @display(description=_("Last answer"))
    def show_answer(self, delivery: Delivery) -> str | int:
        return delivery.answered or NOTHING

    @display(description=_("Next attempt"))
    def show_next(self, delivery: Delivery) -> str:
        return ago(delivery.next_at if delivery.status == Status.WAITING else None)

    @display(description=_("Delivered"))
    def show_delivered(self, delivery: Delivery) -> str:
        return ago(delivery.delivered_at)

    @display(description=_("Problem"))
    def show_problem(self, delivery: Delivery) -> str:
        return delivery.problem or NOTHING

    @display(description=_("Data"))
    def show_data(self, delivery: Any) -> str:
        text = json.dumps(delivery.event.data, indent=2, ensure_ascii=False)
        return format_html('<pre class="sc-pre">{}</pre>', text)
