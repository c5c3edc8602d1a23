"""What the actions of a purchase order ask."""

from collections import defaultdict
from typing import Any

from django.db.models import F, QuerySet

from desk.dialogs import ObjectDialog
from inventory.admin.dialogs import QuantitiesDialog
from inventory.models import PurchaseOrder, Receipt, ReceiptLine


def staged(order_id: Any) -> QuerySet[ReceiptLine]:
    """Lines of staged receipts that still wait for their shelf."""
    return ReceiptLine.objects.filter(
        receipt__purchase_order=order_id,
        receipt__mode=Receipt.Mode.STAGED,
        put_away__lt=F("quantity"),
    )


class OrderDialog(ObjectDialog):
    """A yes."""

    model = PurchaseOrder


class GoodsDialog(QuantitiesDialog):
    """Units of a purchase order."""

    model = PurchaseOrder


class ReceiveDialog(GoodsDialog):
    """How many came; a line is a product."""

    def remaining(self) -> list[tuple[int, str, int]]:
        lines = self.object.lines.filter(received__lt=F("ordered")).select_related("product")
        return [
            (line.product_id, str(line.product), line.ordered - line.received) for line in lines
        ]


class PutAwayDialog(GoodsDialog):
    """How many went to the shelf; a line is a line of a staged receipt."""

    def remaining(self) -> list[tuple[int, str, int]]:
        return [
            (line.pk, f"{line.receipt}: {line.product}", line.quantity - line.put_away)
            for line in self._waiting()
        ]

    def by_receipt(self) -> list[tuple[Receipt, dict[int, int]]]:
        """Given units by receipt, in primary-key order, as receiving.put_away takes them."""
        given = self.quantities()
        units: dict[Receipt, dict[int, int]] = defaultdict(dict)
        for line in self._waiting():
            if line.pk in given:
                units[line.receipt][line.product_id] = given[line.pk]
        return list(units.items())

    def _waiting(self) -> list[ReceiptLine]:
        lines = staged(self.object.pk)
        return list(lines.select_related("receipt", "product").order_by("receipt_id", "pk"))
