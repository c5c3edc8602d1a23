"""Which pages of a list are measured: the first, searches, every filter, every order."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import FieldListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Model
from django.utils import timezone

from channels.models import Channel
from desk.filters import RecordFilter
from desk.moments import MomentFilter
from inventory.models import Product
from orders.models import SalesOrder

MOST_CHOICES = 6
Variant = tuple[str, str]
"""What it is, and the query that leads there."""


def terms() -> dict[str, str]:
    """What people search for: a SKU, words of a name, an order's number."""
    found = {"words": "vintage oak"}
    if product := Product.objects.filter(listings__isnull=False).order_by("-pk").first():
        found["SKU"] = product.sku
    if order := SalesOrder.objects.order_by("-pk").first():
        found["order"] = order.number
    return found


def of_list(shown: ChangeList, searched: dict[str, str]) -> Iterator[Variant]:
    """Everything but the first page. Where a channel is looked up among many, everything once more
    within the smallest: few rows among millions are what an order is slowest for."""
    found = list(_alone(shown, searched))
    yield from found
    chosen = [each for each in shown.filter_specs if isinstance(each, RecordFilter)]
    if any(each.field_path == "channel" for each in chosen) and (channel := _smallest()):
        for what, query in found:
            yield (
                f"small channel, {what}",
                f"?{urlencode({'channel__id__exact': channel.pk})}&{query[1:]}",
            )


def _smallest() -> Channel | None:
    sized = Channel.objects.annotate(size=Count("listings")).filter(size__gt=0)
    return sized.order_by("size").first()


def _alone(shown: ChangeList, searched: dict[str, str]) -> Iterator[Variant]:
    if shown.search_fields:
        for what, term in searched.items():
            yield f"search: {what}", f"?{urlencode({'q': term})}"
    for each in shown.filter_specs:
        for query in list(_choices(shown, each))[:MOST_CHOICES]:
            yield f"filter: {each.title}", query
    for number, column in enumerate(shown.list_display):
        is_offered = shown.sortable_by is None or column in shown.sortable_by
        if is_offered and shown.get_ordering_field(column):
            yield f"sort: {_name(column)}", f"?o={number}"
            yield f"sort: {_name(column)}", f"?o=-{number}"


def _name(column: Any) -> str:
    return str(column if isinstance(column, str) else column.__name__).removeprefix("show_")


def _choices(shown: ChangeList, each: Any) -> Iterator[str]:
    """Queries for the choices of one filter that change what is listed."""
    if isinstance(each, MomentFilter):
        day = (timezone.now() - datetime.timedelta(days=7)).date().isoformat()
        yield f"?{urlencode({f'{each.parameter_name}_from_0': day})}"
        return
    for choice in each.choices(shown):
        if "form" in choice:
            yield from _of_form(shown, each, choice["form"])
        elif not choice.get("selected") and choice.get("query_string"):
            yield choice["query_string"]


def _of_form(shown: ChangeList, each: Any, form: Any) -> Iterator[str]:
    for name, field in form.fields.items():
        choices = getattr(field, "choices", None)
        if isinstance(choices, list):
            yield from (f"?{urlencode({name: value})}" for value, _ in choices if value != "")
        elif isinstance(each, FieldListFilter) and (value := _seen(shown, each.field_path)):
            yield f"?{urlencode({name: value})}"


def _seen(shown: ChangeList, path: str) -> Any:
    """A value that is in the list: there is no use in measuring what finds nothing."""
    for row in shown.result_list:
        value: Any = row
        for part in path.split("__"):
            value = getattr(value, part, None)
        if value is not None:
            return value.pk if isinstance(value, Model) else value
    return None
