"""Tells a channel which goods of its orders left."""

from __future__ import annotations

from channels import transmission
from channels.contract import OF_THE_ACCOUNT, Adapter, ChannelError, Code
from channels.models import Channel
from syncjobs import records
from syncjobs.models import Run
from syncjobs.records import Entry

AT_ONCE = 20
"""Told in one run; numbers that became due meanwhile go out before the next ones."""


def transmit(run: Run, channel: Channel, adapter: Adapter) -> None:
    """Send waiting ASNs of the channel, some at a time; one that is refused for good holds no
    other back.

    Raises ChannelError when the channel itself is the trouble. Repeating is safe: the adapter looks
    for the shipment at the channel first.
    """
    for each in transmission.waiting(channel, AT_ONCE):
        try:
            external_id = adapter.send_shipment(transmission.shipment(each))
        except ChannelError as error:
            if not error.permanent or error.code in OF_THE_ACCOUNT:
                raise
            transmission.note_refused(each, error)
            message = f"{each.asn} of {each.channel_order}: {error.message}"
            records.log(run, [Entry(None, "", error.code, message)])
            records.count(run, failed=1)
        else:
            transmission.note_sent(each, external_id)
            records.log(run, [Entry(None, "", Code.ACCEPTED, f"{each} was sent.")])
