"""The back office of sales. Importing this registers every page."""

from orders.admin import asn, sales_order

__all__ = ["asn", "sales_order"]
