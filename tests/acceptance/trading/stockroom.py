"""The people here, at the same time: goods come in, are corrected, sold over the counter, shipped.

All by the public verbs, in this process, as the admin does it.
"""

from __future__ import annotations

from dataclasses import dataclass

from inventory import ledger, receiving
from inventory.errors import InsufficientStock
from inventory.ledger import Cause
from inventory.models import Product, PurchaseOrder, Receipt, StockLevel, Warehouse
from orders import asn, fulfilment, intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from tests.acceptance.trading.script import Correction, Delivery, Event, Sale, Shipping, Units

ACTOR = "day"


@dataclass
class Stockroom:
    """`products`: ids by SKU. The numbers say what was done."""

    warehouse: Warehouse
    products: dict[str, int]
    sales: int = 0
    receipts: int = 0
    purchases: int = 0
    corrections: int = 0
    shipped: int = 0
    not_done: int = 0

    def act(self, event: Event) -> None:
        match event:
            case Sale():
                self._sell(event)
            case Correction():
                self._correct(event)
            case Delivery():
                self._receive(event)
            case Shipping():
                self._ship()
            case _:
                raise TypeError(f"{event} does not happen here")

    def _sell(self, sale: Sale) -> None:
        """Over the counter: whatever is at hand of it."""
        codes = {self.products[sku]: units for sku, units in sale.units.items()}
        levels = StockLevel.objects.filter(warehouse=self.warehouse, product__in=codes)
        at_hand = dict(levels.values_list("product", "available"))
        lines = [
            DraftLine(product, self.warehouse.pk, units)
            for product, units in codes.items()
            if at_hand.get(product, 0) >= units
        ]
        if not lines:
            self.not_done += 1
            return
        intake.place(Draft(number=f"HERE-{sale.number}", lines=lines, source=ACTOR))
        self.sales += 1

    def _correct(self, event: Correction) -> None:
        if event.sku not in self.products:
            self.not_done += 1  # never sold on these days, so it is not listed
            return
        cause = Cause(actor=ACTOR, note=event.note)
        try:
            ledger.adjust(self.warehouse.pk, [(self.products[event.sku], event.delta)], cause)
        except InsufficientStock:
            self.not_done += 1
        else:
            self.corrections += 1

    def _receive(self, delivery: Delivery) -> None:
        """In turn: without a paper, on a purchase order direct to stock, on one by the dock."""
        if delivery.number % 3 == 0:
            items = [(self.products[sku], units) for sku, units in delivery.units.items()]
            cause = Cause(actor=ACTOR, document=f"NIR-{delivery.number}")
            ledger.receive(self.warehouse.pk, items, cause)
            self.receipts += 1
        elif delivery.number % 3 == 1:
            self._purchase(delivery, Receipt.Mode.DIRECT)
        else:
            self._purchase(delivery, Receipt.Mode.STAGED)

    def _purchase(self, delivery: Delivery, mode: Receipt.Mode) -> None:
        order = PurchaseOrder.objects.create(
            number=f"PO-DAY-{delivery.number}", warehouse=self.warehouse
        )
        units = self._by_product(delivery.units)
        for product, ordered in units.items():
            order.lines.create(product_id=product, ordered=ordered)
        receiving.open_order(order, actor=ACTOR)
        receipt = receiving.receive(order, units, mode, key=order.number, actor=ACTOR)
        if mode == Receipt.Mode.STAGED:
            receiving.put_away(receipt, units, key=f"{order.number}-shelf", actor=ACTOR)
        self.purchases += 1

    def _by_product(self, units: Units) -> dict[int, int]:
        return {self.products[sku]: n for sku, n in units.items()}

    def _ship(self) -> None:
        """The older half of what waits."""
        waiting = SalesOrder.objects.filter(
            status=SalesOrder.Status.OPEN, archived_at=None, lines__shipped=0
        )
        numbers = list(waiting.order_by("pk").distinct().values_list("pk", flat=True))
        for order in numbers[: len(numbers) // 2]:
            try:
                fulfilment.ship_all([order], Cause(actor=ACTOR))
            except InsufficientStock:
                self.not_done += 1
                continue
            asn.send(asn.draft_all([order]), Cause(actor=ACTOR))
            self.shipped += 1


def open_stock(warehouse: Warehouse, opening: Units) -> dict[str, int]:
    """Products with their first units; ids by SKU."""
    Product.objects.bulk_create(Product(sku=sku, name=f"Product {sku}") for sku in opening)
    products = dict(Product.objects.filter(sku__in=opening).values_list("sku", "pk"))
    items = [(products[sku], units) for sku, units in opening.items()]
    ledger.open_stock(warehouse.pk, items, Cause(actor=ACTOR, document="Opening"))
    return products
