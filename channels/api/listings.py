"""Listings: where a product is communicated, and in which selling list it is there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels import due, onboarding, reasons, selling
from channels.api.affected import demand_no_hidden_place
from channels.api.profiled import Profiled
from channels.api.references import (
    channel_filter,
    find_channel,
    find_list,
    list_filter,
    sku_filter,
)
from channels.models import Channel, Listing, Profile, SellingList
from inventory.api.references import find_products
from partners import sight
from partners.rest.authentication import caller
from partners.rest.fields import Body, Record, Several, Text, Whole
from partners.rest.filters import Filters, FlagFilter, MomentFilter
from partners.rest.views import Changed, Readable, Values

MOST = 10_000
"""SKUs of one request."""
TICKS = [
    OpenApiExample(
        "Two products", {"channel": "Webshop", "skus": ["MUG-1", "MUG-2"]}, request_only=True
    )
]


@extend_schema_serializer(
    examples=[
        OpenApiExample("Held back", {"is_excluded": True}, request_only=True),
        OpenApiExample("Into a selling list", {"selling_list": "Outlet"}, request_only=True),
    ]
)
class ListingRecord(Record):
    sku = Text(source="product.sku", read_only=True)
    product = Text(source="product.name", read_only=True, help_text="The product's name.")
    channel = Text(source="channel.name", read_only=True)
    why_not = serializers.SerializerMethodField(
        help_text="Why it is not linked, in a few words; empty when it is."
    )
    advice = serializers.SerializerMethodField(help_text="What to do about it.")
    selling_list = Text(
        source="selling_list.name",
        max_length=80,
        allow_null=True,
        required=False,
        help_text="One of its channel's, by name; null for none.",
    )
    profile = serializers.SerializerMethodField(
        help_text="The global profile it goes by: its list's, or its channel's; null for none, or"
        " for one out of your sight."
    )

    class Meta:
        model = Listing
        fields = ["id", "sku", "product", "product_id", "channel", "channel_id", "is_ticked"]
        fields += ["is_excluded", "state", "reason", "why_not", "advice", "external_id", "item_id"]
        fields += ["title", "selling_list", "selling_list_id", "profile", "ticked_at"]
        fields += ["eligible_at", "onboarded_at"]
        read_only_fields = [name for name in fields if name not in {"is_excluded", "selling_list"}]

    def get_why_not(self, listing: Listing) -> str:
        return reasons.label(listing.reason) if listing.reason else ""

    def get_advice(self, listing: Listing) -> str:
        return reasons.advice(listing.reason) if listing.reason else ""

    def get_profile(self, listing: Listing) -> str | None:
        group = listing.selling_list
        profile = group.profile if group else listing.channel.profile
        is_told = profile and self.context["view"].sees_profile(profile.pk)
        return profile.name if profile and is_told else None


class TickBody(Body):
    """Products and a channel."""

    channel = Text(max_length=120, help_text="The channel's name.")
    skus = Several(child=Text(max_length=64), min_length=1, max_length=MOST)


class TickTold(Body):
    """What became of it. unchanged: it was so already."""

    channel = Text()
    changed = Whole()
    unchanged = Whole()


class ListingFilters(Filters):
    channel = channel_filter()
    sku = sku_filter()
    selling_list = list_filter()
    profile = django_filters.CharFilter(
        method="going_by", label="Going by this global profile; case does not matter."
    )
    is_in_list = FlagFilter(
        "selling_list", "isnull", exclude=True, label="In a selling list, or in none."
    )
    is_ticked = FlagFilter(label="Communicated, or not.")
    is_excluded = FlagFilter(label="Held back, or not.")
    state = django_filters.ChoiceFilter(choices=Listing.State.choices, label="In this state.")
    reason = django_filters.CharFilter(label="Not linked for this reason.")
    ticked_after = MomentFilter("ticked_at", "gt", label="First ticked after this time.")
    ticked_before = MomentFilter("ticked_at", "lt", label="First ticked before this time.")

    class Meta:
        model = Listing
        fields: list[str] = []

    def going_by(self, rows: QuerySet[Listing], _name: str, value: str) -> QuerySet[Listing]:
        """Users of a profile are few: their listings are found by index."""
        partner = caller(self.request).partner
        named = sight.seen(Profile.objects.order_by().filter(name__iexact=value), partner)
        lists = SellingList.objects.filter(profile__in=named.values("pk"))
        channels = Channel.objects.filter(profile__in=named.values("pk"))
        by_list = Q(selling_list__in=list(lists.values_list("pk", flat=True)))
        by_channel = Q(channel__in=list(channels.values_list("pk", flat=True)))
        return rows.filter(by_list | by_channel & Q(selling_list=None))


class Listings(Profiled, Changed, Readable):
    """Products as offered on channels; there is one for each product ever ticked there."""

    scope = "listings"
    queryset = Listing.objects.select_related(
        "product", "channel__profile", "selling_list__profile"
    ).defer("channel__credentials", "channel__settings")
    serializer_class = ListingRecord
    filterset_class = ListingFilters

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Hold it back, let it go, or say in which selling list it is."""
        with transaction.atomic():
            if isinstance(request.data, dict) and "selling_list" in request.data:
                named = ListingRecord(data={"selling_list": request.data["selling_list"]})
                if named.is_valid():
                    _hold(self.get_object(), named.validated_data["selling_list"]["name"])
            return super().partial_update(request, *args, **kwargs)

    def change(self, row: Listing, values: Values) -> None:
        """A changed switch makes it due: it is told, or says why not."""
        if "selling_list" in values:
            demand_no_hidden_place(Channel.objects.filter(pk=row.channel_id), self.partner)
            name = values["selling_list"]["name"]
            target = None if name is None else find_list(name, row.channel_id, self.partner)
            selling.assign(target, [row.pk])
        if values.get("is_excluded", row.is_excluded) != row.is_excluded:
            Listing.objects.filter(pk=row.pk).update(is_excluded=not row.is_excluded)
            due.by_listing([row.pk])

    @extend_schema(request=TickBody, responses=TickTold, examples=TICKS)
    @action(detail=False, methods=["post"])
    def tick(self, request: Request) -> Response:
        """Communicate products on a channel, from its next day on; at once if they were before."""
        return self._switch(request, onboarding.tick)

    @extend_schema(request=TickBody, responses=TickTold, examples=TICKS)
    @action(detail=False, methods=["post"])
    def untick(self, request: Request) -> Response:
        """Stop communicating products on a channel, which keeps the numbers it has."""
        return self._switch(request, onboarding.untick)

    def _switch(
        self, request: Request, verb: Callable[[Channel, Collection[int]], int]
    ) -> Response:
        body = TickBody(data=request.data)
        body.is_valid(raise_exception=True)
        channel = find_channel(body.validated_data["channel"], self.partner)
        products = find_products(body.validated_data["skus"], "skus.{}")
        _hold_listings(channel, products)
        changed = verb(channel, products)
        told = {
            "channel": channel.name,
            "changed": changed,
            "unchanged": len(products) - changed,
        }
        return Response(TickTold(told).data)


def _hold_listings(channel: Channel, product_ids: Collection[int]) -> None:
    """Lock what is about to change in primary-key order, as everybody does."""
    rows = Listing.objects.filter(channel=channel, product__in=product_ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _hold(listing: Listing, name: str | None) -> None:
    """Lock the list that it is to be in (its channel, for none) and the profile of that, before the
    listing itself: everybody does it in this order, and who did not would wait for ever."""
    owners: QuerySet[Any] = Channel.objects.filter(pk=listing.channel_id)
    if name is not None:
        owners = SellingList.objects.filter(channel=listing.channel_id, name=name)
    held = owners.order_by("pk").select_for_update(no_key=True)
    used = list(held.values_list("profile_id", flat=True))
    profiles = Profile.objects.filter(pk__in=[pk for pk in used if pk]).order_by("pk")
    list(profiles.select_for_update(no_key=True).values_list("pk", flat=True))
