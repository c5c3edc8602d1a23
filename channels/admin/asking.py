"""What a channel answers when a person has it asked."""

from __future__ import annotations

from channels import accounts, notices, reasons
from channels.contract import ChannelError
from channels.models import Channel
from desk.errors import Refused
from desk.saying import gettext


class ChannelSaid(Refused):
    """The channel refused, or could not be asked."""

    code = "channel_said"


def said(error: ChannelError) -> ChannelSaid:
    """What went wrong at the channel, and what to do about it."""
    message = f"{reasons.label(error.code)}: {error.message.rstrip('.')}."
    return ChannelSaid(f"{message} {reasons.advice(error.code)}")


def set_up(channel: Channel) -> list[str]:
    """Have the channel send its webhooks here, as lines for a person. Its connection is well even
    if that fails: orders come by poll then."""
    try:
        topics = notices.subscribe(channel, accounts.connect(channel), notices.address(channel))
    except ChannelError as error:
        return [
            gettext("Webhooks could not be set up, so orders come by poll: %(why)s")
            % {"why": error.message}
        ]
    return [gettext("Webhooks set up: %(number)d") % {"number": len(topics)}] if topics else []
