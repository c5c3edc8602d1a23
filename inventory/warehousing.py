"""What a warehouse allows."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from desk.wording import named
from inventory import ledger
from inventory.errors import BelowZero, Mirrored
from inventory.models import StockLevel, Warehouse
from inventory.signals import stock_changed

_NAMED = 5
_PART = 1000


@transaction.atomic
def allow_negative(warehouse: Warehouse, *, is_allowed: bool) -> None:
    """Let this warehouse's stock go below zero, or forbid it; all its levels follow at once.

    Raises BelowZero, naming the first SKUs, when forbidding while levels are below zero; Mirrored
    when forbidding it to a mirror.
    """
    _lock_levels()
    if not is_allowed:
        if warehouse.is_mirror:
            raise Mirrored(
                gettext(
                    "%(warehouse)s is a mirror, and its source may show less than nothing: take"
                    " it from its location first."
                )
                % {"warehouse": warehouse},
                field="can_go_negative",
            )
        _demand_none_below_zero(warehouse)
    warehouse.can_go_negative = is_allowed
    warehouse.save(update_fields=["can_go_negative"])
    StockLevel.objects.filter(warehouse=warehouse).update(can_go_negative=is_allowed)


@transaction.atomic
def become_mirror(warehouse: Warehouse) -> None:
    """From now on only its source writes this warehouse's stock, which may go below zero: a channel
    that sold more than it had shows that, and 0 in its place would be somebody's invention.

    Raises Mirrored when it is a mirror already, or has stock of its own.
    """
    _lock_levels()
    warehouse.refresh_from_db()
    if warehouse.is_mirror:
        raise Mirrored(
            gettext("%(warehouse)s is the mirror of another location: choose another warehouse.")
            % {"warehouse": warehouse},
            field="mirror",
        )
    own = Q(is_known=True) | ~Q(on_hand=0) | ~Q(incoming=0) | ~Q(staged=0)
    if skus := _skus(StockLevel.objects.filter(own, warehouse=warehouse)):
        raise Mirrored(
            gettext(
                "%(warehouse)s has stock of its own (%(skus)s), which a mirror can not have:"
                " choose an empty warehouse that was never counted, or make a new one."
            )
            % {"warehouse": warehouse, "skus": skus},
            field="mirror",
        )
    allow_negative(warehouse, is_allowed=True)
    warehouse.is_mirror = True
    warehouse.save(update_fields=["is_mirror"])


@transaction.atomic
def end_mirror(warehouse: Warehouse, actor: str = "", note: str = "") -> None:
    """The warehouse is an ordinary one again. Nobody tells its stock any more, so it is unknown
    until somebody counts it; what is promised from it stays promised."""
    _lock_levels()
    known = StockLevel.objects.filter(warehouse=warehouse, is_known=True).order_by("product_id")
    while products := list(known.values_list("product_id", flat=True)[:_PART]):
        ledger.forget(warehouse.pk, products, ledger.Cause(actor=actor, note=note))
    warehouse.is_mirror = False
    warehouse.save(update_fields=["is_mirror"])
    allow_negative(warehouse, is_allowed=False)


def _lock_levels() -> None:
    with connection.cursor() as cursor:
        # Row locks can not hold a level that is being created with the old setting. Locking the
        # table makes movements wait for the moment this takes; reading goes on.
        cursor.execute(f"LOCK TABLE {StockLevel._meta.db_table} IN EXCLUSIVE MODE")  # noqa: SLF001


def announce(warehouse: Warehouse) -> None:
    """It was switched on or off: every number that its stock makes may be another one now."""
    held = StockLevel.objects.filter(warehouse=warehouse).order_by("product_id")
    pairs = list(held.values_list("product_id", "warehouse_id"))
    if pairs:
        stock_changed.send(sender=None, levels=pairs, fallen=pairs, oversold=[])


def _demand_none_below_zero(warehouse: Warehouse) -> None:
    below = StockLevel.objects.filter(warehouse=warehouse, on_hand__lt=0)
    if skus := _skus(below):
        raise BelowZero(
            gettext("%(skus)s are below zero at %(warehouse)s: receive or count them first.")
            % {"skus": skus, "warehouse": warehouse},
            field="can_go_negative",
        )


def _skus(levels: QuerySet[StockLevel]) -> str:
    """The first few SKUs of these levels, for a message; "" when there are none."""
    found = levels.order_by("product__sku").values_list("product__sku", flat=True)
    skus = list(found[: _NAMED + 1])
    return named(skus, _NAMED)
