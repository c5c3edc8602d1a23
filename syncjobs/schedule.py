"""What happens by the clock, on all channels. Beat (editable in the admin) only says when."""

from __future__ import annotations

import logging

from channels import onboarding
from channels.models import Channel
from syncjobs.models import Run
from syncjobs.runner import Busy, drain, execute

logger = logging.getLogger(__name__)


def sweep() -> None:
    """Do all that waits on every channel."""
    for channel in Channel.objects.filter(is_active=True):
        drain(channel.pk, Run.Trigger.SCHEDULE)


def send_new_products() -> None:
    """Match and first send what was ticked on an earlier local day of its channel."""
    for channel in Channel.objects.filter(is_active=True, is_stock_synced=True):
        if onboarding.waiting(channel):
            try:
                execute(Run(channel=channel, kind=Run.Kind.NEW, trigger=Run.Trigger.SCHEDULE))
            except Busy:
                logger.info("%s is busy: its new products wait for the next look", channel)
