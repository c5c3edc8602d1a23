"""Documents whose number is their own: found by it, as they show it or bare."""

from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

LONGEST = 18
"""Digits that surely fit a primary key."""


class NumberSearchMixin(ModelAdmin):
    """The search box takes ST-2 and 2, too."""

    prefix: ClassVar[str]
    """What the document's name begins with, such as "ST-"."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        digits = search_term.strip().upper().removeprefix(self.prefix)
        if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST:
            either = Q(pk__in=found.order_by().values("pk")) | Q(pk=int(digits))
            return queryset.filter(either), False
        return found, may_repeat
