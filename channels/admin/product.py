"""The product's page, with its marketplace and what every channel shows of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from channels import onboarding, selling
from channels.admin import foreseen, marketplace, product_told, switching
from channels.admin.exclusion import May
from channels.admin.filters import MarketplaceFilter
from channels.admin.previewing import CONFIRMED
from channels.models import Channel, Listing, Publication
from channels.selling import Foresight
from desk import numbers
from desk.cells import list_of
from inventory.admin.product import parts_of
from inventory.admin.product_adjusting import Foretold
from inventory.admin.product_page import GENERAL, Panel
from inventory.models import Product, Warehouse
from orders.admin import product as base

Verb = Callable[[Channel, Collection[int]], int]
SWITCHES = {"is_active", "is_excluded"}
DIGITS = 7
"""More places than that no product has."""
SEE = ("inventory.view_product", "channels.view_communicated")
LEADS = {
    "exclude_from_sync": _(
        "No channel is told of these products any more, until you include them"
        " again. Each channel keeps the number it has."
    ),
    "include_in_sync": _("The channels are told of these products again."),
    "activate": _("The channels are told of these products again."),
    "archive": _(
        "No channel is told of these products any more, until you activate them again."
        " Each channel keeps the number it has."
    ),
}
TITLES = {
    "exclude_from_sync": _("Exclude from sync"),
    "include_in_sync": _("Include in sync"),
    "activate": _("Activate"),
    "archive": _("Archive"),
}

admin.site.unregister(Product)


def _ask_to_place(
    page: Any, request: HttpRequest, channel: Channel, products: QuerySet[Product], *, is_tick: bool
) -> HttpResponse | None:
    """The preview of a tick or untick; None where no channel would hear of it, or no more."""
    ids, is_whole = foreseen.first_of(products)
    listings = Listing.objects.filter(channel=channel, product__in=ids)
    foresight = selling.foresee(listings, lambda each: each._replace(is_ticked=is_tick))
    if is_tick:
        foresight.waiting += len(ids) - listings.count()
    if not foresight.is_any:
        return None
    foresight.is_whole = is_whole
    lead = (
        gettext(
            "The stock of these products is communicated on %(channel)s: of new ones for the"
            " first time on the next day from its hour, of the others at once."
        )
        if is_tick
        else gettext("%(channel)s is told of these products no more, and keeps the number it has.")
    )
    title = gettext("Communicate on %(channel)s") if is_tick else gettext("Stop on %(channel)s")
    return foreseen.ask(
        page,
        request,
        f"{'tick' if is_tick else 'untick'}_{channel.pk}",
        foresight,
        title=title % {"channel": channel},
        subtitle=foreseen.counted(ids, is_whole=is_whole),
        lead=lead % {"channel": channel},
        confirm_label=gettext("Confirm"),
        looked_at=len(ids),
    )


def _place(
    channel: Channel,
    verb: Verb,
    page: Any,
    request: HttpRequest,
    products: QuerySet[Product],
) -> HttpResponse | None:
    """Tick or untick one channel for the chosen products; what becomes of them is seen first."""
    if CONFIRMED not in request.POST:
        is_tick = verb is onboarding.tick
        asked = _ask_to_place(page, request, channel, products, is_tick=is_tick)
        if asked is not None:
            return asked
    changed = same = 0
    for part in parts_of(products):
        number = verb(channel, part)
        changed, same = changed + number, same + len(part) - number
    told = ngettext(
        "%(channel)s: changed for %(number)s of the chosen products.",
        "%(channel)s: changed for %(number)s of the chosen products.",
        changed,
    ) % {"channel": channel, "number": numbers.shown(changed)}
    if same:
        told += " " + ngettext(
            "%(number)s was so already.", "%(number)s were so already.", same
        ) % {"number": numbers.shown(same)}
    messages.success(request, told)
    return None


def _without(line: Any) -> Any:
    """A line of the form, without the switch that stands under Marketplace."""
    if isinstance(line, str):
        return line
    left = tuple(name for name in line if name != "is_excluded")
    return left[0] if len(left) == 1 else left


@admin.register(Product)
class ProductAdmin(base.ProductAdmin):
    """Who may change listings may save this page, for the marketplace alone."""

    list_filter = [*base.ProductAdmin.list_filter, MarketplaceFilter]
    empty_hint = _("Add your first product, or load products from a file of past sales.")

    def may_place(self, request: HttpRequest) -> bool:
        """Whether the person decides where products are communicated."""
        return request.user.has_perms(["channels.change_listing"])

    def _may(self, request: HttpRequest) -> May:
        return May(edit=super().has_change_permission(request), place=self.may_place(request))

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
                    (onboarding.tick, gettext("Communicate on %(channel)s…")),
                    (onboarding.untick, gettext("Stop on %(channel)s…")),
                ):
                    name = f"{verb.__name__}_{channel.pk}"
                    words = text % {"channel": channel}
                    actions[name] = (partial(_place, channel, verb), name, words)
        return actions

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """All that keeps numbers from the channels stands in one place."""
        fields = ["marketplace"] if self.may_place(request) else ["is_excluded", "show_marketplace"]
        own = [
            (name, {**options, "fields": [_without(each) for each in options["fields"]]})
            for name, options in super().get_fieldsets(request, obj)
        ]
        return [*own, (_("Marketplace"), {"fields": fields})]

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
            shown = kwargs.get("fields") or flatten_fieldsets(self.get_fieldsets(request, obj))
            kwargs |= {"fields": [*shown, "is_excluded"], "form": marketplace.MarketplaceForm}
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Who does not decide where it is communicated has this one switch, and reads how far it
        reaches."""
        if db_field.name == "is_excluded":
            kwargs["label"] = _("Excluded from sync on all channels")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

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
                gettext(
                    "%(channels)s: the product is matched again by what you changed, at the next"
                    " look for new products. Until then nothing is sent there."
                )
                % {"channels": names},
                messages.WARNING,
            )

    def switch(
        self, request: HttpRequest, products: QuerySet[Product], name: str, **flags: bool
    ) -> HttpResponse | None:
        """What becomes of them is seen first, where any channel would hear of it, or no more; the
        result says what came of it."""
        if CONFIRMED not in request.POST:
            ids, is_whole = foreseen.first_of(products)
            foresight = self._foresee(ids, flags)
            if foresight.is_any:
                foresight.is_whole = is_whole
                return foreseen.ask(
                    self,
                    request,
                    name,
                    foresight,
                    title=TITLES[name],
                    subtitle=foreseen.counted(ids, is_whole=is_whole),
                    lead=LEADS[name],
                    confirm_label=gettext("Confirm"),
                    looked_at=len(ids),
                )
        return super().switch(request, products, name, **flags)

    def _foresee(self, ids: Sequence[int], flags: dict[str, bool]) -> Foresight:
        """What the channels would hear of these products with these flags."""
        listings = Listing.objects.filter(product__in=ids)
        return selling.foresee(listings, lambda each: each.but(flags))

    def switched(self, product_ids: list[int]) -> None:
        """Each channel hears of it, or says why not."""
        switching.product_changed(product_ids)

    def panels(self, request: HttpRequest, product: Product) -> list[Panel]:
        panels = super().panels(request, product)
        if request.user.has_perms(["channels.view_communicated"]):
            template = "admin/inventory/product/told.html"
            context = product_told.context_of(product, self._may(request))
            panels.append(Panel(GENERAL, 5, _("What the channels are told"), template, context))
        if request.user.has_perms(["channels.view_publication"]):
            context = {
                "receipts": product_told.receipts_of(product),
                "all": list_of(Publication, q=product.sku),
            }
            template = "admin/inventory/product/receipts.html"
            panels.append(Panel("told", 50, _("Publications"), template, context))
        return panels

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page; or of it, where a person follows what is on its way, that part alone."""
        if request.method == "GET" and product_told.PART in request.GET:
            return self._told_now(request, object_id)
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return page

    def _told_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not request.user.has_perms([*SEE]):
            raise PermissionDenied
        product = self.get_object(request, object_id)
        if not isinstance(product, Product):
            raise Http404(object_id)
        sent = request.GET.get(product_told.SENT, "")
        first = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < DIGITS else None
        here = product_told.context_of(product, self._may(request), first)
        context = {"here": here, "is_followed": True}
        return TemplateResponse(request, "admin/inventory/product/told_now.html", context)

    def told_if(self, product: Product, warehouse: Warehouse, delta: int) -> Sequence[Foretold]:
        return product_told.told_if(product, warehouse, delta)

    @display(description=_("Communicated on"))
    def show_marketplace(self, product: Product) -> str:
        if not product.pk:
            return str(marketplace.ASK)
        return f"{marketplace.named(product)} {marketplace.ASK}"
