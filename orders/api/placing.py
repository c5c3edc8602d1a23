"""Partners' drafts become orders. An order's number is its identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from inventory.api.references import refusal
from inventory.ledger import Cause
from inventory.models import Movement
from orders import intake
from orders.api.goods import find
from orders.errors import OrderConflict
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder, SalesOrderLine
from partners import sight
from partners.models import Partner


class Placed(NamedTuple):
    """is_new: placed by this request, not before."""

    id: int
    number: str
    is_new: bool


def place(values: Mapping[str, Any], partner: Partner, cause: Cause) -> Placed:
    """Place one order. Raises OrderConflict when its number is another order's, in sight or not."""
    draft = _draft(values, find({"lines": values["lines"]}, partner)["lines"], partner)
    try:
        order = intake.place(draft, cause)
    except OrderConflict as error:
        raise OrderConflict(_conflict(draft.number), field="number") from error
    is_new = order.number in _placed_by(cause, [order.number])
    if not is_new:
        rows = SalesOrder.objects.filter(pk=order.pk)
        is_seen = sight.seen(rows, partner).exists()
        # One out of sight is refused in the same words as another one.
        if not (is_seen and _is_same(draft, order, list(order.lines.all()))):
            raise OrderConflict(_conflict(draft.number), field="number")
    return Placed(order.pk, order.number, is_new)


def place_all(asked: Sequence[Mapping[str, Any]], partner: Partner, cause: Cause) -> list[Placed]:
    """Place up to a thousand orders; a dozen statements whatever their number. Those placed before
    stay as they are. Raises a Problem that names each number that is another order's."""
    lines = find({f"orders.{n}.lines": each["lines"] for n, each in enumerate(asked)}, partner)
    drafts = [_draft(each, lines[f"orders.{n}.lines"], partner) for n, each in enumerate(asked)]
    known = _demand_same(drafts, partner)
    # By number, so that two who place the same orders at once meet at the first, not crosswise.
    fresh = sorted(
        (draft for draft in drafts if draft.number not in known), key=lambda draft: draft.number
    )
    if fresh:
        try:
            intake.place_all(fresh, cause)
        except OrderConflict:  # somebody else placed one of them just now: say which
            _demand_same(drafts, partner)
            raise
        known = _demand_same(drafts, partner)
    new = _placed_by(cause, [draft.number for draft in fresh])
    return [Placed(known[each.number], each.number, each.number in new) for each in drafts]


def _draft(values: Mapping[str, Any], lines: Sequence[DraftLine], partner: Partner) -> Draft:
    return Draft(
        number=values["number"],
        source=values["source"] or partner.name,
        customer=values["customer"],
        placed_at=values["placed_at"],
        lines=lines,
    )


def _demand_same(drafts: Sequence[Draft], partner: Partner) -> dict[str, int]:
    """Ids by number of those that exist, each with the lines of its draft (see intake.place). One
    out of sight is refused in the same words as one of other lines."""
    rows = SalesOrder.objects.filter(number__in=[draft.number for draft in drafts]).order_by()
    known = {order.number: order for order in rows}
    if not known:
        return {}
    seen = set(sight.seen(rows, partner).values_list("pk", flat=True))
    stored: dict[int, list[SalesOrderLine]] = {order.pk: [] for order in known.values()}
    for line in SalesOrderLine.objects.filter(order__in=known.values()).order_by():
        stored[line.order_id].append(line)
    others = [
        (f"orders.{n}.number", _conflict(draft.number))
        for n, draft in enumerate(drafts)
        if (order := known.get(draft.number)) is not None
        if order.pk not in seen or not _is_same(draft, order, stored[order.pk])
    ]
    if others:
        raise refusal(others, OrderConflict.code, 409)
    return {number: order.pk for number, order in known.items()}


def _is_same(draft: Draft, order: SalesOrder, lines: Sequence[SalesOrderLine]) -> bool:
    """Whether the order is what the draft asks for. One that was edited since is not: taking it for
    the same would lose units without a word."""
    asked = Counter[tuple[int, int]]()
    for line in draft.lines:
        asked[line.product_id, line.warehouse_id] += line.ordered
    held = Counter[tuple[int, int]]()
    for each in lines:
        held[each.product_id, each.warehouse_id] += each.ordered
    return asked == held and draft.customer == order.customer


def _placed_by(cause: Cause, numbers: Iterable[str]) -> set[str]:
    """Of these orders, those whose units were committed under this cause's key: also when it is
    sent again after its answer was forgotten."""
    keys = [cause.key, *(f"{cause.key}:{number}" for number in numbers)]
    rows = Movement.objects.filter(key__in=keys).order_by()
    return set(rows.values_list("document", flat=True).distinct())


def _conflict(number: str) -> str:
    return (
        f"The number {number} is taken by an order that is not this one: choose another number, or"
        " change that order if it is yours."
    )
