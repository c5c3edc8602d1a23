"""Global profiles: quantity rules with a name, all that they said, and what a change would tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import django_filters
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels import selling
from channels.api import rules
from channels.api.affected import demand_all_seen, demand_no_hidden_place, users_of
from channels.api.previews import PREVIEWS, ProfilePreview
from channels.api.rules import MODES, PreviewBody, RuleBody
from channels.models import Channel, Profile, ProfileVersion, SellingList
from inventory.api.references import refusal
from inventory.models import Warehouse
from partners import sight
from partners.rest.authentication import caller
from partners.rest.fields import Body, Moment, Option, Several, Text, Whole
from partners.rest.filters import Filters
from partners.rest.pages import Pages
from partners.rest.views import Editable, Values


class VersionTold(RuleBody):
    """What a profile said from a moment on."""

    number = Whole(help_text="From 1.")
    began_at = Moment()

    def to_representation(self, instance: ProfileVersion) -> dict[str, Any]:
        told = rules.told(instance, self.context["view"].codes)
        told |= {"number": instance.number, "began_at": instance.began_at}
        return super().to_representation(told)


class ListNamed(Body):
    """A selling list."""

    id = Whole()
    name = Text()
    channel = Text(source="channel.name")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "At most ten, two kept back",
            {"name": "Outlet", "mode": "not_more_than", "quantity": 10, "buffer": 2},
            request_only=True,
        )
    ]
)
class ProfileRecord(RuleBody):
    """A profile with what it says now."""

    id = Whole(read_only=True)
    name = Text(max_length=80, help_text="There is one of a name, whatever its case.")
    mode = Option(choices=MODES, help_text="What the number is made of.")
    version = Whole(read_only=True, help_text="A change of the rule adds one.")
    changed_at = Moment(read_only=True, allow_null=True, help_text="When it began to say this.")
    created_at = Moment(read_only=True)
    channels = Several(
        child=Text(),
        read_only=True,
        help_text="Channels whose listings in no selling list go by it, by name.",
    )
    selling_lists = ListNamed(many=True, read_only=True)

    def get_fields(self) -> dict[str, Any]:
        """What it is called comes first."""
        fields = super().get_fields()
        first = {name: fields.pop(name) for name in ("id", "name")}
        return first | fields

    def to_representation(self, instance: Any) -> dict[str, Any]:
        newest = instance.newest[0] if instance.newest else None
        told = rules.told(newest or ProfileVersion(), self.context["view"].codes)
        told |= {
            "id": instance.pk,
            "name": instance.name,
            "version": newest.number if newest else 0,
            "changed_at": newest.began_at if newest else None,
            "created_at": instance.created_at,
            "channels": [channel.name for channel in instance.seen_channels],
            "selling_lists": instance.seen_lists,
        }
        return super().to_representation(told)


class ProfileFilters(Filters):
    name = django_filters.CharFilter(lookup_expr="iexact", label="Of this name, whatever its case.")
    channel = django_filters.CharFilter(
        method="of_channel", label="Of the listings of this channel that are in no selling list."
    )
    selling_list = django_filters.CharFilter(
        method="of_list", label="Of a selling list of this name."
    )

    class Meta:
        model = Profile
        fields: list[str] = []

    def of_channel(self, rows: QuerySet[Profile], _name: str, value: str) -> QuerySet[Profile]:
        return rows.filter(pk__in=self._seen(Channel.objects.filter(name=value)))

    def of_list(self, rows: QuerySet[Profile], _name: str, value: str) -> QuerySet[Profile]:
        return rows.filter(pk__in=self._seen(SellingList.objects.filter(name=value)))

    def _seen(self, users: QuerySet[Any]) -> QuerySet[Any, Any]:
        """A profile may be used out of sight as well."""
        return sight.seen(users.order_by(), caller(self.request).partner).values("profile")


class Profiles(Editable):
    """Global profiles: quantity rules, each for any number of channels and selling lists."""

    scope = "profiles"
    queryset = Profile.objects.all()
    serializer_class = ProfileRecord
    filterset_class = ProfileFilters

    @cached_property
    def codes(self) -> dict[int, str]:
        """Codes of the warehouses in sight, by id."""
        seen = sight.seen(Warehouse.objects.order_by(), self.partner)
        return dict(seen.values_list("pk", "code"))

    def get_queryset(self) -> QuerySet[Profile]:
        """With what each says now, and where it is used as far as the caller sees."""
        newest = ProfileVersion.objects.order_by("profile_id", "-number").distinct("profile_id")
        channels = sight.seen(
            Channel.objects.only("name", "profile").order_by("name"), self.partner
        )
        lists = SellingList.objects.select_related("channel").order_by("channel__name", "name")
        lists = lists.defer("channel__credentials", "channel__settings")
        profiles: QuerySet[Profile] = super().get_queryset()
        return profiles.prefetch_related(
            Prefetch("versions", newest, to_attr="newest"),
            Prefetch("channels", channels, to_attr="seen_channels"),
            Prefetch("selling_lists", sight.seen(lists, self.partner), to_attr="seen_lists"),
        )

    def _known_parameters(self) -> frozenset[str]:
        if self.action == "history":
            return Pages.parameters
        return super()._known_parameters()

    def make(self, values: Values) -> Profile:
        """A partner that sees chosen channels sees it until somebody else alone uses it."""
        profile = Profile(name=values["name"])
        draft = rules.draft(values, self.partner)
        with _name_taken(profile):
            selling.save(profile, draft, self.actor)
        return profile

    def change(self, row: Profile, values: Values) -> None:
        """A changed rule is told by all who go by it; a changed name tells nobody anything."""
        demand_all_seen(row, self.partner)
        demand_no_hidden_place(users_of(row), self.partner)
        if values.get("name", row.name) != row.name:
            row.name = values["name"]
            with _name_taken(row):
                row.save(update_fields=["name"])
        if values.keys() - {"name"}:
            selling.save(row, rules.draft(values, self.partner, _last(row)), self.actor)

    @extend_schema(responses=VersionTold(many=True), filters=False)
    @action(detail=True)
    def history(self, request: Request, **_: Any) -> Response:
        """All that it said, the latest first: what was told then is explained by it."""
        versions = ProfileVersion.objects.filter(profile=self.get_object())
        page = self.paginate_queryset(versions)
        told = VersionTold(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(told.data)

    @extend_schema(request=PreviewBody, responses=ProfilePreview, examples=PREVIEWS)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, **_: Any) -> Response:
        """What a change would tell the channels. Nothing is changed."""
        body = PreviewBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        is_asked = values.pop("is_update_asked")
        profile: Profile = self.get_object()
        demand_all_seen(profile, self.partner)
        demand_no_hidden_place(users_of(profile), self.partner)
        draft = rules.draft(values, self.partner, _last(profile)) if values else None
        return Response(ProfilePreview(selling.preview(profile, draft, is_asked=is_asked)).data)


def _last(profile: Profile) -> ProfileVersion | None:
    return profile.versions.order_by("-number").first()


@contextmanager
def _name_taken(profile: Profile) -> Iterator[None]:
    """A race for a name is decided by the database."""
    detail = f"There is a profile {profile.name} already (case does not matter)."
    others = Profile.objects.filter(name__iexact=profile.name).exclude(pk=profile.pk)
    if others.exists():
        raise refusal([("name", detail)], "name_taken", 409)
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise refusal([("name", detail)], "name_taken", 409) from error
