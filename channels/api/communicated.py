"""Communicated inventory: what every place of every channel should show, shows, and why; now or as
of any past moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from channels.api.profiled import Profiled
from channels.api.references import (
    NamedFilter,
    channel_filter,
    list_filter,
    profile_filter,
    sku_filter,
)
from channels.api.telling import CommunicatedDetail, CommunicatedRecord, Told, tell
from channels.models import Communicated, Feed, ListingLevel, Location
from partners.rest.filters import Filters, moment
from partners.rest.problems import wrong_parameter
from partners.rest.views import Listed, Retrieved

State = Communicated.State
AS_OF = "As it was at this time, from what is recorded. Left out: now."
NOW_ONLY = ("state", "warehouse", "selling_list", "profile")
"""Filters by what is so now, and was not at a past moment."""

# What a state implies and an index serves: found among few instead of among all.
_DUE = Q(stale_version__gt=F("pushed_version"))
_IMPLIED = {
    State.PENDING: _DUE,
    State.PENDING_UPDATE: _DUE,
    State.UNCONFIRMED: Q(told_at__isnull=False),
}


class CommunicatedFilters(Filters):
    channel = channel_filter()
    location = NamedFilter(
        Location.objects.all(), "name", "location", label="At a place of this name."
    )
    sku = sku_filter()
    state = django_filters.ChoiceFilter(
        method="in_state", choices=State.choices, label="In this state now."
    )
    warehouse = django_filters.CharFilter(
        method="fed_by", label="At a place that the warehouse of this code feeds now."
    )
    selling_list = list_filter()
    profile = profile_filter()

    class Meta:
        model = Communicated
        fields: list[str] = []

    def in_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if implied := _IMPLIED.get(State(value)):
            rows = rows.filter(level__in=ListingLevel.objects.filter(implied).order_by())
        return rows.filter(state=value)

    def fed_by(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        feeds = Feed.objects.filter(warehouse__code=value).order_by()
        return rows.filter(location__in=list(feeds.values_list("location_id", flat=True)))


class CommunicatedInventory(Listed, Retrieved, Profiled):
    """What each place of each channel should show of each product ticked there, and what the
    channel acknowledged. A listing that is at no place of its channel has no row here."""

    scope = "communicated-inventory"
    queryset = Communicated.objects.filter(level__isnull=False)
    serializer_class = CommunicatedRecord
    filterset_class = CommunicatedFilters
    ordering = "level_id"
    parameters = frozenset({"as_of"})

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return CommunicatedRecord if self.action == "list" else CommunicatedDetail

    @extend_schema(parameters=[OpenApiParameter("as_of", OpenApiTypes.DATETIME, description=AS_OF)])
    def list(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """List communicated inventory, now or as of any past moment."""
        as_of = self._as_of()
        found = self.filter_queryset(self.get_queryset().only("level_id"))
        if as_of is not None:
            found = found.filter(listing__ticked_at__lte=as_of)
        page = self.paginate_queryset(found) or []
        told = tell([entry.level_id for entry in page], as_of)
        return self.get_paginated_response(self.get_serializer(told, many=True).data)

    @extend_schema(
        parameters=[OpenApiParameter("as_of", OpenApiTypes.DATETIME, description=AS_OF)],
        responses=CommunicatedDetail,
    )
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One number, with everything that made it."""
        return super().retrieve(request, *args, **kwargs)

    def get_object(self) -> Told:
        """The row of a listing level."""
        pk = int(self.kwargs["pk"])
        if not self.get_queryset().only("level_id").filter(level=pk).exists():
            raise Http404
        told = tell([pk], self._as_of())
        if not told:
            raise Http404
        return told[0]

    def _as_of(self) -> datetime | None:
        text = self.request.query_params.get("as_of")
        if text is None:
            return None
        try:
            asked = moment(text)
        except ValidationError as error:
            raise wrong_parameter("as_of", str(error.message)) from error
        if asked > timezone.now():
            raise wrong_parameter("as_of", "That is to come: give a past time.", "future", 422)
        for name in NOW_ONLY:
            if name in self.request.query_params:
                detail = f"This is about now, and so is not asked together with as_of: {asked}."
                raise wrong_parameter(name, detail, "now_only", 422)
        return asked
