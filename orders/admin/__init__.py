"""The back office of sales. Importing this registers every page."""

from orders.admin import asn, finding, product, sales_order

__all__ = ["asn", "finding", "product", "sales_order"]
