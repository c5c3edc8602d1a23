"""How partners name channels, profiles and lists, and how lists are narrowed by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet

from channels.models import Channel, Profile, SellingList
from inventory.api.references import refusal
from inventory.models import Product, Warehouse
from partners import sight
from partners.models import Partner
from partners.rest.authentication import caller


class NamedFilter(django_filters.CharFilter):
    """By what a thing is called. It is looked up first and its id put into the query, so that the
    database knows how many rows there are of it, and goes the right way to them."""

    def __init__(self, names: QuerySet[Any], by: str, field: str, **kwargs: Any) -> None:
        super().__init__(field, **kwargs)
        self.names, self.by = names, by

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        if not value:
            return qs
        named = self.names.order_by().filter(**{self.by: value})
        ids = list(named.values_list("pk", flat=True))
        return qs.filter(**{f"{self.field_name}__in": ids})


class SeenFilter(NamedFilter):
    """The same, by what the caller sees: else a guess would find out what goes by it."""

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        if not value:
            return qs
        partner = caller(self.parent.request).partner
        named = sight.seen(self.names.order_by().filter(**{self.by: value}), partner)
        return qs.filter(**{f"{self.field_name}__in": list(named.values_list("pk", flat=True))})


def channel_filter(field: str = "channel") -> NamedFilter:
    return NamedFilter(Channel.objects.all(), "name", field, label="Of this channel, by its name.")


def sku_filter(field: str = "product") -> NamedFilter:
    label = "Of this SKU; case does not matter."
    return NamedFilter(Product.objects.all(), "sku__iexact", field, label=label)


def profile_filter(field: str = "profile") -> SeenFilter:
    label = "Going by the global profile of this name; case does not matter."
    return SeenFilter(Profile.objects.all(), "name__iexact", field, label=label)


def list_filter(field: str = "selling_list") -> NamedFilter:
    label = "In a selling list of this name."
    return NamedFilter(SellingList.objects.all(), "name", field, label=label)


def find_channel(name: str, partner: Partner) -> Channel:
    """The channel of this name. Raises a Problem when the partner sees none."""
    found = sight.seen(Channel.objects.filter(name=name), partner).first()
    if found is None:
        raise refusal([("channel", f"There is no channel {name}.")])
    return found


def find_profile(name: str, partner: Partner) -> Profile:
    """The global profile of this name, whatever its case. Raises a Problem likewise."""
    found = sight.seen(Profile.objects.filter(name__iexact=name), partner).first()
    if found is None:
        raise refusal([("profile", f"There is no profile {name}.")])
    return found


def find_list(name: str, channel_id: int, partner: Partner) -> SellingList:
    """The selling list of this name of a channel. Raises a Problem likewise."""
    lists = SellingList.objects.filter(channel=channel_id, name=name)
    found = sight.seen(lists, partner).first()
    if found is None:
        raise refusal([("selling_list", f"The channel has no selling list {name}.")])
    return found


def find_warehouses(codes: Sequence[str], partner: Partner) -> list[int]:
    """The ids of these warehouses, in their order. Raises a Problem that names each unknown one."""
    seen = sight.seen(Warehouse.objects.filter(code__in=codes), partner)
    ids = dict(seen.values_list("code", "pk"))
    unknown = [
        (f"warehouses.{position}", f"There is no warehouse {code}.")
        for position, code in enumerate(codes)
        if code not in ids
    ]
    if unknown:
        raise refusal(unknown)
    return sorted({ids[code] for code in codes})
