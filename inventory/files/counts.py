"""Files of what was counted on stocktakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import Resource

from inventory import counting
from inventory.files import finding, kinds
from inventory.files.cells import CodeWidget, TextWidget, UnitsWidget
from inventory.files.rows import Doing, Effect, Row
from inventory.models import Stocktake, StocktakeLine

PREFIX = "ST-"


class StocktakeWidget(TextWidget):
    """ST-2, or 2."""

    def clean(self, value: Any, row: Any = None, **_: Any) -> str:
        """The number's digits. Raises ValueError."""
        digits = super().clean(value, row).upper().removeprefix(PREFIX)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
            raise ValueError(gettext("This is no stocktake: write its number, such as ST-2."))
        return digits.lstrip("0") or "0"


class CountResource(Resource):
    """Columns of a file of counts."""

    stocktake = Field("stocktake", "stocktake", StocktakeWidget(32, is_required=True))
    sku = Field("sku", "sku", CodeWidget(64, is_required=True))
    counted = Field("counted", "counted", UnitsWidget())

    def dehydrate_stocktake(self, line: StocktakeLine) -> str:
        """Its number."""
        return f"{PREFIX}{line.stocktake_id}"

    def dehydrate_sku(self, line: StocktakeLine) -> str:
        """Of the line's product."""
        return line.product.sku


class Counts(kinds.Kind):
    """Records what was counted; closing the stocktake is what changes stock."""

    code = "counts"
    label = _("Stocktake counts")
    about = _(
        "Writes down what was counted on open stocktakes. A product that is not on the stocktake is"
        " put on it; an empty count is left as it is. Stock changes when you close the stocktake."
    )
    resource = CountResource
    keys = ("stocktake", "sku")
    required = ("stocktake", "sku", "counted")
    permissions = ("inventory.change_stocktake", "inventory.change_stocktakeline")
    seen_by = "inventory.view_stocktakeline"
    example = ("ST-2", "MUG-1", "38")

    def name_of(self, raw: dict[str, str]) -> tuple[str, ...]:
        number, sku = super().name_of(raw)
        return number.removeprefix(PREFIX).lstrip("0"), sku

    def lock(self, rows: Sequence[Row]) -> None:
        ids = sorted({row.place_id for row in rows if row.place_id is not None})
        chosen = Stocktake.objects.filter(pk__in=ids).order_by("pk")
        list(chosen.select_for_update(no_key=True).values_list("pk"))

    def judge(self, rows: Sequence[Row]) -> None:
        sound = kinds.sound(rows)
        stocktakes = Stocktake.objects.in_bulk({int(row.values["stocktake"]) for row in sound})
        pairs = finding.stocked(sound, is_bundle_allowed=False)
        lines = StocktakeLine.objects.filter(
            stocktake__in=stocktakes, product__in=[product.id for _row, product in pairs]
        )
        held = {
            (stocktake, product): counted
            for stocktake, product, counted in lines.values_list(
                "stocktake_id", "product_id", "counted"
            )
        }
        for row, product in pairs:
            if _find_stocktake(row, stocktakes):
                place = (row.place_id or 0, product.id)
                _compare(row, held.get(place), is_new=place not in held)

    def write(self, rows: Sequence[Row], doing: Doing) -> None:
        by_stocktake: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_stocktake[row.place_id or 0].append(row)
        stocktakes = Stocktake.objects.select_related("warehouse").in_bulk(by_stocktake)
        for pk, chosen in sorted(by_stocktake.items()):
            added = [row.product_id or 0 for row in chosen if row.effect == Effect.NEW]
            if added:
                counting.add(stocktakes[pk], added)
            counted = {row.product_id or 0: row.values["counted"] for row in chosen}
            counting.record(stocktakes[pk], counted, doing.actor)

    def records(self, chosen: QuerySet[Any]) -> QuerySet[Any]:
        """The lines of these stocktakes, counted or not: a sheet to fill in."""
        ids = chosen.order_by().values("pk")
        lines = StocktakeLine.objects.filter(stocktake__in=ids).select_related("product")
        return lines.order_by("-stocktake_id", "product__sku")


def _find_stocktake(row: Row, stocktakes: dict[int, Stocktake]) -> bool:
    stocktake = stocktakes.get(int(row.values["stocktake"]))
    if stocktake is None:
        row.refuse("stocktake", gettext("There is no such stocktake: open one first."))
        return False
    if stocktake.status != Stocktake.Status.OPEN:
        row.refuse(
            "stocktake",
            gettext("%(stocktake)s is not open any more: open a new one.")
            % {"stocktake": stocktake},
        )
        return False
    row.place_id = stocktake.pk
    return True


def _compare(row: Row, counted: int | None, *, is_new: bool) -> None:
    if row.values.get("counted") is None:
        return
    old = None if counted is None else str(counted)
    row.change("counted", old, str(row.values["counted"]))
    row.settle(is_new=is_new)


kinds.register(Counts())
