"""Stock movements: posted in one request, one line or ten thousand; read, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Right
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.errors import Refused
from inventory import ledger
from inventory.ledger import Cause, Line, Posting
from inventory.models import Movement, Reason, State
from partners import keys, prepared
from partners.models import Partner
from partners.rest import repeats
from partners.rest.authentication import caller
from partners.rest.fields import LARGEST, Body, Doer, Flag, Moment, Option, Record, Text, Whole
from partners.rest.filters import Filters, MomentFilter
from partners.rest.problems import Problem
from partners.rest.views import Readable

MOST = 10_000
"""Lines of one posting."""

REASONS = [reason for reason in Reason if reason in ledger.MOVING]
"""What partners post: stock that came, left, moved or was corrected. Orders, deliveries and counts
have resources of their own, which post what belongs to them."""


RECEIVED = OpenApiExample(
    "A delivery that came in",
    {
        "reason": "receive",
        "document": "WMS-4711",
        "occurred_at": "2026-01-31T09:00:00Z",
        "lines": [
            {"sku": "MUG-1", "warehouse": "main", "delta": 24},
            {"sku": "MUG-2", "warehouse": "main", "delta": 12},
        ],
    },
    request_only=True,
)


class Asked(NamedTuple):
    """A line as it was asked for."""

    sku: str
    warehouse: str
    delta: int


class LineBody(Body):
    """One line: units of a product that come to (or leave, below zero) a warehouse."""

    sku = Text(max_length=64)
    warehouse = Text(max_length=32, help_text="The warehouse's code.")
    delta = Whole(help_text="Not 0.")


@extend_schema_field(LineBody(many=True))
class Lines(serializers.Field):
    """Up to ten thousand lines. Checked without a serializer each: that took longer than posting
    them. What it takes is what LineBody says."""

    min_length, max_length = 1, MOST

    def to_internal_value(self, data: Any) -> list[Asked]:
        if not isinstance(data, list):
            raise serializers.ValidationError("Give a list of lines.", "not_a_list")
        if not 1 <= len(data) <= MOST:
            raise serializers.ValidationError(f"Give 1 to {MOST} lines.", "length")
        lines = [_line(each) for each in data]
        if None in lines:
            self._explain(data, lines)
        return lines  # type: ignore[return-value]

    def _explain(self, data: list[Any], lines: Sequence[Asked | None]) -> None:
        """Say what is wrong with the first lines that are."""
        wrong = [position for position, line in enumerate(lines) if line is None][:20]
        errors: dict[str, Any] = {}
        for position in wrong:
            body = LineBody(data=data[position])
            if body.is_valid():
                raise AssertionError(f"Line {position} is right by its description.")
            errors[str(position)] = body.errors
        raise serializers.ValidationError(errors)

    def to_representation(self, value: Any) -> Any:
        raise NotImplementedError


_NAMES = {"sku", "warehouse", "delta"}


def _line(data: Any) -> Asked | None:
    """The line, if it is one; LineBody says why not."""
    if not isinstance(data, dict) or data.keys() != _NAMES:
        return None
    sku, warehouse, delta = data["sku"], data["warehouse"], data["delta"]
    if type(delta) is float and delta.is_integer():
        delta = int(delta)
    if type(sku) is not str or type(warehouse) is not str or type(delta) is not int:
        return None
    sku, warehouse = sku.strip(), warehouse.strip()
    is_sized = 0 < len(sku) <= 64 and 0 < len(warehouse) <= 32 and -LARGEST <= delta <= LARGEST
    return Asked(sku, warehouse, delta) if is_sized and "\0" not in sku + warehouse else None


class PostingBody(Body):
    """What is posted at once: all lines or, when one is refused, none."""

    reason = Option(choices=[(reason.value, reason.label) for reason in REASONS])
    note = Text(
        max_length=255,
        required=False,
        default="",
        allow_blank=True,
        help_text="Demanded of an adjustment.",
    )
    document = Text(
        max_length=80, required=False, default="", allow_blank=True, help_text="Yours: WMS-4711."
    )
    occurred_at = Moment(required=False, default=None, allow_null=True, help_text="Null: now.")
    lines = Lines()


class LevelTold(Body):
    """A stock level right after the posting."""

    sku = Text()
    warehouse = Text()
    on_hand = Whole()
    committed = Whole()
    available = Whole()
    incoming = Whole()
    staged = Whole()


class PostingTold(Body):
    """What became of it. is_repeat: it had been posted before, so nothing happened now."""

    key = Text(help_text="The ledger's, on each movement of it.")
    is_repeat = Flag()
    levels = LevelTold(many=True)


TELLING = ("note", "document", "key")


class MovementRecord(Record):
    """note, document and key are empty for a partner that does not see everything, unless it posted
    the movement itself: they name orders and channels."""

    sku = Text(source="product.sku", read_only=True)
    warehouse = Text(source="warehouse.code", read_only=True)
    actor = Doer()

    class Meta:
        model = Movement
        fields = ["id", "sku", "warehouse", "state", "delta", "reason", "note", "document"]
        fields += ["actor", "key", "line", "occurred_at", "recorded_at"]
        read_only_fields = fields

    def to_representation(self, instance: Movement) -> dict[str, Any]:
        told = super().to_representation(instance)
        who = caller(self.context["request"])
        if not (who.partner.sees_all or who.did(instance.actor)):
            told |= {name: "" for name in TELLING if name in told}
        return told


class MovementFilters(Filters):
    sku = django_filters.CharFilter("product__sku", "iexact", label="This SKU.")
    warehouse = django_filters.CharFilter("warehouse__code", label="This warehouse's code.")
    state = django_filters.ChoiceFilter(choices=State.choices, label="Of these units.")
    reason = django_filters.ChoiceFilter(choices=Reason.choices, label="For this reason.")
    document = django_filters.CharFilter(
        method="filter_told", label="Caused by this document, as far as you are told it."
    )
    key = django_filters.CharFilter(
        method="filter_told", label="Of this posting, as far as you are told it."
    )
    recorded_after = MomentFilter("recorded_at", "gt", label="Recorded after this time.")
    recorded_before = MomentFilter("recorded_at", "lt", label="Recorded before this time.")

    class Meta:
        model = Movement
        fields: list[str] = []

    def filter_told(self, rows: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        """What is not told of a movement does not find it, either."""
        who = caller(self.request)
        rows = rows.filter(**{name: value})
        if who.partner.sees_all:
            return rows
        mark = Right("actor", keys.PREFIX_LENGTH + 2)
        return rows.alias(mark=mark).filter(mark__in=who.marks)


class Movements(Readable):
    """The ledger: every change of stock, for good. Newest first."""

    scope = "movements"
    queryset = Movement.objects.select_related("product", "warehouse")
    serializer_class = MovementRecord
    filterset_class = MovementFilters

    @extend_schema(request=PostingBody, responses={201: PostingTold}, examples=[RECEIVED])
    def create(self, request: Request) -> Response:
        """Post movements: all of the lines, or none."""
        body = PostingBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        asked: list[Asked] = values["lines"]
        goods = find(asked, self.partner)
        lines = [
            Line(
                goods.products[line.sku],
                goods.warehouses[line.warehouse],
                State.ON_HAND,
                line.delta,
            )
            for line in asked
        ]
        cause = Cause(
            document=values["document"],
            actor=self.actor,
            note=values["note"],
            occurred_at=values["occurred_at"],
            key=self.posting_key,
        )
        posting = _move(lines, Reason(values["reason"]), cause)
        headers = repeats.REPLAYED if posting.is_repeat else None
        return Response(_told(posting, goods, cause), 201, headers=headers)


_PLACES = {"quantity": "lines", "warehouse": "lines", "key": ""}
"""What the ledger calls what the body does not have by itself."""


def _move(lines: Sequence[Line], reason: Reason, cause: Cause) -> Posting:
    """Post; what is refused is pointed at where the body has it."""
    try:
        return ledger.move(lines, reason, cause)
    except Refused as error:
        error.field = _PLACES.get(error.field, error.field.replace(".product_id", ".sku"))
        raise


class Goods(NamedTuple):
    """Ids by SKU and by warehouse code, as they were asked for."""

    products: Mapping[str, int]
    warehouses: Mapping[str, int]


_FIND = """
SELECT true, wanted.name, product.id FROM unnest(%s::text[]) AS wanted(name)
JOIN inventory_product product ON upper(product.sku) = upper(wanted.name)
UNION ALL
SELECT false, code, id FROM inventory_warehouse
WHERE code = ANY(%s) AND (%s::bigint[] IS NULL OR id = ANY(%s::bigint[]))
"""


def find(lines: Sequence[Asked], partner: Partner) -> Goods:
    """The products and warehouses that lines name; one statement. Raises a Problem that names each
    line of which there is none that the partner may see."""
    skus, codes = {line.sku for line in lines}, {line.warehouse for line in lines}
    seen = partner.warehouse_ids
    with prepared.cursor(len(lines)) as cursor:
        cursor.execute(_FIND, [sorted(skus), sorted(codes), seen, seen])
        rows = cursor.fetchall()
    goods = Goods(
        {name: pk for is_product, name, pk in rows if is_product},
        {name: pk for is_product, name, pk in rows if not is_product},
    )
    if len(goods.products) < len(skus) or len(goods.warehouses) < len(codes):
        raise _unknown(lines, goods)
    return goods


def _unknown(lines: Sequence[Asked], goods: Goods) -> Problem:
    errors = []
    for position, line in enumerate(lines):
        if line.sku not in goods.products:
            errors.append(_error(position, "sku", f"There is no product {line.sku}."))
        if line.warehouse not in goods.warehouses:
            errors.append(_error(position, "warehouse", f"There is no warehouse {line.warehouse}."))
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(422, "unknown_reference", errors[0]["detail"] + more, errors[:100])


def _error(position: int, name: str, detail: str) -> dict[str, str]:
    return {"pointer": f"/lines/{position}/{name}", "detail": detail, "code": "unknown_reference"}


def _told(posting: Posting, goods: Goods, cause: Cause) -> dict[str, Any]:
    skus = {pk: sku for sku, pk in goods.products.items()}
    codes = {pk: code for code, pk in goods.warehouses.items()}
    levels = [
        {
            "sku": skus[level.product_id],
            "warehouse": codes[level.warehouse_id],
            "on_hand": level.on_hand,
            "committed": level.committed,
            "available": level.on_hand - level.committed,
            "incoming": level.incoming,
            "staged": level.staged,
        }
        for level in posting.levels
        if level.product_id in skus
    ]
    return {"key": cause.key, "is_repeat": posting.is_repeat, "levels": levels}
