"""What partners ask about stock, and tell of it."""

from inventory.api.movements import Movements
from inventory.api.products import Products
from inventory.api.purchase_orders import PurchaseOrders
from inventory.api.receipts import Receipts
from inventory.api.stock_levels import StockLevels
from inventory.api.stocktakes import Stocktakes
from inventory.api.warehouses import Warehouses

RESOURCES = [
    ("products", Products),
    ("warehouses", Warehouses),
    ("stock-levels", StockLevels),
    ("movements", Movements),
    ("purchase-orders", PurchaseOrders),
    ("receipts", Receipts),
    ("stocktakes", Stocktakes),
]
