"""What partners ask about orders, and tell of them."""

from orders.api.asns import Asns
from orders.api.sales_orders import SalesOrders

RESOURCES = [
    ("sales-orders", SalesOrders),
    ("asns", Asns),
]
