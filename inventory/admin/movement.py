"""The ledger: every movement, for reading."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from desk import moments, numbers
from desk.filters import MomentFilter, RecordFilter
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from inventory.models import Movement, Product


@admin.register(Movement)
class MovementAdmin(ReadOnlyMixin, ModelAdmin):
    """Read-only even to superusers; made for millions of lines, which are never counted."""

    list_display = [
        "show_recorded_at",
        "product",
        "warehouse",
        "state",
        "show_delta",
        "reason",
        "note",
        "document",
        "show_bundle",
        "actor",
    ]
    list_filter = [
        ("product", RecordFilter),
        ("warehouse", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        ("recorded_at", MomentFilter),
    ]
    list_filter_submit = True
    list_select_related = ["product", "warehouse", "bundle"]
    # Shows the box; get_search_results decides.
    search_fields = ["document"]
    search_help_text = _("A whole SKU, document or key")
    ordering = ["-id"]
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Movement], search_term: str
    ) -> tuple[QuerySet[Movement], bool]:
        """Whole words only: each of the three is answered by an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        products = list(Product.objects.filter(sku__iexact=term).values_list("pk", flat=True))
        found = Q(product__in=products) | Q(document=term) | Q(key=term)
        return queryset.filter(found), False

    @display(description=_("recorded at"))
    def show_recorded_at(self, movement: Movement) -> str:
        """To the second: the order of events is what people look for here."""
        return moments.second(movement.recorded_at)

    @display(description=_("part of bundle"), empty_value="")
    def show_bundle(self, movement: Movement) -> str | None:
        """The bundle's SKU: its components moved because it was sold or came back."""
        return movement.bundle.sku if movement.bundle else None

    @display(description=_("change"), label={"more": "success", "less": "danger", "same": "info"})
    def show_delta(self, movement: Movement) -> tuple[str, Any]:
        if movement.delta == 0:
            return "same", "0"
        return ("more" if movement.delta > 0 else "less"), numbers.change(movement.delta)
