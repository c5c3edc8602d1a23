"""Looks into cases: who ordered, where, what had been told, and which window let it through."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone

from syncjobs.forensics import timeline, verdict
from syncjobs.forensics.facts import AFTERMATH, gather
from syncjobs.models import Oversell

LIMIT = 100
"""Cases looked into at a time."""


def investigate(limit: int = LIMIT) -> int:
    """Look into cases that were not; returns how many.

    A case whose window is not found out is looked into again for half an hour: what the channel
    showed may only be read with the next comparison. Repeating changes nothing otherwise.
    """
    is_new = ExpressionWrapper(Q(advice=""), output_field=BooleanField())
    waiting = Oversell.objects.filter(investigated_at=None).order_by(is_new.desc(), "pk")
    case_ids = list(waiting.values_list("pk", flat=True)[:limit])
    for case_id in case_ids:
        _investigate(case_id)
    return len(case_ids)


def _investigate(case_id: int) -> None:
    with transaction.atomic():
        locked = Oversell.objects.select_for_update(of=["self"])
        case = locked.select_related("product", "warehouse").get(pk=case_id)
        facts = gather(case)
        if facts is None:
            case.advice = "The movement that opened this case is not in the ledger."
        else:
            found = verdict.judge(facts)
            case.channel = facts.channel
            case.window, case.window_seconds = found.window, found.seconds
            case.advice, case.timeline = found.advice, timeline.draw(facts)
        case.investigated_at = timezone.now() if _is_settled(case) else None
        case.save(
            update_fields=[
                "channel",
                "window",
                "window_seconds",
                "advice",
                "timeline",
                "investigated_at",
            ]
        )


def _is_settled(case: Oversell) -> bool:
    is_found = case.window != Oversell.Window.UNKNOWN
    return is_found or timezone.now() > case.opened_at + AFTERMATH


def close(case_ids: Collection[int], closed_by: str) -> int:
    """Close open cases; returns how many. A new oversell of the same product opens another."""
    with transaction.atomic():
        open_cases = Oversell.objects.filter(pk__in=case_ids, closed_at=None).order_by("pk")
        locked = list(open_cases.select_for_update().values_list("pk", flat=True))
        return Oversell.objects.filter(pk__in=locked).update(
            closed_at=timezone.now(), closed_by=closed_by[:150]
        )
