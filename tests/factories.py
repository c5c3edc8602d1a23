"""Small makers of test data; every one returns a saved object and takes keyword arguments."""

from itertools import count as counter

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from channels import selling
from channels.models import Channel, Listing, Profile, ProfileVersion, SellingList
from channels.rules import Mode
from inventory import ledger
from inventory.models import Product, PurchaseOrder, Transfer, Warehouse

_number = counter(1)


class ProductFactory(DjangoModelFactory[Product]):
    """A product with a SKU of its own."""

    class Meta:
        model = Product

    sku = Sequence("SKU-{}".format)
    name = Sequence("Product {}".format)


class WarehouseFactory(DjangoModelFactory[Warehouse]):
    """A warehouse that forbids negative stock unless told otherwise."""

    class Meta:
        model = Warehouse

    code = Sequence("warehouse-{}".format)
    name = Sequence("Warehouse {}".format)


def make_product(**fields: object) -> Product:
    product: Product = ProductFactory.create(**fields)
    return product


def make_products(number: int) -> list[Product]:
    """Several products in one statement."""
    return Product.objects.bulk_create(ProductFactory.build_batch(number))


def make_warehouse(**fields: object) -> Warehouse:
    warehouse: Warehouse = WarehouseFactory.create(**fields)
    return warehouse


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


def say(profile: Profile, mode: Mode = Mode.PRODUCT_VALUE, **fields: object) -> ProfileVersion:
    """Let a profile say this from now on; what is not named is as in a new profile."""
    return selling.save(profile, ProfileVersion(mode=mode, **fields), by="test")


def make_profile(mode: Mode = Mode.PRODUCT_VALUE, *, name: str = "", **fields: object) -> Profile:
    """A global profile that says this."""
    profile = Profile(name=name or f"Profile {next(_number)}")
    say(profile, mode, **fields)
    return profile


def make_selling_list(
    channel: Channel, profile: Profile, *products: Product, name: str = ""
) -> SellingList:
    """A selling list of the channel that holds its listings of these products."""
    name = name or f"List {next(_number)}"
    made = SellingList.objects.create(channel=channel, name=name, profile=profile)
    listings = Listing.objects.filter(channel=channel, product__in=products)
    selling.assign(made, list(listings.values_list("pk", flat=True)))
    return made
