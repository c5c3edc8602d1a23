"""Filters that the lists of sync have in common."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from channels.models import Channel
from inventory.models import Product


class ChannelFilter(django_filters.CharFilter):
    """Of one channel, by its name. The name is looked up first, so that a page is found through the
    index by channel instead of by a join."""

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(channel=Channel.objects.filter(name=value).order_by().values("pk")[:1])


class SkuFilter(django_filters.CharFilter):
    """About one product, by its SKU. field_name: where the product is."""

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        if not value:
            return qs
        product = Product.objects.filter(sku__iexact=value).order_by().values("pk")[:1]
        return qs.filter(**{self.field_name: product})
