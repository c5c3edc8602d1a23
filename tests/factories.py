"""Small makers of test data; every one returns a saved object and takes keyword arguments."""

from itertools import count as counter

from inventory import ledger
from inventory.models import Product, PurchaseOrder, Transfer, Warehouse

_number = counter(1)


def make_product(**fields: object) -> Product:
    """A product with a SKU of its own."""
    number = next(_number)
    return Product.objects.create(**{"sku": f"SKU-{number}", "name": f"Product {number}"} | fields)


def make_products(number: int) -> list[Product]:
    """Several products in one statement."""
    return Product.objects.bulk_create(
        Product(sku=f"SKU-{next(_number)}", name="Product") for _ in range(number)
    )


def make_warehouse(**fields: object) -> Warehouse:
    """A warehouse that forbids negative stock unless told otherwise."""
    number = next(_number)
    return Warehouse.objects.create(
        **{"code": f"warehouse-{number}", "name": f"Warehouse {number}"} | fields
    )


def stock(product: Product, warehouse: Warehouse, units: int) -> None:
    """Put units into stock."""
    ledger.open_stock(warehouse.pk, [(product.pk, units)], ledger.Cause(actor="test"))


def make_purchase_order(
    warehouse: Warehouse, ordered: dict[Product, int], **fields: object
) -> PurchaseOrder:
    """A draft with one line for each product."""
    order = PurchaseOrder.objects.create(
        **{"number": f"PO-{next(_number)}", "warehouse": warehouse} | fields
    )
    for product, units in ordered.items():
        order.lines.create(product=product, ordered=units)
    return order


def make_transfer(
    source: Warehouse, destination: Warehouse, quantities: dict[Product, int]
) -> Transfer:
    """A draft with one line for each product."""
    transfer = Transfer.objects.create(source=source, destination=destination)
    for product, units in quantities.items():
        transfer.lines.create(product=product, quantity=units)
    return transfer
