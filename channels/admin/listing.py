"""Listings: which product is which item of a channel, or why it is none yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from channels import due, finding, reasons
from channels.admin.arranging import ArrangingMixin
from channels.admin.cells import STATE_COLORS
from channels.admin.filters import QuantityFilter, SellingListFilter
from channels.admin.listing_switches import SwitchesMixin
from channels.models import Communicated, Listing
from channels.rules import PLAIN
from desk.cells import NOTHING, badge, flag, link, list_of, page_of, two_lines
from desk.lists import ChangeList, ModelAdmin
from desk.refusals import RefusalsMixin
from inventory.admin.exporting import ExportMixin

State = Communicated.State

WORST_FIRST = [
    State.OFF,
    State.EXCLUDED,
    State.NEW,
    State.ERROR,
    State.SKIPPED,
    State.PENDING_UPDATE,
    State.PENDING,
    State.UNCONFIRMED,
    State.LINKED,
    State.OUT_OF_STOCK,
    State.SOURCE,
]
"""A listing out of stock at one place and linked at another is linked."""


def add_standing(listings: Iterable[Any]) -> None:
    """Put on each listing the state and reason of its places, the worst first: one query."""
    listed = list(listings)
    rows = Communicated.objects.filter(listing__in=[each.pk for each in listed]).order_by()
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for listing, state, reason in rows.values_list("listing", "state", "reason"):
        found[listing].append((WORST_FIRST.index(State(state)), reason))
    for listing in listed:
        place, reason = min(found[listing.pk], default=(0, ""))
        listing.standing = WORST_FIRST[place], reason


def standing(listing: Any) -> tuple[Communicated.State, str]:
    """The listing's state and reason, looked up once."""
    if not hasattr(listing, "standing"):
        add_standing([listing])
    found: tuple[Communicated.State, str] = listing.standing
    return found


NOT_NARROWING = {QuantityFilter.parameter_name, ORDER_VAR, PAGE_VAR}


class StandingList(ChangeList):
    """A page of listings with what became of their quantities."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        add_standing(self.result_list)


class ReasonFilter(DropdownFilter):
    """By why it is not linked."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [(code.value, str(reason.label)) for code, reason in reasons.REASONS.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


@admin.register(Listing)
class ListingAdmin(ExportMixin, SwitchesMixin, ArrangingMixin, RefusalsMixin, ModelAdmin):
    """Made by a tick on the product's page, kept for ever after: receipts refer to it."""

    file_kind = "marketplace"

    list_display = [
        "show_product",
        "channel",
        "show_state",
        "show_reason",
        "show_list",
        "show_ticked",
        "show_excluded",
        "eligible_at",
        "show_told",
    ]
    list_filter = [
        ("channel", RelatedDropdownFilter),
        SellingListFilter,
        QuantityFilter,
        ("state", ChoicesDropdownFilter),
        ReasonFilter,
        "is_ticked",
        "is_excluded",
    ]
    list_filter_submit = True
    list_select_related = ["product", "channel__profile", "selling_list__profile"]
    # The filters find every state; sorted by one, a million rows would be sorted for the first.
    sortable_by = ["show_product"]
    search_fields = ["product__sku", "product__name", "external_id", "item_id"]
    search_help_text = _("SKU, name, or a whole id at the channel")
    ordering = ["product__sku", "channel__name"]
    empty_hint = _(
        "No product is ticked for a channel yet. Tick one under Marketplace on its page."
    )
    fieldsets = [
        (None, {"fields": [("product", "channel"), "show_list", "is_ticked", "is_excluded"]}),
        (
            _("State"),
            {
                "fields": [
                    ("show_state", "show_reason"),
                    "show_advice",
                    ("ticked_at", "eligible_at"),
                    "onboarded_at",
                ]
            },
        ),
        (_("At the channel"), {"fields": ["title", ("external_id", "item_id"), "show_told"]}),
    ]
    readonly_fields = [
        "product",
        "channel",
        "show_list",
        "show_state",
        "show_reason",
        "show_advice",
        "ticked_at",
        "eligible_at",
        "onboarded_at",
        "title",
        "external_id",
        "item_id",
        "show_told",
    ]
    actions = ["hold_back", "let_go", "tick", "untick", "put_into_list"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StandingList

    def get_paginator(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """What the quantity's filter found to be many is not counted, where nothing else narrows
        it."""
        pages: Any = super().get_paginator(request, *args, **kwargs)
        given = {name for name, value in request.GET.items() if value}
        if getattr(request, "are_many", False) and given <= NOT_NARROWING:
            pages.know_more()
        return pages

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return finding.listings_matching(queryset, search_term), False

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The two switches differ in what is left out, and each says so."""
        if db_field.name == "is_excluded":
            kwargs["help_text"] = _(
                "On: communicated, but nothing is sent for now, and the channel keeps the number it"
                " has. Switch it off, and it is told again at once."
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Listing, form: Any, change: bool) -> None:  # noqa: FBT001
        """A changed switch makes the listing due: it is told, or says why not."""
        if form.changed_data:
            obj.save(update_fields=form.changed_data)
            due.by_listing([obj.pk])

    @display(description=_("Product"), ordering="product__sku", header=True)
    def show_product(self, listing: Listing) -> list[str]:
        return [listing.product.sku, listing.product.name]

    @display(description=_("State"), ordering="state")
    def show_state(self, listing: Listing) -> str:
        state, _reason = standing(listing)
        return badge(STATE_COLORS[state], state.label)

    @display(description=_("Reason"), ordering="reason")
    def show_reason(self, listing: Listing) -> str:
        _state, reason = standing(listing)
        return reasons.label(reason) if reason else NOTHING

    @display(description=_("Communicated"))
    def show_ticked(self, listing: Listing) -> str:
        return flag(gettext("yes"), is_on=listing.is_ticked)

    @display(description=_("Excluded from sync"))
    def show_excluded(self, listing: Listing) -> str:
        return flag(gettext("Excluded"), is_on=listing.is_excluded, color="warning")

    @display(description=_("What to do"))
    def show_advice(self, listing: Listing) -> str:
        _state, reason = standing(listing)
        return reasons.advice(reason) or NOTHING

    @display(description=_("Selling list, rule"), ordering="selling_list__name")
    def show_list(self, listing: Listing) -> Any:
        group = listing.selling_list
        profile = group.profile if group else listing.channel.profile
        rule = profile.name if profile else gettext(PLAIN.name)
        return two_lines(link(page_of(group), group.name), rule) if group else rule

    @display(description=_("Told"))
    def show_told(self, listing: Listing) -> str:
        url = list_of(Communicated, q=listing.product.sku, channel__id__exact=listing.channel_id)
        return link(url, gettext("Quantities"))
