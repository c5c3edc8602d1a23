"""Which pages of a list are measured: the first, searches, every filter, every order."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import FieldListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Model
from django.utils import timezone

from channels.models import Channel
from desk.filters import MomentFilter, RecordFilter
from desk.paging import READ
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
    within the smallest: few rows among millions are what an order is slowest for. And every order
    within one of more listings than are handed back to the database."""
    found = list(_alone(shown, searched))
    yield from found
    chosen = [each for each in shown.filter_specs if isinstance(each, RecordFilter)]
    if any(each.field_path == "channel" for each in chosen):
        sorts = [each for each in found if each[0].startswith("sort")]
        yield from _within("small", _smallest(0), found)
        yield from _within("middling", _smallest(READ), sorts)


def _within(size: str, channel: Channel | None, found: Iterable[Variant]) -> Iterator[Variant]:
    for what, query in found if channel else ():
        of_it = urlencode({"channel__id__exact": channel.pk if channel else 0})
        yield f"{size} channel, {what}", f"?{of_it}&{query[1:]}"


def _smallest(more_than: int) -> Channel | None:
    """Of the channels with more listings than that."""
    sized = Channel.objects.annotate(size=Count("listings")).filter(size__gt=more_than)
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
