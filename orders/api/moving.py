"""Units of an order's lines, as partners name them: by the line's id or by its SKU."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from desk.errors import Refused
from inventory.api.references import refusal
from orders.api.bodies import LARGEST_ID, MOST_LINES
from orders.models import SalesOrder, SalesOrderLine
from partners.rest import words
from partners.rest.fields import LARGEST, Body, Several, Text, Units, Whole
from partners.rest.problems import Problem


class UnitsBody(Body):
    """Units of one line."""

    line_id = Whole(min_value=1, max_value=LARGEST_ID, required=False)
    sku = Text(max_length=64, required=False)
    quantity = Units(min_value=1, max_value=LARGEST)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("line_id" in attrs) == ("sku" in attrs):
            raise ValidationError("Name the line by line_id or by sku: by one of them.")
        return attrs


def _named(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    quantity = {"type": "integer", "minimum": 1, "maximum": LARGEST}
    return {
        "type": "object",
        "properties": {name: schema, "quantity": quantity},
        "required": [name, "quantity"],
        "additionalProperties": False,
    }


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_LINES,
        "items": {
            "oneOf": [
                _named("line_id", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}),
                _named(
                    "sku",
                    {"type": "string", "minLength": 1, "maxLength": 64, "pattern": words.TEXT},
                ),
            ]
        },
    }
)
class UnitsLines(Several):
    """Each line of the order at most once."""

    child = UnitsBody()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty=False, max_length=MOST_LINES, **kwargs)


class Moved:
    """The lines that a body means, in its order."""

    def __init__(self, order: SalesOrder, asked: Sequence[Mapping[str, Any]]) -> None:
        """Raises a Problem that names the first line that is not the order's, or not clear."""
        self.asked = asked
        self.lines = _lines(order, asked)

    @property
    def units(self) -> dict[int, int]:
        """By line id."""
        return {
            line.pk: each["quantity"] for line, each in zip(self.lines, self.asked, strict=True)
        }

    @contextmanager
    def blamed(self, left: Callable[[SalesOrderLine], int]) -> Iterator[None]:
        """Lets a refusal name the first line of which more was asked than was left."""
        try:
            yield
        except Refused as error:
            if error.field and error.field != "key":
                error.field = "lines"
                for position, line in enumerate(self.lines):
                    if self.asked[position]["quantity"] > left(line):
                        error.field = f"lines.{position}.quantity"
                        break
            raise


def _lines(order: SalesOrder, asked: Sequence[Mapping[str, Any]]) -> list[SalesOrderLine]:
    known = list(order.lines.all())
    lines: list[SalesOrderLine] = []
    for position, each in enumerate(asked):
        found = [line for line in known if _is_meant(line, each)]
        if len(found) != 1 or found[0] in lines:
            raise _unclear(order, position, each, len(found))
        lines += found
    return lines


def _is_meant(line: SalesOrderLine, each: Mapping[str, Any]) -> bool:
    if "sku" in each:
        return bool(line.product.sku.upper() == each["sku"].upper())
    return bool(line.pk == each["line_id"])


def _unclear(order: SalesOrder, position: int, each: Mapping[str, Any], number: int) -> Problem:
    """Refuses a word that means no line, one that was named before, or several."""
    name = "sku" if "sku" in each else "line_id"
    match number:
        case 0:
            detail, code = f"Order {order} has no line {each[name]}.", "unknown_line"
        case 1:
            detail, code = f"{each[name]} is given twice: give each line once.", "repeated"
        case _:
            detail = f"Order {order} has several lines of {each[name]}: name one by line_id."
            code = "ambiguous_line"
    return refusal([(f"lines.{position}.{name}", detail)], code)
