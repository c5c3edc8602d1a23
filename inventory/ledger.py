"""The only writer of quantities: one verb for each thing that can happen to units.

Every verb is one posting (inventory.posting): whole or not at all, set-based, locked in (product,
warehouse) order, without effect when its key was posted before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from inventory.errors import InvalidLines
from inventory.lines import Cause, Level, Line, Posting
from inventory.models import Movement, Reason, State, StockLevel
from inventory.parts import demand_stocked, parts_of
from inventory.posting import create_levels, post

__all__ = ["Cause", "Items", "Level", "Line", "Posting", "post"]

Items = Iterable[tuple[int, int]]
"""Pairs of product id and a positive number of units."""

MOVING = {
    Reason.OPENING: 1,
    Reason.RECEIVE: 1,
    Reason.PRODUCE: 1,
    Reason.CONSUME: -1,
    Reason.ADJUST: 0,
    Reason.TRANSFER: 0,
}
"""Reasons that stand on their own, without an order or a delivery, and the sign of their lines."""


def _lines(warehouse_id: int, state: State, items: Items, sign: int = 1) -> list[Line]:
    lines = []
    for product_id, quantity in items:
        if quantity <= 0:
            raise InvalidLines(
                gettext("Quantity %(quantity)s of product %(product_id)s: give a number above 0.")
                % {"quantity": quantity, "product_id": product_id},
                field="quantity",
            )
        lines.append(Line(product_id, warehouse_id, state, sign * quantity))
    return lines


def open_stock(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Units that were there before Stockcast."""
    return post(_lines(warehouse_id, State.ON_HAND, items), Reason.OPENING, cause)


def receive(warehouse_id: int, items: Items, cause: Cause, *, is_expected: bool = False) -> Posting:
    """Units arrive in stock; `is_expected` ones stop being incoming."""
    items = list(items)
    lines = _lines(warehouse_id, State.ON_HAND, items)
    if is_expected:
        lines += _lines(warehouse_id, State.INCOMING, items, -1)
    return post(lines, Reason.RECEIVE, cause)


