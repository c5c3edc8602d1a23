"""Pieces of sentences that every floor says alike."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext


def named(names: Sequence[str], most: int) -> str:
    """The first few of these names, for a message; "" when there are none."""
    first = ", ".join(names[:most])
    return gettext("%(names)s and more") % {"names": first} if len(names) > most else first
