"""What a person wants a profile to say, refused where it can not be meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.models import ProfileVersion
from channels.rules import Mode
from inventory.models import Warehouse

_COUNTED = {
    Mode.CUSTOM: _("A custom quantity needs its number: enter the units to show."),
    Mode.NOT_MORE_THAN: _("“Not more than” needs its number: enter the most units to show."),
}


def said(version: ProfileVersion) -> dict[str, Any]:
    """What a version says: everything but which one it is, whose, and since when."""
    return {
        "mode": str(version.mode),
        "quantity": version.quantity,
        "buffer": version.buffer,
        "percentage": version.percentage,
        "minimum": version.minimum,
        "unknown": str(version.unknown),
        "warehouse_ids": sorted(set(version.warehouse_ids)),
    }


def validate(draft: ProfileVersion) -> None:
    """Raises ValidationError with the fields that can not be meant, each with its remedy."""
    draft.clean_fields(exclude=["profile", "number", "began_at", "created_by"])
    if conflicts := dict(_conflicts(draft)):
        raise ValidationError(conflicts)


def _conflicts(draft: ProfileVersion) -> Iterator[tuple[str, str]]:
    mode = Mode(draft.mode)
    if draft.quantity is None and mode in _COUNTED:
        yield "quantity", str(_COUNTED[mode])
    elif mode is Mode.NOT_MORE_THAN and draft.minimum > (draft.quantity or 0):
        yield (
            "minimum",
            (
                gettext(
                    "Not more than %(quantity)s, and fewer than %(minimum)s shown as 0: it would"
                    " always show 0. Lower the minimum, or raise the quantity."
                )
                % {"quantity": draft.quantity, "minimum": draft.minimum}
            ),
        )
    wanted = set(draft.warehouse_ids)
    known = set(Warehouse.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := sorted(wanted - known):
        numbers = ", ".join(map(str, missing))
        yield (
            "warehouse_ids",
            gettext("There is no warehouse %(numbers)s: choose from those that there are.")
            % {"numbers": numbers},
        )
