"""ASNs: drafted over units of an order, sent; tracking may come later."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.references import refusal
from inventory.errors import WrongState
from inventory.ledger import Cause
from orders import asn
from orders.api.bodies import LARGEST_ID
from orders.api.filters import AsnFilters
from orders.api.moving import Moved, UnitsLines
from orders.api.sales_orders import LINES
from orders.api.steps import pointless
from orders.models import Asn, AsnLine, SalesOrder
from partners import sight
from partners.rest.fields import Body, Flag, Nothing, Record, Text, Whole
from partners.rest.holding import held, held_or_404
from partners.rest.views import Editable, Removed, Values

# What Django takes for an address of the web, without those that only machines nearby understand.
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = rf"^https?://({_LABEL}\.)+[A-Za-z]{{2,63}}(:[1-9][0-9]{{1,4}})?([/?#][!-~]*)?$"
TRACKING = {
    "carrier": "DHL",
    "tracking_number": "JD014600003RO",
    "tracking_url": "https://tracking.example.com/JD014600003RO",
}
DRAFT = {"order": "SO-1042", "lines": [{"sku": "MUG-1", "quantity": 2}], **TRACKING}


class AsnLineRecord(Record):
    """Units of an order's line that are on their way."""

    line_id = Whole(
        source="order_line_id",
        read_only=True,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="The order's line.",
    )
    sku = Text(source="order_line.product.sku", read_only=True)
    warehouse = Text(source="order_line.warehouse.code", read_only=True)

    class Meta:
        model = AsnLine
        fields = ["line_id", "sku", "warehouse", "quantity"]
        read_only_fields = fields


class AsnRecord(Record):
    """An advance shipping notice with its lines."""

    order = Text(source="order.number", read_only=True, help_text="The order's number.")
    order_id = Whole(read_only=True, min_value=1, max_value=LARGEST_ID)
    lines = AsnLineRecord(many=True, read_only=True)

    class Meta:
        model = Asn
        fields = ["id", "order", "order_id", "status", "carrier", "tracking_number"]
        fields += ["tracking_url", "created_at", "sent_at", "lines"]
        read_only_fields = fields


class AsnTracking(Body):
    """How to follow the parcel."""

    carrier = Text(max_length=80, required=False, allow_blank=True)
    tracking_number = Text(max_length=120, required=False, allow_blank=True)
    tracking_url = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        validators=[RegexValidator(ADDRESS, "Give a whole address: https://carrier.example/1.")],
    )


class AsnDraft(AsnTracking):
    """Which units of which order are on their way."""

    order = Text(max_length=60, help_text="The order's number.")
    lines = UnitsLines(help_text="What it covers: each line of the order at most once.")
    is_sent = Flag(required=False, default=False, help_text="true: send it at once.")


class Asns(Removed, Editable):
    """Advance shipping notices: which units of an order are on their way. Newest first."""

    scope = "asns"
    queryset = Asn.objects.select_related("order").prefetch_related(
        Prefetch(
            "lines",
            AsnLine.objects.select_related("order_line__product", "order_line__warehouse").order_by(
                "pk"
            ),
        )
    )
    serializer_class = AsnRecord
    filterset_class = AsnFilters

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """What is sent is of another form than what is told."""
        if "data" in kwargs:
            body = AsnDraft if self.action == "create" else AsnTracking
            return body(data=kwargs["data"])
        return super().get_serializer(*args, **kwargs)

    @extend_schema(
        request=AsnDraft,
        responses={201: AsnRecord},
        examples=[
            OpenApiExample("Drafted and sent", {**DRAFT, "is_sent": True}, request_only=True)
        ],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Draft an ASN over units of an order; with is_sent it is sent at once."""
        return super().create(request, *args, **kwargs)

    def make(self, values: Values) -> Asn:
        """Drafted under the order's lock; sent, when asked."""
        order = self._order(values["order"])
        moved = Moved(order, values["lines"])
        tracking = asn.Tracking(
            values.get("tracking_number", ""),
            values.get("tracking_url", ""),
            values.get("carrier", ""),
        )
        with moved.blamed(lambda line: line.ordered - line.notified):
            drafted = asn.draft(order.pk, moved.units, tracking)
            if values["is_sent"]:
                asn.send([drafted.pk], self.cause)
        return drafted

    @extend_schema(
        request=AsnTracking,
        responses=AsnRecord,
        examples=[OpenApiExample("A tracking number", TRACKING, request_only=True)],
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter or correct carrier and tracking, also after it was sent."""
        return super().partial_update(request, *args, **kwargs)

    def change(self, row: Asn, values: Values) -> None:
        """Its tracking alone."""
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))

    def destroy(self, _request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Delete a draft. A sent one stays: its units were released by it."""
        with transaction.atomic():
            # The lock that sending takes, and before the ASN's own: a draft is sent or deleted.
            self._hold_order()
            return super().destroy(_request, *_args, **_kwargs)

    def remove(self, row: Asn) -> None:
        """Only while it is a draft."""
        if row.status != Asn.Status.DRAFT:
            raise WrongState(f"{row} was sent: it can not be deleted.")
        row.delete()

    @extend_schema(
        request=Nothing,
        responses=AsnRecord,
        examples=[OpenApiExample("As it is sent", {}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def send(self, request: Request, **_: Any) -> Response:
        """Send it: its units are no longer held, and the channel of the order is told."""
        body = Nothing(data=request.data)
        body.is_valid(raise_exception=True)
        self._hold_order()
        notice = held_or_404(self)
        with pointless():
            asn.send([notice.pk], self.cause)
        return self.told(notice)

    def _hold_order(self) -> None:
        """Lock the order of the ASN that the address names: 404 when either is gone."""
        if held(SalesOrder.objects.all(), pk=self.get_object().order_id) is None:
            raise Http404

    @property
    def cause(self) -> Cause:
        """Who does it, once for its Idempotency-Key."""
        return Cause(actor=self.actor, key=self.posting_key)

    def _order(self, number: str) -> SalesOrder:
        """The order of this number, locked. Raises a Problem when none is in sight."""
        orders = SalesOrder.objects.prefetch_related(Prefetch("lines", LINES))
        found = held(sight.seen(orders, self.partner), number=number)
        if found is None:
            raise refusal([("order", f"There is no order {number}.")])
        return found
