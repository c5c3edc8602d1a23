"""Bundles: products made of other products. They have no stock of their own, only as much as their
components allow. `compose` is the only writer of what a bundle is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext

from desk.wording import named
from inventory.errors import InvalidLines, WrongState
from inventory.models import BundleComponent, Movement, Product, State, StockLevel, Warehouse
from inventory.parts import parts_of
from inventory.signals import stock_changed

FIELD = "components"
_NAMED = 5
_SOMETHING = ~Q(on_hand=0, committed=0, incoming=0, staged=0)


@transaction.atomic
def compose(bundle_id: int, components: Mapping[int, int]) -> bool:
    """Make a product a bundle of these units by component id; of none, a plain product again.
    Returns whether anything changed. Listings of the bundle hear of it by stock_changed.

    Raises InvalidLines (unknown product, a quantity below 1, the bundle itself or another bundle as
    component), WrongState (the bundle has stock of its own, is promised, or is a component).
    """
    check(bundle_id, components)
    if components == _made_of(bundle_id):
        return False
    BundleComponent.objects.filter(bundle=bundle_id).delete()
    BundleComponent.objects.bulk_create(
        BundleComponent(bundle_id=bundle_id, component_id=component, quantity=quantity)
        for component, quantity in sorted(components.items())
    )
    places = [(bundle_id, each) for each in Warehouse.objects.values_list("pk", flat=True)]
    if places:
        stock_changed.send(sender=None, levels=sorted(places), fallen=sorted(places), oversold=[])
    return True


@transaction.atomic
def check(bundle_id: int, components: Mapping[int, int]) -> None:
    """Raise what compose would. Inside a transaction, what was checked stays true until its end."""
    _hold_still()
    products = Product.objects.in_bulk({bundle_id, *components})
    if missing := {bundle_id, *components} - products.keys():
        raise InvalidLines(
            gettext("Product %(number)s does not exist: choose existing products.")
            % {"number": min(missing)},
            field=FIELD,
        )
    bundle = products[bundle_id]
    for component, quantity in sorted(components.items()):
        _check_component(bundle, products[component], quantity)
    made_of = _made_of(bundle_id)
    if components == made_of:
        return
    _demand_unpromised(bundle, made_of)
    if components:
        _demand_no_own_stock(bundle)
        _demand_one_floor(bundle, components)


def _hold_still() -> None:
    """Row locks can not hold a level that is being created. Locking the table makes postings wait
    for the moment this takes, and they see the new composition then; reading goes on."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {StockLevel._meta.db_table} IN EXCLUSIVE MODE")  # noqa: SLF001


def _made_of(bundle_id: int) -> dict[int, int]:
    return {part.component_id: part.quantity for part in parts_of([bundle_id]).get(bundle_id, ())}


def _check_component(bundle: Product, component: Product, quantity: int) -> None:
    if component == bundle:
        raise InvalidLines(
            gettext("%(sku)s can not be a component of itself: choose other products.")
            % {"sku": bundle.sku},
            field=FIELD,
        )
    if quantity < 1:
        raise InvalidLines(
            gettext("%(sku)s: give the units in one bundle, 1 or more.") % {"sku": component.sku},
            field=FIELD,
        )


def _demand_unpromised(bundle: Product, made_of: Mapping[int, int]) -> None:
    """What orders hold was taken from the components as they are: it must be released from them."""
    rows = Movement.objects.filter(bundle=bundle, state=State.COMMITTED).order_by()
    held = dict(rows.values_list("product_id").annotate(units=Sum("delta")))
    if any(held.values()):
        units = max(held[each] // made_of[each] for each in held if each in made_of)
        raise WrongState(
            gettext(
                "Orders hold %(units)s of %(sku)s: send their shipping notices or archive"
                " them first, then change its components."
            )
            % {"units": units, "sku": bundle.sku},
            field=FIELD,
        )


def _demand_no_own_stock(bundle: Product) -> None:
    levels = StockLevel.objects.filter(_SOMETHING, product=bundle).order_by("warehouse__name")
    names = list(levels.values_list("warehouse__name", flat=True)[: _NAMED + 1])
    if names:
        raise WrongState(
            gettext(
                "%(sku)s has stock of its own, or promised or incoming units, at"
                " %(names)s. A bundle has only its components' stock: bring these to"
                " 0 first, or make the bundle a new product."
            )
            % {"sku": bundle.sku, "names": named(names, _NAMED)},
            field=FIELD,
        )


def _demand_one_floor(bundle: Product, components: Collection[int]) -> None:
    """Bundles are made of plain products, so that one step tells what is scarce."""
    if nested := parts_of(components):
        product = Product.objects.get(pk=min(nested))
        raise InvalidLines(
            gettext("%(sku)s is a bundle itself: choose its components instead.")
            % {"sku": product.sku},
            field=FIELD,
        )
    other = BundleComponent.objects.filter(component=bundle).select_related("bundle").first()
    if other is not None:
        raise WrongState(
            gettext("%(sku)s is a component of %(bundle)s: take it out there first.")
            % {"sku": bundle.sku, "bundle": other.bundle.sku},
            field=FIELD,
        )


def related(product_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """All that a sale of these products may touch: the products that have stock (these and the
    components of bundles), and those whose number may change (these and every bundle that shares
    a component with them). Two queries."""
    parts = parts_of(product_ids)
    stocked = {*product_ids, *(part.component_id for each in parts.values() for part in each)}
    shared = BundleComponent.objects.filter(component__in=stocked)
    return stocked, stocked | set(shared.values_list("bundle_id", flat=True))
