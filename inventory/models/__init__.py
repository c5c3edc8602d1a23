"""Everything that inventory stores; the ground floor knows nothing of the floors above."""

from inventory.models.bundle import BundleComponent
from inventory.models.product import Product
from inventory.models.purchasing import PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine
from inventory.models.stock import Movement, Reason, State, StockLevel
from inventory.models.stocktake import Stocktake, StocktakeLine
from inventory.models.transfer import Transfer, TransferLine
from inventory.models.warehouse import Warehouse

__all__ = [
    "BundleComponent",
    "Movement",
    "Product",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "Reason",
    "Receipt",
    "ReceiptLine",
    "State",
    "StockLevel",
    "Stocktake",
    "StocktakeLine",
    "Transfer",
    "TransferLine",
    "Warehouse",
]
