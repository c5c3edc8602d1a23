"""Brings the plan's stock in: products, opening stock, monthly purchases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models.functions import Upper

from inventory import ledger, receiving
from inventory.ledger import Cause
from inventory.models import Product, PurchaseOrder, PurchaseOrderLine, Receipt, Warehouse
from orders.retail.plan import Plan, is_staged
from orders.retail.story import MORNING, on
from orders.retail.survey import Survey

ACTOR = "load_retail"


def create_products(survey: Survey) -> dict[str, int]:
    """Create what is missing of the file's products; product id by code. Existing ones stay."""
    known = _by_code()
    Product.objects.bulk_create(
        Product(sku=code, name=survey.name(code))
        for code in sorted(survey.texts)
        if code not in known
    )
    return _by_code()


def _by_code() -> dict[str, int]:
    return dict(
        Product.objects.annotate(code=Upper("sku")).order_by("pk").values_list("code", "pk")
    )


class Supply:
    """`products`: product id by code."""

    def __init__(self, warehouse: Warehouse, products: Mapping[str, int], plan: Plan) -> None:
        self._warehouse = warehouse
        self._products = products
        self._plan = plan

    def open_stock(self, day: date) -> None:
        """What was there before the file begins. Raises KeyReused when another file was loaded
        into this warehouse before: two stories do not mix."""
        items = [(self._products[code], n) for code, n in sorted(self._plan.opening.items())]
        if items:
            cause = Cause(
                key=f"retail:opening:{self._warehouse.code}",
                actor=ACTOR,
                document="Opening",
                occurred_at=on(day, MORNING),
            )
            ledger.open_stock(self._warehouse.pk, items, cause)

    def arrive(self, day: date) -> None:
        """Open and receive the purchases of this day: half of them wait at the dock."""
        for mode in (Receipt.Mode.DIRECT, Receipt.Mode.STAGED):
            order = self._purchase_order(day, mode)
            if order and order.status == PurchaseOrder.Status.DRAFT:
                receiving.open_order(order, actor=ACTOR)
                units = dict(order.lines.values_list("product_id", "ordered"))
                receiving.receive(order, units, mode, key=f"retail:{order.number}", actor=ACTOR)

    def put_away(self, day: date) -> None:
        """Put away what waits at the dock."""
        number = self._number(day, Receipt.Mode.STAGED)
        for receipt in Receipt.objects.filter(purchase_order__number=number).order_by("pk"):
            lines = receipt.lines.values_list("product_id", "quantity")
            receiving.put_away(receipt, dict(lines), key=f"retail:{number}", actor=ACTOR)

    def _purchase_order(self, day: date, mode: Receipt.Mode) -> PurchaseOrder | None:
        bought = self._plan.purchases.get(day, {})
        units = {
            self._products[code]: quantity
            for code, quantity in sorted(bought.items())
            if is_staged(code) == (mode == Receipt.Mode.STAGED)
        }
        if not units:
            return None
        order, is_new = PurchaseOrder.objects.get_or_create(
            number=self._number(day, mode),
            defaults={"warehouse": self._warehouse, "expected_on": day},
        )
        if is_new:
            PurchaseOrderLine.objects.bulk_create(
                PurchaseOrderLine(purchase_order=order, product_id=product, ordered=quantity)
                for product, quantity in units.items()
            )
        return order

    def _number(self, day: date, mode: Receipt.Mode) -> str:
        return f"RETAIL-{self._warehouse.code}-{day:%Y-%m}-{mode}"
