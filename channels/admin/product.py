"""The product's page, with its marketplace and what every channel shows of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from channels import communicated, onboarding, reasons
from channels.admin import marketplace, switching
from channels.admin.cells import STATE_COLORS
from channels.admin.filters import MarketplaceFilter
from channels.models import Channel, Communicated
from desk.cells import ago, page_of
from inventory.admin import product as base
from inventory.models import Product

Verb = Callable[[Channel, Collection[int]], int]
SWITCHES = {"is_active", "is_excluded"}

admin.site.unregister(Product)


def _place(
    channel: Channel,
    verb: Verb,
    _admin: Any,
    request: HttpRequest,
    products: QuerySet[Product],
) -> None:
    """Tick or untick one channel for the chosen products."""
    number = verb(channel, list(products.order_by("pk").values_list("pk", flat=True)))
    messages.success(request, f"{channel}: changed for {number} of the chosen products.")


@admin.register(Product)
class ProductAdmin(base.ProductAdmin):
    """Who may change listings may save this page, for the marketplace alone."""

    list_filter = [*base.ProductAdmin.list_filter, MarketplaceFilter]
    empty_hint = "Add your first product, or load products from a file of past sales."

    def may_place(self, request: HttpRequest) -> bool:
        """Whether the person decides where products are communicated."""
        return request.user.has_perms(["channels.change_listing"])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """On the page of one product; lists and their actions ask for the product's own."""
        may_edit = bool(super().has_change_permission(request, obj))
        return may_edit or (isinstance(obj, Product) and self.may_place(request))

    def get_actions(self, request: HttpRequest) -> Any:
        """Besides the usual ones, a tick and an untick for each channel."""
        actions: dict[str, Any] = dict(super().get_actions(request))
        if self.may_place(request):
            for channel in Channel.objects.filter(is_active=True):
                for verb, text in (
                    (onboarding.tick, "Communicate on"),
                    (onboarding.untick, "Stop on"),
                ):
                    name = f"{verb.__name__}_{channel.pk}"
                    actions[name] = (partial(_place, channel, verb), name, f"{text} {channel}")
        return actions

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ["show_marketplace"]
        if self.may_place(request):
            fields = ["marketplace", "excluded_on"] if obj else ["marketplace"]
        return [*super().get_fieldsets(request, obj), ("Marketplace", {"fields": fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [*super().get_readonly_fields(request, obj), "show_marketplace"]
        if obj is None or super().has_change_permission(request, obj):
            return fixed
        return [*fixed, "sku", "barcode", "name", "is_active", "is_excluded"]

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        if self.may_place(request):
            kwargs["form"] = marketplace.MarketplaceForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:  # noqa: FBT001
        """The product, then its listings."""
        super().save_model(request, obj, form, change)
        if self.may_place(request):
            marketplace.apply(obj, form)
        if change and SWITCHES & set(form.changed_data):
            switching.product_changed([obj.pk])
        if change:
            self._rematch(request, obj, form.changed_data)

    def _rematch(self, request: HttpRequest, product: Product, changed: list[str]) -> None:
        """A channel that matches by what was changed may hold another item now."""
        moved = onboarding.rematch(product, changed)
        if moved:
            names = ", ".join(channel.name for channel in moved)
            self.message_user(
                request,
                f"{names}: the product is matched again by what you changed, at the next look for"
                " new products. Until then nothing is sent there.",
                messages.WARNING,
            )

    def switch(self, request: HttpRequest, products: QuerySet[Product], **flags: bool) -> None:
        """Also marks the listings, so that each channel hears of it or says why not."""
        ids = list(products.order_by("pk").values_list("pk", flat=True))
        super().switch(request, products, **flags)
        switching.product_changed(ids)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds what the channels are told."""
        product = kwargs.get("obj")
        if product and request.user.has_perms(["channels.view_communicated"]):
            table = list(communicated.select().filter(product=product))
            context["told"] = [
                {
                    "row": row,
                    "entry": entry,
                    "color": STATE_COLORS[Communicated.State(row.state)],
                    "when": ago(row.acknowledged_at),
                    "state": entry.get_state_display(),
                    "advice": reasons.advice(row.reason),
                    "url": page_of(entry),
                }
                for entry, row in zip(table, communicated.rows(table), strict=True)
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Communicated on")
    def show_marketplace(self, product: Product) -> str:
        names = ", ".join(marketplace.ticked(product).values_list("name", flat=True))
        return f"{names or 'No channel'}. {marketplace.ASK}" if product.pk else marketplace.ASK
