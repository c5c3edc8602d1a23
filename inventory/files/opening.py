"""Files of opening stock: what lies where before Stockcast keeps count of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import Resource

from inventory import ledger
from inventory.files import finding, kinds
from inventory.files.cells import CodeWidget, TextWidget, UnitsWidget
from inventory.files.rows import Doing, Row
from inventory.ledger import Cause, Line
from inventory.models import Reason, State, StockLevel, Warehouse
from inventory.posting import create_levels

Place = tuple[int, int]
"""Product id and warehouse id."""

_KNOWN = """
SELECT level.product_id, level.warehouse_id, level.on_hand
FROM unnest(%s::bigint[], %s::bigint[]) AS given(product_id, warehouse_id)
JOIN inventory_stocklevel level USING (product_id, warehouse_id)
WHERE level.is_known
"""

_LOCK = """
SELECT level.id FROM inventory_stocklevel level
JOIN unnest(%s::bigint[], %s::bigint[]) AS given(product_id, warehouse_id)
    USING (product_id, warehouse_id)
ORDER BY level.product_id, level.warehouse_id FOR UPDATE OF level
"""


class OpeningResource(Resource):
    """Columns of a file of opening stock."""

    sku = Field("sku", "sku", CodeWidget(64, is_required=True))
    warehouse = Field("warehouse", "warehouse", TextWidget(32, is_required=True))
    quantity = Field("quantity", "quantity", UnitsWidget(is_required=True))

    def dehydrate_sku(self, level: StockLevel) -> str:
        """Of the level's product."""
        return level.product.sku

    def dehydrate_warehouse(self, level: StockLevel) -> str:
        """Its code."""
        return level.warehouse.code

    def dehydrate_quantity(self, level: StockLevel) -> int:
        """Units in stock."""
        return level.on_hand


class OpeningStock(kinds.Kind):
    """Sets the quantity in stock, by the ledger."""

    code = "opening_stock"
    label = _("Opening stock")
    about = _(
        "Sets the quantity in stock of a product at a warehouse. Where nothing was counted yet it"
        " is opening stock; a known quantity that differs is corrected in the ledger."
    )
    resource = OpeningResource
    keys = ("sku", "warehouse")
    required = ("sku", "warehouse", "quantity")
    permissions = ("inventory.add_movement",)
    seen_by = "inventory.view_stocklevel"
    example = ("MUG-1", "main", "40")

    def lock(self, rows: Sequence[Row]) -> None:
        """The levels, made where they are missing: there is no locking what is not there."""
        places = sorted(_places(rows))
        if places:
            given = [[place[0] for place in places], [place[1] for place in places]]
            create_levels(*given)
            with connection.cursor() as cursor:
                cursor.execute(_LOCK, given)

    def judge(self, rows: Sequence[Row]) -> None:
        warehouses = {each.code: each for each in Warehouse.objects.all()}
        pairs = finding.stocked(kinds.sound(rows), is_bundle_allowed=False)
        for row, _product in pairs:
            _find_warehouse(row, warehouses)
        known = _known(_places(rows))
        for row, _product in pairs:
            if row.place_id is not None:
                held = known.get((row.product_id or 0, row.place_id))
                old = None if held is None else str(held)
                row.change("quantity", old, str(row.values["quantity"]))
                row.settle(is_new=held is None)

    def write(self, rows: Sequence[Row], doing: Doing) -> None:
        """One posting: opening where nothing was known, a correction elsewhere, and a count where
        it is known from now on that there is nothing."""
        lines = [_line(row) for row in sorted(rows, key=_place)]
        cause = Cause(document=doing.document, actor=doing.actor, note=doing.note, key=doing.key)
        ledger.post(lines, Reason.ADJUST, cause)

    def records(self, chosen: QuerySet[Any]) -> QuerySet[Any]:
        """Levels with a known quantity, but those below zero and those that only their channel
        changes."""
        ids = chosen.order_by().values("pk")
        levels = StockLevel.objects.filter(
            pk__in=ids, is_known=True, on_hand__gte=0, warehouse__is_mirror=False
        )
        return levels.select_related("product", "warehouse").order_by(
            "product__sku", "warehouse__code"
        )


def _place(row: Row) -> Place:
    return row.product_id or 0, row.place_id or 0


def _places(rows: Iterable[Row]) -> set[Place]:
    return {_place(row) for row in rows if row.place_id is not None}


def _find_warehouse(row: Row, warehouses: dict[str, Warehouse]) -> None:
    warehouse = warehouses.get(row.values["warehouse"])
    if warehouse is None:
        codes = ", ".join(sorted(warehouses)[:5])
        row.refuse(
            "warehouse",
            gettext("No warehouse has this code: write one such as %(codes)s.") % {"codes": codes},
        )
    elif warehouse.is_mirror:
        row.refuse(
            "warehouse",
            gettext("%(name)s is a mirror of a channel's own stock: change it there.")
            % {"name": warehouse.name},
        )
    else:
        row.place_id = warehouse.pk


def _known(places: set[Place]) -> dict[Place, int]:
    """Units by place, where they are known."""
    given = sorted(places)
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [[each[0] for each in given], [each[1] for each in given]])
        return {(product, warehouse): units for product, warehouse, units in cursor.fetchall()}


def _line(row: Row) -> Line:
    old = row.changes[0].old
    delta = row.values["quantity"] - int(old or 0)
    reason = Reason.ADJUST
    if old is None:
        reason = Reason.OPENING if delta else Reason.COUNT
    return Line(*_place(row), State.ON_HAND, delta, reason=reason)


kinds.register(OpeningStock())
