"""What a transfer's screens write: its lines while it is a draft, and what arrived of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from desk.saying import gettext
from inventory import ledger, transfers
from inventory.errors import InvalidLines, WrongState
from inventory.models import Product, Transfer, TransferLine
from inventory.parts import demand_stocked

NOT_THERE = "0"


def lock(transfer: Transfer) -> None:
    """Read it anew; who works on it too waits until this transaction is through."""
    transfer.refresh_from_db(from_queryset=Transfer.objects.select_for_update(no_key=True))


def written(transfer: Transfer, product: Product) -> str:
    """What the draft says of a product, in the form in which a sheet tells what was seen."""
    line = transfer.lines.filter(product=product).first()
    return str(line.quantity) if line else NOT_THERE


def write_lines(transfer: Transfer, units: Mapping[int, int], seen: Mapping[str, str]) -> None:
    """Set these lines of a draft, which is locked; 0 takes a line off, and what is as this person
    saw it (`seen`, by product) stays as it is now.

    Raises WrongState (no draft any more; somebody else wrote other units since they were seen),
    InvalidLines (unknown product, bundle).
    """
    if transfer.status != Transfer.Status.DRAFT:
        text = gettext("%(transfer)s has left already: start another transfer.")
        raise WrongState(text % {"transfer": transfer}, field="status")
    if Product.objects.filter(pk__in=units).count() != len(units):
        raise InvalidLines(gettext("A product does not exist any more: scan it again."))
    demand_stocked(list(units))
    units = _meant(transfer, units, seen)
    transfer.lines.filter(
        product__in=[each for each, number in units.items() if not number]
    ).delete()
    TransferLine.objects.bulk_create(
        (
            TransferLine(transfer=transfer, product_id=product_id, quantity=number)
            for product_id, number in sorted(units.items())
            if number
        ),
        update_conflicts=True,
        unique_fields=["transfer", "product"],
        update_fields=["quantity"],
        batch_size=1000,
    )


def _meant(transfer: Transfer, units: Mapping[int, int], seen: Mapping[str, str]) -> dict[int, int]:
    """Those that this person changed. Two may put the same product on the truck: neither number
    is the sum, so that one is not written over the other."""
    there = dict(transfer.lines.values_list("product_id", "quantity"))
    meant = {}
    for product_id, number in sorted(units.items()):
        now, was = there.get(product_id, 0), seen.get(str(product_id)) or NOT_THERE
        if str(number) == was:
            continue
        if str(now) != was:
            raise WrongState(_told_of_other(product_id, now, number), field=f"line_{product_id}")
        meant[product_id] = number
    return meant


def _told_of_other(product_id: int, theirs: int, yours: int) -> str:
    text = gettext(
        "%(sku)s: somebody else wrote down %(theirs)d meanwhile, you have %(yours)d. Give the"
        " number of all that leave, and save again."
    )
    sku = Product.objects.values_list("sku", flat=True).get(pk=product_id)
    return text % {"sku": sku, "theirs": theirs, "yours": yours}


@transaction.atomic
def receive(transfer: Transfer, arrived: dict[int, int], actor: str, *, is_short: bool) -> None:
    """Receive it. Missing units are refused, or with `is_short` taken off the stock at the
    destination, each with its reason in the ledger.

    Raises WrongState (also when it was received before, for these numbers may be others),
    InvalidLines (not all arrived, or something that was not sent).
    """
    lock(transfer)
    if not transfers.receive(transfer, actor):
        text = gettext(
            "%(transfer)s was received already, and these numbers were not used. Compare them with"
            " what was received, and adjust the stock where they differ."
        )
        raise WrongState(text % {"transfer": transfer}, field="status")
    lines = list(transfer.lines.select_related("product").order_by("product_id"))
    if unsent := set(arrived) - {line.product_id for line in lines}:
        sku = Product.objects.values_list("sku", flat=True).filter(pk=min(unsent)).first()
        text = gettext("%(sku)s is not on %(transfer)s: set it aside.")
        raise InvalidLines(text % {"sku": sku or min(unsent), "transfer": transfer})
    missing = {line.product: line.quantity - arrived.get(line.product_id, 0) for line in lines}
    missing = {product: units for product, units in missing.items() if units}
    _demand_agreed(transfer, missing, is_short=is_short)
    if missing:
        # The ledger keeps it for ever, whoever reads it: in English, as all that is stored.
        note = f"Did not arrive with {transfer}"
        ledger.adjust(
            transfer.destination_id,
            [(product.pk, -units) for product, units in missing.items()],
            ledger.Cause(
                document=str(transfer), actor=actor, note=note, key=f"missing:tr:{transfer.pk}"
            ),
        )


def _demand_agreed(transfer: Transfer, missing: dict[Product, int], *, is_short: bool) -> None:
    more = [product.sku for product, units in missing.items() if units < 0]
    if more:
        text = gettext("%(sku)s: more arrived than %(transfer)s has. Set the rest aside.")
        raise InvalidLines(text % {"sku": more[0], "transfer": transfer})
    if missing and not is_short:
        listed = ", ".join(f"{units} × {product.sku}" for product, units in missing.items())
        text = gettext(
            "Missing: %(listed)s. Look for these units; if they did not come, tick “Units are"
            " missing” and send again."
        )
        raise InvalidLines(text % {"listed": listed[:200]})
