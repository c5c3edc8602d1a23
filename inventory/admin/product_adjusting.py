"""Quick adjust: stock is corrected on the product's own page, and what that does is seen first."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from desk import history
from desk.cells import page_of
from desk.deadlocks import retried
from desk.errors import Refused
from desk.fields import WholeNumberField
from desk.lists import ModelAdmin
from desk.numbers import said, shown
from desk.saying import gettext
from inventory import ledger
from inventory.admin.dialogs import LARGEST
from inventory.errors import WrongState
from inventory.lines import Posting
from inventory.models import Movement, Product, StockLevel, Warehouse

PREFIX = "adjust"
CHANGE, TOTAL = "change", "total"
ASKED = "adjust"
"""In the address of the page: the person came to adjust, so the cursor is put there."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a place of a channel would be told. Units; None: nothing, or not known what it shows.
    untold: why nothing is sent there; "" where it is."""

    channel: str
    place: str
    sku: str
    shows: int | None
    will_show: int | None
    untold: str = ""

    @property
    def is_other(self) -> bool:
        return not self.untold and self.will_show is not None and self.will_show != self.shows


class AdjustForm(forms.Form):
    """Where, by how many or to how many, and why."""

    warehouse = forms.ModelChoiceField(
        Warehouse.objects.none(),
        label=_("Warehouse"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    way = forms.ChoiceField(
        label=_("What you enter"),
        choices=[(CHANGE, _("Change by")), (TOTAL, _("Counted total"))],
        initial=CHANGE,
        widget=forms.RadioSelect,
    )
    units = WholeNumberField(
        label=_("Units"),
        min_value=-LARGEST,
        max_value=LARGEST,
        widget=UnfoldAdminIntegerFieldWidget({"inputmode": "text", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=255,
        widget=UnfoldAdminTextInputWidget({"list": "adjust-reasons", "autocomplete": "off"}),
    )

    def __init__(self, product: Product, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix=PREFIX)
        self.product = product
        self.key = str(uuid.uuid4())
        self.sums: dict[str, str] = {}
        places: Any = self.fields["warehouse"]
        places.queryset = adjustable()
        places.choices = [(place.pk, place.name) for place in places.queryset]

    def clean(self) -> dict[str, Any]:
        """What the ledger would refuse is said beside the field."""
        given = super().clean() or self.cleaned_data
        self.sums = self._sums(given)
        if {"warehouse", "way", "units"} <= given.keys():
            self._demand_sense(given["warehouse"], given["units"], given["way"])
        return given

    def _sums(self, given: dict[str, Any]) -> dict[str, str]:
        """What either way would make of the units typed, whichever is chosen: so that nobody takes
        one for the other."""
        if not {"warehouse", "units"} <= given.keys():
            return {}
        before, units = self.before, given["units"]
        sign, size = ("−" if units < 0 else "+"), abs(units)
        values = {"units": units, "change": signed(units - before)}
        added = f"{shown(before)} {sign} {shown(size)} = {shown(before + units)}"
        return {
            CHANGE: added.replace("-", "−"),
            TOTAL: said(gettext("counted %(units)d: %(change)s"), values) if units >= 0 else "–",
        }

    def _demand_sense(self, warehouse: Warehouse, units: int, way: str) -> None:
        if way == CHANGE and not units:
            self.add_error("units", gettext("Give a number other than 0."))
        elif way == TOTAL and units < 0:
            self.add_error("units", gettext("Give the units that there are: 0 or more."))
        elif self.after < min(self.before, 0) and not warehouse.can_go_negative:
            self.add_error(
                "units",
                gettext("There are only %(number)d at %(warehouse)s, which may not go below zero.")
                % {"number": self.before, "warehouse": warehouse},
            )

    @property
    def typed(self) -> dict[str, str]:
        """All that the person said, as it was sent."""
        names = [f"{PREFIX}-{name}" for name in self.fields]
        return {name: str(self.data.get(name, "")) for name in names}

    @property
    def before(self) -> int:
        """Units in stock there now; looked up once."""
        if not hasattr(self, "_before"):
            levels = StockLevel.objects.filter(
                product=self.product, warehouse=self.cleaned_data["warehouse"]
            )
            self._before: int = levels.values_list("on_hand", flat=True).first() or 0
        return self._before

    @property
    def after(self) -> int:
        """Units in stock there then."""
        units: int = self.cleaned_data["units"]
        return units if self.cleaned_data["way"] == TOTAL else self.before + units

    @property
    def more(self) -> int:
        """Units that come; 0 when some go."""
        return max(0, self.after - self.before)

    @property
    def fewer(self) -> int:
        """Units that go; 0 when some come."""
        return max(0, self.before - self.after)

    @property
    def seen(self) -> int | None:
        """Units in stock there when the page told what would happen; None: it told nothing."""
        given = str(self.data.get(f"{PREFIX}-seen", ""))
        return int(given) if re.fullmatch(r"-?[0-9]{1,10}", given) else None


def signed(change: int) -> str:
    """A change with its sign, as people write it: “+3”, “−3”, “±0”."""
    return f"{'+' if change > 0 else '−' if change < 0 else '±'}{shown(abs(change))}"


def adjustable() -> QuerySet[Warehouse]:
    """Where people may correct stock: a mirror's is its channel's to change."""
    return Warehouse.objects.filter(is_active=True, is_mirror=False)


def adjust(product: Product, form: AdjustForm, cause: ledger.Cause) -> str | None:
    """Correct the stock as the form says, once for a key. Returns what was done, in words; None
    when the same answer did it before. Raises Refused."""
    given = form.cleaned_data
    warehouse, units = given["warehouse"], given["units"]
    if given["way"] == TOTAL:
        posting = _set_total(product, form, cause)
    else:
        posting = ledger.adjust(warehouse.pk, [(product.pk, units)], cause)
    if posting.is_repeat:
        return None
    [level] = posting.levels
    delta = Movement.objects.filter(key=cause.key).values_list("delta", flat=True)[0]
    return gettext("%(warehouse)s: %(before)d → %(after)d in stock.") % {
        "warehouse": warehouse,
        "before": level.on_hand - delta,
        "after": level.on_hand,
    }


@transaction.atomic
def _set_total(product: Product, form: AdjustForm, cause: ledger.Cause) -> Posting:
    """Raises WrongState: stock moved since the person looked, and the total is a guess now."""
    warehouse, units = form.cleaned_data["warehouse"], form.cleaned_data["units"]
    levels = StockLevel.objects.filter(product=product, warehouse=warehouse)
    found = levels.select_for_update(no_key=True).values_list("on_hand", flat=True).first() or 0
    is_done = Movement.objects.filter(key=cause.key).exists()
    if not is_done and form.seen is not None and form.seen != found:
        raise WrongState(
            gettext(
                "Stock at %(warehouse)s moved meanwhile: %(seen)d when you looked, %(now)d now."
                " Count again, or give the change."
            )
            % {"warehouse": warehouse, "seen": form.seen, "now": found},
            field="units",
        )
    return ledger.count(warehouse.pk, {product.pk: units}, cause)


class QuickAdjustMixin(ModelAdmin):
    """Adds the form's two addresses: one tells what it would do, the other does it."""

    def has_post_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the person may move stock by hand."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "<path:object_id>/adjust/foretell/",
                self.admin_site.admin_view(self.foretell),
                name="inventory_product_foretell",
            ),
            path(
                "<path:object_id>/adjust/",
                self.admin_site.admin_view(self.adjust_here),
                name="inventory_product_adjust",
            ),
        ]
        return [*own, *super().get_urls()]

    def told_if(self, product: Product, warehouse: Warehouse, delta: int) -> Sequence[Foretold]:
        """What the channels would be told; a floor that knows channels says it."""
        return []

    def foretell(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the form would do, as a part of the page. Changes nothing."""
        product = self._asked(request, object_id)
        form = AdjustForm(product, request.GET)
        context: dict[str, Any] = {"form": form}
        form.is_valid()
        if {"warehouse", "way", "units"} <= form.cleaned_data.keys():
            told = self.told_if(product, form.cleaned_data["warehouse"], form.after - form.before)
            context |= {"is_foretold": True, "told": told}
            context["is_any_other"] = any(each.is_other for each in told)
        return TemplateResponse(request, "admin/inventory/product/foretold.html", context)

    def adjust_here(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Corrects the stock; what is refused is said on the page, with all that was typed."""
        product = self._asked(request, object_id)
        if request.method != "POST":
            return HttpResponseRedirect(page_of(product))
        form = AdjustForm(product, request.POST)
        key = request.POST.get("key", "").strip().replace("\0", "")[:64] or form.key
        answer = history.Answer(f"adjust:{key}", history.digest(form.typed))
        try:
            done = self._done_once(request, form, answer)
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
            return self._again(form)
        level = messages.SUCCESS if done else messages.INFO
        self.message_user(request, done or gettext("Already done."), level)
        return HttpResponseRedirect(page_of(product))

    @retried
    @transaction.atomic
    def _done_once(
        self, request: HttpRequest, form: AdjustForm, answer: history.Answer
    ) -> str | None:
        """None when the same answer did it before. Of two at once the second waits."""
        history.await_turn(answer.key)
        if history.is_answered(form.product, answer):
            return None
        if not form.is_valid():
            raise Refused(gettext("Nothing was changed: correct what is marked at “Adjust stock”."))
        note, actor = form.cleaned_data["reason"], request.user.get_username()
        done = adjust(form.product, form, ledger.Cause(note=note, actor=actor, key=answer.key))
        if done is not None:
            self.log_change(request, form.product, history.kept(done, answer))
        return done

    def _again(self, form: AdjustForm) -> HttpResponse:
        """The page, its form as it was typed: the address holds it, which bears no NUL."""
        typed = {name: given.replace("\0", "") for name, given in form.typed.items()}
        return HttpResponseRedirect(f"{page_of(form.product)}?{urlencode(typed)}")

    def _asked(self, request: HttpRequest, object_id: str) -> Product:
        if not (self.has_view_permission(request) and self.has_post_permission(request)):
            raise PermissionDenied
        product = self.get_object(request, object_id)
        if not isinstance(product, Product):
            raise Http404(object_id)
        return product
