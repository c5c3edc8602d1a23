"""Webhooks: addresses of a partner's that are told what happens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partners import sight, telling
from partners.api.deliveries import DeliveryFilters, DeliveryRecord, demand_event, readable
from partners.events import TOPICS, scope_of
from partners.models import Delivery, Webhook
from partners.rest.authentication import caller
from partners.rest.fields import Body, Moment, Nothing, Option, Record, Several, Text, Units
from partners.rest.filters import Filters, MomentFilter
from partners.rest.holding import held_or_404
from partners.rest.pages import Pages
from partners.rest.problems import Problem, wrong_body
from partners.rest.views import Editable, Removed, Values

EXAMPLE = OpenApiExample(
    "Orders and what channels show",
    {
        "url": "https://example.com/hooks/stock",
        "topics": ["sales-order.placed", "communicated-inventory.changed"],
    },
    request_only=True,
)


@extend_schema_field(
    {"type": "string", "format": "uri", "pattern": "^https?://[!-~]+$", "maxLength": 500}
)
class Address(Text):
    """An address by HTTPS, or where the operator allows it by HTTP."""


class WebhookRecord(Record):
    url = Address(max_length=500, help_text="At a public host: each event is sent there.")
    topics = Several(
        child=Option(choices=[(each.value, label) for each, label in TOPICS.items()]),
        min_length=1,
        max_length=20,
        help_text="What to be told of. Your key needs the read scope of each.",
    )
    failing_since = Moment(
        read_only=True, allow_null=True, help_text="Nothing was taken since; null: all is well."
    )

    class Meta:
        model = Webhook
        fields = ["id", "url", "topics", "is_active", "disabled_at", "disabled_reason"]
        fields += ["failing_since", "created_at"]
        read_only_fields = ["id", "is_active", "disabled_at", "disabled_reason", "created_at"]


class NewWebhook(WebhookRecord):
    """A webhook with its secret."""

    secret = Text(read_only=True, help_text="whsec_…: checks signatures. Shown this once.")

    class Meta(WebhookRecord.Meta):
        fields = [*WebhookRecord.Meta.fields, "secret"]


class ReplayBody(Body):
    """Where to begin: one of both."""

    since = Moment(required=False, help_text="From what happened then.")
    event = Text(max_length=24, required=False, help_text="From this event on, such as evt_17.")

    bounds = {"minProperties": 1, "maxProperties": 1}


class ReplayTold(Body):
    """What became of it."""

    replayed = Units(help_text="Events that are sent again.")


class WebhookFilters(Filters):
    created_after = MomentFilter("created_at", "gt", label="Made after this time.")

    class Meta:
        model = Webhook
        fields: list[str] = []


class Webhooks(Removed, Editable):
    """Addresses that are told what happens: each event is POSTed there as JSON, signed as the
    Standard Webhooks say, at least once, those about one thing in their order. Answer with 2xx
    within 10 seconds. What fails is sent again for 3 days; then the webhook is disabled.
    """

    scope = "webhooks"
    queryset = Webhook.objects.all()
    serializer_class = WebhookRecord
    filterset_class = WebhookFilters
    ordering = "id"
    secret_actions = frozenset({"create", "rotate_secret"})

    def _known_parameters(self) -> frozenset[str]:
        if self.action == "deliveries":
            return Pages.parameters | frozenset(DeliveryFilters.base_filters)
        return super()._known_parameters()

    @extend_schema(responses={201: NewWebhook}, examples=[EXAMPLE])
    def create(self, request: Request, **_: Any) -> Response:
        """Create a webhook.

        The answer alone holds its secret."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        self._demand_scopes(values["topics"])
        try:
            webhook, secret = telling.open_webhook(self.partner, values["url"], values["topics"])
        except telling.TooManyWebhooksError as error:
            raise Problem(409, "too_many_webhooks", error.messages[0]) from error
        return self._told_with(webhook, secret, 201)

    @extend_schema(examples=[EXAMPLE])
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change address or topics, from the next attempt on."""
        return super().partial_update(request, *args, **kwargs)

    def change(self, row: Webhook, values: Values) -> None:
        """Checks the scopes of topics that are set; and of those that were there, when what is told
        of them goes elsewhere."""
        url = values.get("url", row.url)
        self._demand_scopes(values.get("topics", ()))
        if url != row.url:
            self._demand_scopes_of(row)
        telling.change(row, url, values.get("topics", row.topics))

    def remove(self, row: Webhook) -> None:
        """With what waits for it."""
        telling.remove(row)

    @extend_schema(request=Nothing, responses=NewWebhook)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, **_: Any) -> Response:
        """Replace the secret of a webhook.

        For 24 hours the one before it signs, too. Your key needs the read scope of each topic."""
        webhook = self._step(request)
        return self._told_with(webhook, telling.rotate_secret(webhook), 200)

    @extend_schema(request=Nothing, responses=WebhookRecord)
    @action(detail=True, methods=["post"])
    def enable(self, request: Request, **_: Any) -> Response:
        """Enable a webhook that is disabled.

        What waited meanwhile is sent first. Your key needs the read scope of each topic."""
        webhook = self._step(request)
        if not webhook.is_active:
            telling.enable(webhook)
        return self.told(webhook)

    @extend_schema(request=Nothing, responses=DeliveryRecord)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, **_: Any) -> Response:
        """Try a webhook: send a `ping` there.

        See among its deliveries what became of it. Your key needs the read scope of each topic."""
        webhook = self._step(request)
        self._demand_active(webhook)
        return Response(DeliveryRecord(telling.ping(webhook)).data)

    @extend_schema(
        request=ReplayBody,
        responses=ReplayTold,
        examples=[
            OpenApiExample("Since", {"since": "2026-01-31T09:00:00Z"}, request_only=True),
            OpenApiExample("From an event on", {"event": "evt_17"}, request_only=True),
        ],
    )
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, **_: Any) -> Response:
        """Send events again, from a time or an event on.

        They keep their ids and their order. What happened is kept for 30 days. Your key needs the
        read scope of each topic."""
        body = ReplayBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        if len(values) != 1:
            raise wrong_body("", "Give one of both: since, or event.", "one_of")
        webhook = self._held()
        self._demand_active(webhook)
        rows = self._deliveries(webhook)
        if "since" in values:
            rows = rows.filter(event__happened_at__gte=values["since"])
        else:
            rows = rows.filter(event__gte=demand_event(rows, values["event"]))
        return Response({"replayed": telling.replay(rows)})

    @extend_schema(responses=DeliveryRecord(many=True))
    @action(
        detail=True,
        methods=["get"],
        queryset=Delivery.objects.select_related("event"),
        serializer_class=DeliveryRecord,
        filterset_class=DeliveryFilters,
        ordering=("-event_id", "-id"),
    )
    def deliveries(self, request: Request, pk: str) -> Response:
        """List deliveries of a webhook.

        What was sent there, or is to be. Newest first."""
        webhook = self._find(pk)
        page = self.paginate_queryset(self.filter_queryset(self._deliveries(webhook)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _find(self, pk: str) -> Webhook:
        rows = sight.seen(Webhook.objects.all(), self.partner)
        return get_object_or_404(rows, pk=pk)

    def _deliveries(self, webhook: Webhook) -> QuerySet[Delivery]:
        rows = Delivery.objects.filter(webhook=webhook).select_related("event")
        return readable(sight.seen(rows, self.partner), caller(self.request).key)

    def _step(self, request: Request) -> Webhook:
        Nothing(data=request.data).is_valid(raise_exception=True)
        return self._held()

    def _held(self) -> Webhook:
        """The webhook, locked, for one who may read all that it is told of."""
        webhook: Webhook = held_or_404(self, is_weak=True)
        self._demand_scopes_of(webhook)
        return webhook

    def _told_with(self, webhook: Webhook, secret: str, status: int) -> Response:
        answer = self.told(webhook, status)
        answer.data = {**answer.data, "secret": secret}
        return answer

    def _demand_active(self, webhook: Webhook) -> None:
        if not webhook.is_active:
            raise Problem(
                409, "webhook_disabled", "This webhook is disabled: nothing is sent. Enable it."
            )

    def _demand_scopes_of(self, webhook: Webhook) -> None:
        """What it is told of may not be led elsewhere, or proved with a secret, by one who may not
        read it."""
        missing = self._missing(webhook.topics)
        if missing:
            needed = ", ".join(sorted({scope_of(topic) for _, topic in missing}))
            detail = f"For what this webhook is told of the key needs {needed}."
            raise Problem(403, "missing_scope", detail)

    def _missing(self, topics: Collection[str]) -> list[tuple[int, str]]:
        """Those that the key may not read of, with their positions."""
        allowed = caller(self.request).key.scopes
        return [each for each in enumerate(topics) if scope_of(each[1]) not in allowed]

    def _demand_scopes(self, topics: Collection[str]) -> None:
        errors = [
            {
                "pointer": f"/topics/{position}",
                "detail": f"To be told of {topic} the key needs {scope_of(topic)}.",
                "code": "missing_scope",
            }
            for position, topic in self._missing(topics)
        ]
        if errors:
            raise Problem(403, "missing_scope", errors[0]["detail"], errors)
