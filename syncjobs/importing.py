"""Takes a channel's orders in before anything is told that they could change."""

from __future__ import annotations

from channels import intake
from channels.contract import Adapter, ChannelError, Code
from channels.models import Channel
from syncjobs import records
from syncjobs.models import Run
from syncjobs.records import Entry


def take(run: Run, channel: Channel, adapter: Adapter) -> None:
    """Import orders changed since the last look; parked ones are logged. Raises ChannelError."""
    parked = [each for each in intake.pull(channel, adapter) if each.code != Code.ACCEPTED]
    records.log(
        run, [Entry(None, "", each.code, f"Order {each.number}: {each.message}") for each in parked]
    )
    records.count(run, failed=len(parked))


def take_if_allowed(run: Run, channel: Channel, adapter: Adapter) -> None:
    """As take, for runs whose business is stock: a store that was connected without the permission
    to read orders is told its numbers all the same, and the log says what is missing."""
    try:
        take(run, channel, adapter)
    except ChannelError as error:
        if error.code != Code.SCOPE_MISSING:
            raise
        records.log_once_a_day(run, Entry(None, "", error.code, error.message))
