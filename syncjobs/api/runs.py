"""Sync runs: asked for, followed, and let go or held back when they wait for approval."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import django_filters
from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partners.rest.fields import Body, Nothing, Option, Several, Text
from partners.rest.filters import Filters, MomentFilter
from partners.rest.problems import Problem
from partners.rest.views import Readable
from syncjobs import hints, runner, sight
from syncjobs.api import starting
from syncjobs.api.filters import ChannelFilter
from syncjobs.api.telling import RunDetail, RunRecord
from syncjobs.models import Run

MOST = 10_000
"""SKUs of one run."""

EXAMPLES = [
    OpenApiExample(
        "Chosen products",
        {"channel": "Webshop", "kind": "bulk", "skus": ["MUG-1", "MUG-2"]},
        request_only=True,
    ),
    OpenApiExample("Everything", {"channel": "Webshop", "kind": "hard"}, request_only=True),
]


class RunBody(Body):
    """A run to be started. due: tell what changed; bulk: read and correct chosen products; hard:
    all of them; new: match and first send new products; orders: take orders in; compare: read the
    channel's numbers and compare them with ours."""

    channel = Text(max_length=120, help_text="The channel's name.")
    kind = Option(choices=Run.Kind.choices)
    skus = Several(
        child=Text(max_length=64),
        min_length=1,
        max_length=MOST,
        required=False,
        help_text="The products that a bulk run is about; not for other kinds.",
    )


class RunFilters(Filters):
    channel = ChannelFilter(label="On this channel, by its name.")
    kind = django_filters.ChoiceFilter(choices=Run.Kind.choices, label="Of this kind.")
    status = django_filters.ChoiceFilter(choices=Run.Status.choices, label="In this state.")
    trigger = django_filters.ChoiceFilter(choices=Run.Trigger.choices, label="Started by this.")
    created_after = MomentFilter("created_at", "gt", label="Asked for after this time.")
    created_before = MomentFilter("created_at", "lt", label="Asked for before this time.")

    class Meta:
        model = Run
        fields: list[str] = []


class Runs(Readable):
    """Executions of sync, each on one channel. Newest first.

    What is counted is counted over all places of the channel. Where you do not see every one of
    them, because a warehouse out of your sight feeds it or ever fed it, the counts would tell of
    that one, and so are null: total, done, percent, sent, unchanged, skipped, failed and held, and
    those of a preview. What became of the places that you see is at /communicated-inventory.
    """

    scope = "sync-runs"
    queryset = Run.objects.select_related("channel").defer("channel__credentials")
    serializer_class = RunDetail
    filterset_class = RunFilters

    @cached_property
    def hidden(self) -> frozenset[int]:
        """Channels of which the caller does not see every place."""
        return sight.partly_hidden(self.partner)

    def get_serializer_class(self) -> type[RunRecord]:
        return RunRecord if self.action == "list" else RunDetail

    @extend_schema(request=RunBody, responses={201: RunDetail}, examples=EXAMPLES)
    def create(self, request: Request) -> Response:
        """Start a run; follow it at its address. It waits while another one is under way there."""
        body = RunBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        channel = starting.find(values["channel"], self.partner)
        kind = Run.Kind(values["kind"])
        product_ids = starting.chosen(channel, kind, values.get("skus"))
        starting.demand_switched_on(channel, kind)
        return self._started(runner.request(channel, kind, product_ids, self.actor))

    @extend_schema(request=Nothing, responses={201: RunDetail})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **_: Any) -> Response:
        """Let the zeros go that a paused run shows: answers with the new run that tells them."""
        return self._started(self._decide(request, runner.approve))

    @extend_schema(request=Nothing, responses=RunDetail)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, **_: Any) -> Response:
        """Leave the zeros of a paused run untold, until their stock changes or a day is over."""
        return self.told(self._decide(request, runner.refuse))

    def _decide(self, request: Request, decide: Callable[[int, str], Run]) -> Run:
        """Who decides must see all that it is about."""
        Nothing(data=request.data).is_valid(raise_exception=True)
        run: Run = self.get_object()
        if run.channel_id in self.hidden:
            raise Problem(
                409,
                "partly_hidden",
                "You do not see all that this run asks about: somebody else decides.",
            )
        try:
            return decide(run.pk, self.actor)
        except runner.NotPaused as error:
            raise Problem(409, "not_paused", str(error)) from error

    def _started(self, run: Run) -> Response:
        """The new run; whoever works on the channel is woken once it is committed."""
        transaction.on_commit(partial(hints.give, [run.channel_id]))
        return self.told(run, 201)
