"""Goods come back."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from django.utils.translation import gettext

from inventory import ledger
from inventory.ledger import Cause, Line
from inventory.models import Movement, Reason, State
from orders.errors import OverReturned, UnknownLine
from orders.models import SalesOrder

_RETURNED = """
UPDATE orders_salesorderline line SET returned = line.returned + back.units
FROM unnest(%s::bigint[], %s::int[]) AS back(id, units) WHERE line.id = back.id
"""


def take_back(order_id: int, units: Mapping[int, int], cause: Cause) -> bool:
    """Put returned units (by order line id) back into the stock of the warehouse they left.

    False when this cause's key was used before. Raises UnknownLine, OverReturned.
    """
    with transaction.atomic():
        order = SalesOrder.objects.select_for_update().get(pk=order_id)
        lines = {line.pk: line for line in order.lines.all()}
        # A repeat may find everything returned already, which is no reason to refuse it.
        is_repeat = Movement.objects.filter(key=cause.key).exists()
        for line_id, quantity in units.items():
            if line_id not in lines:
                raise UnknownLine(
                    gettext("Order %(order)s has no such line.") % {"order": order}, field="units"
                )
            left = lines[line_id].shipped - lines[line_id].returned
            if not is_repeat and not 0 < quantity <= left:
                raise OverReturned(
                    gettext(
                        "Order %(order)s: %(asked)d asked, %(left)d shipped and not returned yet."
                    )
                    % {"order": order, "asked": quantity, "left": left},
                    field="units",
                )
        movements = [
            Line(
                lines[line_id].product_id,
                lines[line_id].warehouse_id,
                State.ON_HAND,
                quantity,
                document=order.number,
            )
            for line_id, quantity in units.items()
        ]
        if ledger.post(movements, Reason.RETURN, cause).is_repeat:
            return False
        with connection.cursor() as cursor:
            cursor.execute(_RETURNED, [list(units), list(units.values())])
    return True
