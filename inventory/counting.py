"""Stocktakes: expectation frozen, products counted, variances posted, moved lines counted again.

Every verb locks the stocktake, then the levels; an expectation is always read under level locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Func,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext

from desk.wording import named
from inventory import ledger
from inventory.errors import InvalidLines, NotCounted, RecountRequired, WrongState
from inventory.models import Movement, Product, State, Stocktake, StocktakeLine, Warehouse

_NAMED = 5

_RECORD = """
UPDATE inventory_stocktakeline line
SET counted = seen.counted, expected = seen.expected, expected_movement = seen.movement,
    counted_by = %(actor)s, counted_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(counted)s::int[], %(expected)s::int[], %(movements)s::bigint[])
    AS seen(id, counted, expected, movement)
WHERE line.id = seen.id
"""


@transaction.atomic
def open(  # noqa: A001 - always called as counting.open
    warehouse: Warehouse, product_ids: Iterable[int], actor: str = "", note: str = ""
) -> Stocktake:
    """Start counting these products (more may be added later). Raises InvalidLines."""
    stocktake = Stocktake.objects.create(warehouse=warehouse, opened_by=actor, note=note)
    add(stocktake, product_ids)
    return stocktake


@transaction.atomic
def add(stocktake: Stocktake, product_ids: Iterable[int]) -> int:
    """Count these products too; those on the stocktake already stay as they are. Returns how many
    were added.

    Raises WrongState (not open), InvalidLines (unknown product).
    """
    _lock_open(stocktake)
    present = set(stocktake.lines.values_list("product_id", flat=True))
    wanted = sorted(set(product_ids) - present)
    if Product.objects.filter(pk__in=wanted).count() != len(wanted):
        raise InvalidLines(
            gettext("A product does not exist: choose existing products."), field="product"
        )
    frozen = _freeze(stocktake.warehouse_id, wanted)
    StocktakeLine.objects.bulk_create(
        (
            StocktakeLine(
                stocktake=stocktake,
                product_id=product_id,
                expected=frozen[product_id][0],
                expected_movement=frozen[product_id][1],
            )
            for product_id in wanted
        ),
        batch_size=1000,
    )
    return len(wanted)


@transaction.atomic
def record(stocktake: Stocktake, counted: Mapping[int, int], actor: str = "") -> None:
    """Write down what was counted, by product id.

    Where stock moved since the expectation was frozen, this freezes it anew: recording a count
    again *is* the recount that close demands. Raises WrongState, InvalidLines.
    """
    _lock_open(stocktake)
    lines = {line.product_id: line for line in _locked_lines(stocktake, counted)}
    for product_id, units in counted.items():
        if product_id not in lines:
            raise InvalidLines(
                gettext("Product %(product_id)s is not on %(stocktake)s: add it first.")
                % {"product_id": product_id, "stocktake": stocktake},
                field="product",
            )
        if units < 0:
            raise InvalidLines(gettext("A count is 0 or more."), field="counted")
    frozen = _freeze(stocktake.warehouse_id, counted)
    values: dict[str, Any] = {
        "ids": [lines[product_id].pk for product_id in counted],
        "counted": list(counted.values()),
        "expected": [frozen[product_id][0] for product_id in counted],
        "movements": [frozen[product_id][1] for product_id in counted],
        "actor": actor,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)


def moved_since_frozen() -> IsNull:
    """For a query over lines: whether stock moved after the line's expectation was frozen.

    Looked up line by line, whatever the planner believes: as a subquery of one row it is joined
    with nothing, and only the index by level can tell what follows (product, warehouse, movement).
    Where an import was rolled back, ten thousand lines were compared with every movement.
    """
    frozen = (OuterRef("product"), OuterRef("stocktake__warehouse"), OuterRef("expected_movement"))
    later = Movement.objects.filter(
        _After(_Row("product", "warehouse", "id"), _Row(*frozen)),
        product=frozen[0],
        warehouse=frozen[1],
        state=State.ON_HAND,
    )
    return IsNull(Subquery(later.order_by().values("pk")[:1]), rhs=False)


class _Row(Func):
    """Values that are compared one after the other."""

    function = "ROW"
    output_field = BigIntegerField()


class _After(Func):
    """Whether a row comes after another."""

    template = "%(expressions)s"
    arg_joiner = " > "
    output_field = BooleanField()


def needing_recount(stocktake: Stocktake) -> QuerySet[StocktakeLine]:
    """Counted lines whose stock moved after their expectation was frozen; one statement."""
    return stocktake.lines.filter(moved_since_frozen(), counted__isnull=False)


def needs_recount(line: StocktakeLine) -> bool:
    """Whether this one line was counted and its stock has moved since."""
    return needing_recount(line.stocktake).filter(pk=line.pk).exists()


@transaction.atomic
def close(stocktake: Stocktake, actor: str = "", *, skip_uncounted: bool = False) -> bool:
    """Post all variances at once; a line without variance makes its level known all the same.

    Closing twice closes once; returns whether it was closed now. `skip_uncounted` leaves lines
    without a count as they are. Raises WrongState (canceled), NotCounted, RecountRequired; both
    name SKUs.
    """
    _lock(stocktake)
    if stocktake.status == Stocktake.Status.CLOSED:
        return False
    _demand_open(stocktake)
    lines = _locked_lines(stocktake)
    counted = {line.product_id: line.counted for line in lines if line.counted is not None}
    if not counted or (len(counted) < len(lines) and not skip_uncounted):
        skus = _skus(stocktake.lines.filter(counted__isnull=True))
        raise NotCounted(
            gettext("Not counted: %(skus)s. Count them, or close without them.")
            % {"skus": skus or gettext("anything")},
            field="counted",
        )
    ledger.on_hand_locked(stocktake.warehouse_id, counted)
    if skus := _skus(needing_recount(stocktake)):
        raise RecountRequired(
            gettext("Stock moved after counting: %(skus)s. Count these again.") % {"skus": skus},
            field="counted",
        )
    cause = ledger.Cause(
        document=str(stocktake), actor=actor, note=stocktake.note, key=f"count:st:{stocktake.pk}"
    )
    ledger.count(stocktake.warehouse_id, counted, cause)
    _end(stocktake, Stocktake.Status.CLOSED, actor)
    return True


@transaction.atomic
def cancel(stocktake: Stocktake, actor: str = "") -> bool:
    """Drop the stocktake; no stock changes. Returns whether it was canceled now. Raises WrongState
    (closed)."""
    _lock(stocktake)
    if stocktake.status == Stocktake.Status.CANCELED:
        return False
    _demand_open(stocktake)
    _end(stocktake, Stocktake.Status.CANCELED, actor)
    return True


def _freeze(warehouse_id: int, product_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Stock and number of its last movement, by product id, read while the levels are locked."""
    product_ids = list(product_ids)
    held = ledger.on_hand_locked(warehouse_id, product_ids)
    last = dict(
        Movement.objects.filter(
            product__in=product_ids, warehouse=warehouse_id, state=State.ON_HAND
        )
        .order_by()
        .values_list("product_id")
        .annotate(Max("id"))
    )
    return {product: (held.get(product, 0), last.get(product, 0)) for product in product_ids}


