"""Fields where units are typed: one smallest and one largest number for each, on every floor."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.admin.utils import label_for_field
from django.http import HttpRequest
from django.utils.text import capfirst

from desk.lists import TabularInline
from inventory.admin.dialogs import LARGEST


class QuantitiesInline(TabularInline):
    """Bounds what may be typed, so that no page asks the ledger for what it can not hold."""

    least: ClassVar[Mapping[str, int]]
    """Field to the smallest number of units it takes."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """A phone shows each label beside its field, where one not typed into reads like one that
        is: begun with a capital."""
        shown = self.get_readonly_fields(request, obj)
        told = {name: capfirst(str(label_for_field(name, self.model, self))) for name in shown}
        return super().get_formset(request, obj, labels=told, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.least:
            kwargs |= {"min_value": self.least[db_field.name], "max_value": LARGEST}
        return super().formfield_for_dbfield(db_field, request, **kwargs)
