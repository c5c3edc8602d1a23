"""Promises and what became of them."""

from orders.models.asn import Asn, AsnLine
from orders.models.sales_order import SalesOrder, SalesOrderLine

__all__ = ["Asn", "AsnLine", "SalesOrder", "SalesOrderLine"]