def _lock(stocktake: Stocktake) -> None:
    stocktake.refresh_from_db(from_queryset=Stocktake.objects.select_for_update(no_key=True))


def _lock_open(stocktake: Stocktake) -> None:
    _lock(stocktake)
    _demand_open(stocktake)


def _demand_open(stocktake: Stocktake) -> None:
    if stocktake.status != Stocktake.Status.OPEN:
        raise WrongState(
            gettext("%(stocktake)s is %(status)s: open a new one.")
            % {"stocktake": stocktake, "status": stocktake.get_status_display().lower()},
            field="status",
        )


def _locked_lines(
    stocktake: Stocktake, product_ids: Iterable[int] | None = None
) -> list[StocktakeLine]:
    """All of its lines, or those of these products."""
    lines = stocktake.lines.order_by("pk").select_for_update(no_key=True)
    return list(lines if product_ids is None else lines.filter(product__in=list(product_ids)))


def _end(stocktake: Stocktake, status: Stocktake.Status, actor: str) -> None:
    stocktake.status, stocktake.closed_by, stocktake.closed_at = status, actor, timezone.now()
    stocktake.save(update_fields=["status", "closed_by", "closed_at"])


def _skus(lines: QuerySet[StocktakeLine]) -> str:
    """The first few SKUs of these lines, for a message; "" when there are none."""
    skus = list(lines.order_by("product__sku").values_list("product__sku", flat=True)[: _NAMED + 1])
    return named(skus, _NAMED)
