"""ETag and If-Match: of two who edit the same thing, the second is told before it overwrites."""

from __future__ import annotations

import hashlib
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from partners.rest.problems import wrong_header


def tag_of(representation: Any) -> str:
    """The strong tag of a whole representation."""
    text = JSONRenderer().render(representation)
    return f'"{hashlib.sha256(text).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the caller has this representation already (If-None-Match)."""
    return tag in _tags(request.META.get("HTTP_IF_NONE_MATCH", ""))


def demand_match(request: Request, tag: str) -> None:
    """Refuses a change (412) of what is no longer as the caller saw it; 428 when it does not say.

    Call it while the row is locked.
    """
    wanted = request.META.get("HTTP_IF_MATCH", "").strip()
    if not wanted:
        raise wrong_header(
            "If-Match",
            "Say which state you change: send the ETag that you were given with it.",
            428,
            "precondition_required",
        )
    if wanted != "*" and tag not in _tags(wanted):
        raise wrong_header(
            "If-Match",
            "It was changed since you read it: read it again, then decide.",
            412,
            "precondition_failed",
        )


def _tags(header: str) -> list[str]:
    return [each.strip() for each in header.split(",")]