def expect(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Units were ordered from a supplier."""
    return post(_lines(warehouse_id, State.INCOMING, items), Reason.EXPECT, cause)


def unexpect(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Units ordered from a supplier will not come."""
    return post(_lines(warehouse_id, State.INCOMING, items, -1), Reason.EXPECT, cause)


def stage(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Expected units arrive at the dock and wait to be put away."""
    items = list(items)
    lines = _lines(warehouse_id, State.STAGED, items)
    lines += _lines(warehouse_id, State.INCOMING, items, -1)
    return post(lines, Reason.STAGE, cause)


def put_away(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Staged units become stock."""
    items = list(items)
    lines = _lines(warehouse_id, State.ON_HAND, items)
    lines += _lines(warehouse_id, State.STAGED, items, -1)
    return post(lines, Reason.PUT_AWAY, cause)


def adjust(warehouse_id: int, deltas: Items, cause: Cause) -> Posting:
    """Correct stock by signed numbers; a reason in words is required."""
    lines = [Line(product, warehouse_id, State.ON_HAND, delta) for product, delta in deltas]
    return move(lines, Reason.ADJUST, cause)


def move(lines: Sequence[Line], reason: Reason, cause: Cause) -> Posting:
    """Stock of any number of warehouses came, left, moved between them or was corrected, for one of
    the reasons in MOVING. Raises InvalidLines where a line's sign does not fit the reason, a
    transfer does not add up, or an adjustment has no reason in words.
    """
    if reason == Reason.ADJUST and not cause.note.strip():
        raise InvalidLines(gettext("Say why the stock is adjusted."), field="note")
    sign = MOVING[reason]
    for position, line in enumerate(lines):
        if sign and line.delta * sign <= 0:
            text = (
                gettext("Line %(number)d: %(reason)s units are above 0.")
                if sign > 0
                else gettext("Line %(number)d: %(reason)s units are below 0.")
            )
            raise InvalidLines(
                text % {"number": position + 1, "reason": reason.label.lower()},
                field=f"lines.{position}.delta",
            )
    if reason == Reason.TRANSFER:
        _demand_sums(lines)
    return post(lines, reason, cause)


def _demand_sums(lines: Sequence[Line]) -> None:
    """What leaves one warehouse comes to another."""
    sums: dict[int, int] = {}
    for line in lines:
        sums[line.product_id] = sums.get(line.product_id, 0) + line.delta
    for position, line in enumerate(lines):
        if sums[line.product_id]:
            raise InvalidLines(
                gettext(
                    "Line %(number)d: what leaves one warehouse must come to another; the"
                    " lines of this product add up to %(sum)d, not 0."
                )
                % {"number": position + 1, "sum": sums[line.product_id]},
                field=f"lines.{position}.delta",
            )


def count(warehouse_id: int, counted: Mapping[int, int], cause: Cause) -> Posting:
    """Set stock to what was counted (product id to units); posts the differences.

    The same key with the same counts does it once, whatever moved since.
    """
    with transaction.atomic():
        held = on_hand_locked(warehouse_id, counted)
        held = _held_before(cause.key) or held
        lines = [
            Line(product_id, warehouse_id, State.ON_HAND, units - held.get(product_id, 0))
            for product_id, units in sorted(counted.items())
        ]
        return post(lines, Reason.COUNT, cause)


def mirror(warehouse_id: int, shown: Mapping[int, int | None], cause: Cause) -> Posting:
    """Set a mirror's stock to what its source shows (product id to units); posts the differences.

    None: its source does not track it, so the level becomes unknown. Units may be below zero. What
    is so already is not posted. Bundles are left out: whatever the source shows of one, it has its
    components' stock. Raises Mirrored when the warehouse is no mirror.
    """
    with transaction.atomic():
        bundles = parts_of(shown)
        shown = {product: units for product, units in shown.items() if product not in bundles}
        counted = [product_id for product_id, units in shown.items() if units is not None]
        create_levels(counted, [warehouse_id] * len(counted))
        held = _known_locked(warehouse_id, shown)
        lines = []
        for product_id in sorted(shown):
            units, now = shown[product_id], held.get(product_id)
            if units != now:
                reason = Reason.FORGET if units is None else Reason.MIRROR
                delta = (units or 0) - (now or 0)
                lines.append(Line(product_id, warehouse_id, State.ON_HAND, delta, reason=reason))
        return post(lines, Reason.MIRROR, cause) if lines else Posting(())


def forget(warehouse_id: int, product_ids: Iterable[int], cause: Cause) -> Posting:
    """Nobody tells a mirror's stock of these products any more: their levels become unknown."""
    return mirror(warehouse_id, dict.fromkeys(product_ids), cause)


def _known_locked(warehouse_id: int, product_ids: Iterable[int]) -> dict[int, int]:
    """Lock the levels that there are, and return the stock of those that are known."""
    levels = StockLevel.objects.filter(warehouse_id=warehouse_id, product_id__in=list(product_ids))
    rows = levels.order_by("product_id").select_for_update()
    found = list(rows.values_list("product_id", "on_hand", "is_known"))
    return {product_id: on_hand for product_id, on_hand, is_known in found if is_known}


def _held_before(key: str) -> dict[int, int]:
    """What a count posted earlier under this key found, so that a repeat gives the same lines."""
    counts = Movement.objects.filter(key=key)
    earlier = Movement.objects.filter(
        product=OuterRef("product"),
        warehouse=OuterRef("warehouse"),
        state=State.ON_HAND,
        id__lt=OuterRef("id"),
    )
    total = earlier.order_by().values("product").annotate(total=Sum("delta")).values("total")
    rows = counts.annotate(held=Coalesce(Subquery(total), 0)).values_list("product_id", "held")
    return dict(rows.order_by("line"))


def on_hand_locked(warehouse_id: int, product_ids: Iterable[int]) -> dict[int, int]:
    """Lock these levels until the transaction ends and return their stock by product id.

    A level that does not exist yet is created, empty: there is no locking what is not there.
    Raises InvalidLines for a bundle, which has no level.
    """
    product_ids = list(product_ids)
    create_levels(product_ids, [warehouse_id] * len(product_ids))
    demand_stocked(product_ids)
    levels = StockLevel.objects.filter(warehouse_id=warehouse_id, product_id__in=product_ids)
    return dict(
        levels.order_by("product_id").select_for_update().values_list("product_id", "on_hand")
    )


def transfer(source_id: int, destination_id: int, items: Items, cause: Cause) -> Posting:
    """Move stock in one step."""
    items = list(items)
    lines = _lines(source_id, State.ON_HAND, items, -1)
    lines += _lines(destination_id, State.ON_HAND, items)
    return post(lines, Reason.TRANSFER, cause)


def dispatch_transfer(source_id: int, destination_id: int, items: Items, cause: Cause) -> Posting:
    """Stock leaves for another warehouse, where it is incoming until it arrives."""
    items = list(items)
    lines = _lines(source_id, State.ON_HAND, items, -1)
    lines += _lines(destination_id, State.INCOMING, items)
    return post(lines, Reason.TRANSFER, cause)


def receive_transfer(destination_id: int, items: Items, cause: Cause) -> Posting:
    """Stock in transit arrives."""
    items = list(items)
    lines = _lines(destination_id, State.INCOMING, items, -1)
    lines += _lines(destination_id, State.ON_HAND, items)
    return post(lines, Reason.TRANSFER, cause)


def produce(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Production output."""
    return post(_lines(warehouse_id, State.ON_HAND, items), Reason.PRODUCE, cause)


def consume(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Units used up in production."""
    return post(_lines(warehouse_id, State.ON_HAND, items, -1), Reason.CONSUME, cause)


def ship(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Units leave; what is promised of them stays promised (DESIGN section 4)."""
    return post(_lines(warehouse_id, State.ON_HAND, items, -1), Reason.SHIP, cause)


def take_back(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """A customer's return goes back into stock."""
    return post(_lines(warehouse_id, State.ON_HAND, items), Reason.RETURN, cause)


def promise(lines: Sequence[Line], cause: Cause) -> Posting:
    """Commit (positive deltas) and release (negative ones) units promised to orders, at once.

    Lines are in state committed; each bears its order's document.
    """
    reasons = (Reason.COMMIT if line.delta > 0 else Reason.RELEASE for line in lines)
    return post(
        [line._replace(reason=reason) for line, reason in zip(lines, reasons, strict=True)],
        Reason.COMMIT,
        cause,
    )


def commit(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Promise units to an order."""
    return post(_lines(warehouse_id, State.COMMITTED, items), Reason.COMMIT, cause)


def release(warehouse_id: int, items: Items, cause: Cause) -> Posting:
    """Take a promise back."""
    return post(_lines(warehouse_id, State.COMMITTED, items, -1), Reason.RELEASE, cause)
