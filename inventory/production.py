"""Production: what was made and what was used up for it, in one piece."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext

from inventory import ledger
from inventory.errors import InvalidLines, KeyReused
from inventory.models import Movement, Warehouse


@transaction.atomic
def record(
    warehouse: Warehouse,
    outputs: Mapping[int, int],
    inputs: Mapping[int, int],
    document: str,
    actor: str,
    key: str,
) -> bool:
    """Put outputs into stock and take inputs out of it (product id to units; either may be empty).

    The same key with the same content does it once; returns whether it did it now. Raises
    InvalidLines, InsufficientStock, KeyReused.
    """
    if not outputs and not inputs:
        raise InvalidLines(gettext("Nothing was produced or consumed."), field="outputs")
    causes = [
        ledger.Cause(document=document, actor=actor, key=f"{verb}:{key}")
        for verb in ("consume", "produce")
    ]
    # Two postings, one lock order: two runs that each use what the other makes must not deadlock.
    ledger.on_hand_locked(warehouse.pk, {*inputs, *outputs})
    postings = []
    if inputs:
        postings.append(ledger.consume(warehouse.pk, sorted(inputs.items()), causes[0]))
    if outputs:
        postings.append(ledger.produce(warehouse.pk, sorted(outputs.items()), causes[1]))
    # The ledger compares each posting with its own key; a side that is new or missing in a repeat
    # shows only in their number.
    stored = Movement.objects.filter(key__in=[cause.key for cause in causes]).count()
    if stored != len(outputs) + len(inputs):
        raise KeyReused(
            gettext("Key %(key)r was used for another production: choose a new one.") % {"key": key}
        )
    return not all(posting.is_repeat for posting in postings)
