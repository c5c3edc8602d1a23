"""Goods leave: ship, and cross-dock. Shipping moves stock only; the promise stays until the ASN is
sent or the order is archived (DESIGN section 4, and the source it cites)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext

from inventory import ledger, receiving
from inventory.errors import KeyReused, WrongState
from inventory.ledger import Cause, Line
from inventory.models import Movement, PurchaseOrder, Reason, Receipt, ReceiptLine, State
from inventory.parts import parts_of
from orders.errors import OverShipped, UnknownLine
from orders.models import SalesOrder, SalesOrderLine

Units = Mapping[int, int]
"""Units by order line id."""

_SHIPPED = """
UPDATE orders_salesorderline line SET shipped = line.shipped + gone.units
FROM unnest(%s::bigint[], %s::int[]) AS gone(id, units) WHERE line.id = gone.id
"""


def ship(order_id: int, units: Units, cause: Cause) -> bool:
    """Ship units of an order. False when this cause's key was used before: nothing happened.

    Raises WrongState, UnknownLine, OverShipped, InsufficientStock.
    """
    with transaction.atomic():
        order = _locked([order_id])[0]
        lines = {line.pk: line for line in order.lines.all()}
        # A repeat may find everything shipped already, which is no reason to refuse it.
        is_repeat = Movement.objects.filter(key=cause.key).exists()
        for line_id, quantity in units.items():
            _check(order, lines.get(line_id), quantity, is_repeat=is_repeat)
        return _post({lines[line_id]: quantity for line_id, quantity in units.items()}, cause)


def ship_all(order_ids: Collection[int], cause: Cause) -> int:
    """Ship whatever is left of these orders, in one posting. Returns the units shipped; repeating
    ships nothing. Canceled and archived orders are refused."""
    with transaction.atomic():
        orders = _locked(order_ids)
        for order in orders:
            demand_shippable(order)
        lines = SalesOrderLine.objects.filter(order__in=orders, shipped__lt=F("ordered"))
        units = {line: line.ordered - line.shipped for line in lines.select_related("order")}
        if units and _move(units, cause):
            # All of them are shipped whole, so one plain statement serves any number of lines.
            pks = [line.pk for line in units]
            SalesOrderLine.objects.filter(pk__in=pks).update(shipped=F("ordered"))
    return sum(units.values())


def cross_dock(purchase_order: PurchaseOrder, order_id: int, units: Units, cause: Cause) -> Receipt:
    """Receive goods and ship them at once to a waiting order, in one transaction.

    `units` by order line id; the purchase order must expect those products.
    """
    with transaction.atomic():
        # Before any level, as `ship` does: else the two would wait for each other.
        lock_orders([order_id])
        lines = SalesOrderLine.objects.filter(pk__in=units, order_id=order_id)
        received: dict[int, int] = {}
        if any(line.warehouse_id != purchase_order.warehouse_id for line in lines):
            raise UnknownLine(
                gettext(
                    "%(purchase_order)s arrives at another warehouse than the order ships from."
                )
                % {"purchase_order": purchase_order},
                field="units",
            )
        for line in lines:
            received[line.product_id] = received.get(line.product_id, 0) + units[line.pk]
        receipt = receiving.receive(
            purchase_order, received, Receipt.Mode.CROSS_DOCK, key=cause.key, actor=cause.actor
        )
        ship(order_id, units, _for_shipment(cause))
    return receipt


def cross_dock_bundle(
    purchase_order: PurchaseOrder,
    line: SalesOrderLine,
    parts: Mapping[int, int],
    bundles: int,
    rest: Receipt.Mode,
    cause: Cause,
) -> Units | None:
    """Receive components (units by product id) and ship `bundles` of a line at once, what they
    need besides from stock. Units that went into none are received as `rest` says, and returned.
    None when this cause's key was used before: nothing happened. Raises what `ship` and receiving
    do."""
    with transaction.atomic():
        lock_orders([line.order_id])
        if _was_docked(purchase_order, parts, rest, cause.key):
            return None
        made_of = parts_of([line.product_id]).get(line.product_id, ())
        needed = {part.component_id: part.quantity * bundles for part in made_of}
        used = +Counter({each: min(units, needed.get(each, 0)) for each, units in parts.items()})
        left = +(Counter(parts) - used)
        for units, mode, key in (
            (used, Receipt.Mode.CROSS_DOCK, cause.key),
            (left, rest, _for_rest(cause.key)),
        ):
            if units:
                receiving.receive(purchase_order, units, mode, key=key, actor=cause.actor)
        if bundles:
            ship(line.order_id, {line.pk: bundles}, _for_shipment(cause))
    return left


def _was_docked(
    purchase_order: PurchaseOrder, parts: Mapping[int, int], rest: Receipt.Mode, key: str
) -> bool:
    """Whether these components came under this key before. Raises KeyReused where others did."""
    receipts = Receipt.objects.filter(key__in=keys_of_bundle(key))
    known = {each.key: each for each in receipts}
    if not known:
        return False
    came = Counter[int]()
    for product, units in ReceiptLine.objects.filter(receipt__in=known.values()).values_list(
        "product_id", "quantity"
    ):
        came[product] += units
    left = known.get(_for_rest(key))
    is_same = came == Counter(parts) and (left is None or left.mode == rest)
    if is_same and {each.purchase_order_id for each in known.values()} == {purchase_order.pk}:
        return True
    raise KeyReused(
        gettext("Key %(key)r was used for %(receipt)s: choose a new key for a new receipt.")
        % {"key": key, "receipt": next(iter(known.values()))},
        field="key",
    )


def keys_of_bundle(key: str) -> tuple[str, str]:
    """The keys of the receipts that `cross_dock_bundle` makes under its own."""
    return key, _for_rest(key)


def _for_rest(key: str) -> str:
    """The key under which what is left over of components is received."""
    return f"{key}:left"


def _for_shipment(cause: Cause) -> Cause:
    """The receipt's posting used the key already: the shipment's gets one of its own."""
    return Cause(
        document=cause.document,
        actor=cause.actor,
        note=cause.note,
        occurred_at=cause.occurred_at,
        key=f"{cause.key}:ship",
    )


def lock_orders(order_ids: Collection[int]) -> None:
    """For several verbs in one transaction: lock their orders before any of them posts."""
    _locked(order_ids)


def _locked(order_ids: Collection[int]) -> list[SalesOrder]:
    return list(SalesOrder.objects.filter(pk__in=order_ids).order_by("pk").select_for_update())


def demand_shippable(order: SalesOrder) -> None:
    """Raises WrongState where nothing of the order may leave."""
    if order.status == SalesOrder.Status.CANCELED or order.archived_at:
        raise WrongState(
            gettext("Order %(order)s is canceled or archived: it can not be shipped.")
            % {"order": order}
        )
    if order.is_unpaid:
        raise WrongState(
            gettext(
                "Order %(order)s awaits payment at its channel: ship it once the channel says so."
            )
            % {"order": order}
        )


def _check(
    order: SalesOrder, line: SalesOrderLine | None, quantity: int, *, is_repeat: bool
) -> None:
    if line is None:
        raise UnknownLine(
            gettext("Order %(order)s has no such line.") % {"order": order}, field="units"
        )
    if is_repeat:
        return
    demand_shippable(order)
    if not 0 < quantity <= line.ordered - line.shipped:
        raise OverShipped(
            gettext("Order %(order)s: %(asked)d asked, %(left)d left to ship.")
            % {"order": order, "asked": quantity, "left": line.ordered - line.shipped},
            field="units",
        )


def _post(units: Mapping[SalesOrderLine, int], cause: Cause) -> bool:
    if not _move(units, cause):
        return False
    with connection.cursor() as cursor:
        cursor.execute(_SHIPPED, [[line.pk for line in units], list(units.values())])
    return True


def _move(units: Mapping[SalesOrderLine, int], cause: Cause) -> bool:
    """Take the units out of stock; False when this cause's key did so before."""
    lines = [
        Line(
            line.product_id, line.warehouse_id, State.ON_HAND, -quantity, document=line.order.number
        )
        for line, quantity in units.items()
    ]
    return not ledger.post(lines, Reason.SHIP, cause).is_repeat
