"""Transfers between warehouses: in two steps (incoming while in transit), or in one.

Each verb locks the transfer, then the ledger's levels; doing it twice does it once, and the second
time returns False.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from inventory import ledger
from inventory.errors import WrongState
from inventory.models import Transfer

Status = Transfer.Status


@transaction.atomic
def dispatch(transfer: Transfer, actor: str = "") -> bool:
    """Units leave the source and are incoming at the destination.

    Raises WrongState (received already), InsufficientStock, InvalidLines (no lines).
    """
    if _is_done(transfer, Status.IN_TRANSIT, allowed=Status.DRAFT):
        return False
    ledger.dispatch_transfer(
        transfer.source_id,
        transfer.destination_id,
        _items(transfer),
        _cause(transfer, actor, "dispatch"),
    )
    transfer.dispatched_at = timezone.now()
    _set_status(transfer, Status.IN_TRANSIT)
    return True


@transaction.atomic
def receive(transfer: Transfer, actor: str = "") -> bool:
    """Units in transit are in stock at the destination. Raises WrongState (not dispatched)."""
    if _is_done(transfer, Status.RECEIVED, allowed=Status.IN_TRANSIT):
        return False
    ledger.receive_transfer(
        transfer.destination_id, _items(transfer), _cause(transfer, actor, "receive")
    )
    transfer.received_at = timezone.now()
    _set_status(transfer, Status.RECEIVED)
    return True


@transaction.atomic
def in_one_step(transfer: Transfer, actor: str = "") -> bool:
    """Units change warehouse at once, never in transit.

    Raises WrongState (in transit: receive it), InsufficientStock, InvalidLines (no lines).
    """
    if _is_done(transfer, Status.RECEIVED, allowed=Status.DRAFT):
        return False
    ledger.transfer(
        transfer.source_id,
        transfer.destination_id,
        _items(transfer),
        _cause(transfer, actor, "one-step"),
    )
    transfer.dispatched_at = transfer.received_at = timezone.now()
    _set_status(transfer, Status.RECEIVED)
    return True


def _is_done(transfer: Transfer, target: Status, allowed: Status) -> bool:
    """Lock the transfer; True when it is in the target state, refused unless in the allowed one."""
    transfer.refresh_from_db(from_queryset=Transfer.objects.select_for_update(no_key=True))
    if transfer.status not in {target, allowed}:
        raise WrongState(
            gettext("%(transfer)s is %(status)s: this step needs one that is %(allowed)s.")
            % {
                "transfer": transfer,
                "status": transfer.get_status_display().lower(),
                "allowed": allowed.label.lower(),
            },
            field="status",
        )
    return transfer.status == target


def _items(transfer: Transfer) -> list[tuple[int, int]]:
    return list(transfer.lines.order_by("product_id").values_list("product_id", "quantity"))


def _cause(transfer: Transfer, actor: str, step: str) -> ledger.Cause:
    key = f"{step}:tr:{transfer.pk}"
    return ledger.Cause(document=str(transfer), actor=actor, note=transfer.note, key=key)


def _set_status(transfer: Transfer, status: Status) -> None:
    transfer.status = status
    transfer.save(update_fields=["status", "dispatched_at", "received_at"])
