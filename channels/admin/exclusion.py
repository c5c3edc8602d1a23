"""Which exclude switch keeps a product's number back, whose it is, and what this person may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext

from channels.models import Communicated


class May(NamedTuple):
    """What a person may do on a product's page: edit the product, and so exclude it everywhere;
    decide where it is communicated, and so exclude it on one channel."""

    edit: bool = False
    place: bool = False


def told(entry: Communicated, may: May) -> tuple[str, str]:
    """Why nothing is sent, and what to do about it, of a row that is excluded. Give product,
    listing and channel selected."""
    is_here, is_everywhere = entry.listing.is_excluded, entry.product.is_excluded
    values = {"channel": entry.channel.name}
    if is_here and is_everywhere:
        why = gettext("Excluded from sync on all channels, and on %(channel)s by itself")
    elif is_here:
        why = gettext("Excluded from sync on %(channel)s")
    else:
        why = gettext("Excluded from sync on all channels")
    steps = _steps(may, is_here=is_here, is_everywhere=is_everywhere)
    return why % values, " ".join(step % values for step in steps)


def _steps(may: May, *, is_here: bool, is_everywhere: bool) -> Iterator[str]:
    if is_everywhere and not may.edit:
        yield gettext("Ask a warehouse manager to clear it for all channels.")
    elif is_everywhere and may.place:
        yield gettext("Clear “Excluded” for all channels under Marketplace below.")
    elif is_everywhere:
        yield gettext("Clear “Excluded from sync on all channels” under Marketplace below.")
    if is_here and may.place:
        yield gettext("Clear “Excluded” for %(channel)s under Marketplace below.")
    elif is_here:
        yield gettext("Only your CSM can clear it for %(channel)s.")
