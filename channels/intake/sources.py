"""Lines whose units stand in a mirror's number already: the channel took them at a location that is
the source of a warehouse here, so that number fell by itself and nothing is held or shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from channels.contract import RemoteOrder, RemoteOrderLine
from channels.models import Channel, FeedPeriod


def ours(channel: Channel, remotes: Sequence[RemoteOrder]) -> Sequence[RemoteOrder]:
    """The orders as far as they concern stock of ours: a line taken at a source has no units, which
    also frees what was held for it before. Where the channel does not say from which of several
    locations it took a line, the line is ours as soon as any location was ever fed: held once too
    often is better than sold twice."""
    places = set(channel.locations.exclude(mirror=None).values_list("external_id", flat=True))
    if not places:
        return remotes
    is_fed = FeedPeriod.objects.filter(location__channel=channel).exists()
    return [
        replace(
            remote,
            lines=[
                _empty(line) if not is_fed or line.location_id in places else line
                for line in remote.lines
            ],
        )
        for remote in remotes
    ]


def _empty(line: RemoteOrderLine) -> RemoteOrderLine:
    return replace(line, unfulfilled=0, fulfilled=0, returned=0)
