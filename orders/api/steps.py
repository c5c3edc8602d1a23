"""What is done to one order: each step calls one verb under the order's lock, and answers with the
order as it is then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.errors import Refused
from inventory.api.references import refusal
from inventory.errors import WrongState
from inventory.ledger import Cause
from inventory.models import PurchaseOrder, Receipt
from orders import fulfilment, intake, returns
from orders.api.bodies import OrderCancellation, SalesOrderRecord
from orders.api.moving import Moved, UnitsLines
from orders.models import SalesOrder
from partners import sight
from partners.rest.authentication import caller
from partners.rest.fields import Body, Nothing, Text
from partners.rest.holding import held_or_404
from partners.rest.problems import Problem
from partners.rest.views import Resource, Told, Values

Status = SalesOrder.Status
RECEIVING = "purchase-orders:write"


class OrderUnits(Body):
    """Units of the order's lines."""

    lines = UnitsLines(help_text="Each line of the order at most once.")


class OrderCrossDock(OrderUnits):
    """Units of the order's lines, and where they come from."""

    purchase_order = Text(max_length=40, help_text="Its number; it must expect these products.")


UNITS = {"lines": [{"sku": "MUG-1", "quantity": 2}, {"line_id": 7, "quantity": 1}]}


def step(body: type[Body], example: Any = None, path: str = "") -> Callable[[Any], Any]:
    """Decorates a step that takes this body."""
    sent = example or {}

    def decorate(method: Any) -> Any:
        name = path or method.__name__.replace("_", "-")
        described = extend_schema(
            request=body,
            responses=SalesOrderRecord,
            examples=[OpenApiExample("As it is sent", sent, request_only=True)],
        )
        return described(action(detail=True, methods=["post"], url_path=name)(method))

    return decorate


class Steps(Told, Resource):
    """Mixed into the order's resource."""

    @step(OrderCancellation, {"is_archived": True})
    def cancel(self, request: Request, **_: Any) -> Response:
        """Cancel it. It goes on holding its units until it is archived."""
        values, order = self._begin(OrderCancellation, request)
        with pointless():
            intake.cancel(order.pk, self.cause, is_archived=values["is_archived"])
        return self.told(order)

    @step(Nothing)
    def archive(self, request: Request, **_: Any) -> Response:
        """Archive it: what it still holds is released."""
        return self._many(intake.archive, request)

    @step(Nothing)
    def unarchive(self, request: Request, **_: Any) -> Response:
        """Bring it back: it holds again what no sent ASN covers."""
        return self._many(intake.unarchive, request)

    @step(Nothing, path="dispatch")  # a view's own `dispatch` is another thing
    def mark_dispatched(self, request: Request, **_: Any) -> Response:
        """Mark it as dispatched elsewhere: its units are no longer held."""
        return self._many(intake.dispatch, request)

    @step(Nothing)
    def close(self, request: Request, **_: Any) -> Response:
        """Close it. Nothing is released by that: sending the ASN or archiving does."""
        order = self._begin(Nothing, request)[1]
        _demand(order, order.status != Status.CANCELED, "is canceled: restore it first")
        intake.close([order.pk])
        return self.told(order)

    @step(Nothing)
    def reopen(self, request: Request, **_: Any) -> Response:
        """Open it again after it was closed."""
        order = self._begin(Nothing, request)[1]
        _demand(order, order.status != Status.CANCELED, "is canceled: restore it instead")
        intake.reopen([order.pk])
        return self.told(order)

    @step(Nothing)
    def restore(self, request: Request, **_: Any) -> Response:
        """Undo its cancellation. One that was archived is brought back by unarchive."""
        order = self._begin(Nothing, request)[1]
        _demand(order, order.status != Status.CLOSED, "is closed, not canceled: reopen it instead")
        intake.restore([order.pk])
        return self.told(order)

    @step(OrderUnits, UNITS)
    def ship(self, request: Request, **_: Any) -> Response:
        """Units leave the stock. They stay on orders until the ASN is sent."""
        values, order = self._begin(OrderUnits, request)
        moved = Moved(order, values["lines"])
        with moved.blamed(lambda line: line.ordered - line.shipped):
            is_done = fulfilment.ship(order.pk, moved.units, self.cause)
        return self.told(order, is_repeat=not is_done)

    @step(OrderUnits, UNITS)
    def take_back(self, request: Request, **_: Any) -> Response:
        """Returned units are in stock at once, where they had left."""
        values, order = self._begin(OrderUnits, request)
        moved = Moved(order, values["lines"])
        with moved.blamed(lambda line: line.shipped - line.returned):
            is_done = returns.take_back(order.pk, moved.units, self.cause)
        return self.told(order, is_repeat=not is_done)

    @step(OrderCrossDock, {"purchase_order": "PO-7", **UNITS})
    def cross_dock(self, request: Request, **_: Any) -> Response:
        """Receive goods of a purchase order and ship them at once. Needs purchase-orders:write."""
        if RECEIVING not in caller(request).key.scopes:
            detail = f"This key may not do this: it receives goods, so it needs {RECEIVING} also."
            raise Problem(403, "missing_scope", detail)
        values = _values(OrderCrossDock, request)
        self.get_object()
        # The purchase order is locked before the order, as the verb does.
        arriving = self._arriving(values["purchase_order"])
        order = held_or_404(self)
        moved = Moved(order, values["lines"])
        is_repeat = Receipt.objects.filter(key=self.posting_key).exists()
        with moved.blamed(lambda line: line.ordered - line.shipped):
            fulfilment.cross_dock(arriving, order.pk, moved.units, self.cause)
        return self.told(order, is_repeat=is_repeat)

    @property
    def cause(self) -> Cause:
        """Who does it, once for its Idempotency-Key."""
        return Cause(actor=self.actor, key=self.posting_key)

    def _begin(self, body: type[Body], request: Request) -> tuple[Values, SalesOrder]:
        """What was sent, and the order, locked."""
        values = _values(body, request)
        return values, held_or_404(self)

    def _many(self, verb: Callable[[list[int], Cause], object], request: Request) -> Response:
        """A step by a verb that takes any number of orders."""
        order = self._begin(Nothing, request)[1]
        with pointless():
            verb([order.pk], self.cause)
        return self.told(order)

    def _arriving(self, number: str) -> PurchaseOrder:
        rows = sight.seen(PurchaseOrder.objects.filter(number=number), self.partner)
        found = rows.order_by().select_for_update(no_key=True, of=("self",)).first()
        if found is None:
            raise refusal([("purchase_order", f"There is no purchase order {number}.")])
        return found


@contextmanager
def pointless() -> Iterator[None]:
    """The body says nothing that could be corrected, so a refusal points at none of it."""
    try:
        yield
    except Refused as error:
        if error.field != "key":
            error.field = ""
        raise


def _values(body: type[Body], request: Request) -> Any:
    sent = body(data=request.data)
    sent.is_valid(raise_exception=True)
    return sent.validated_data


def _demand(order: SalesOrder, is_sensible: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a demand
    if not is_sensible:
        raise WrongState(f"Order {order} {otherwise}.")
