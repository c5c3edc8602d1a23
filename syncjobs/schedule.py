"""What happens by the clock, on all channels. Beat (editable in the admin) only says when.

A fault met on one channel is kept on its run and its page, and never keeps the others waiting.
"""

from __future__ import annotations

import logging

from django.utils import timezone

from channels import onboarding
from channels.models import Channel
from syncjobs.models import Run
from syncjobs.runner import Busy, drain, execute

logger = logging.getLogger(__name__)


def sweep() -> None:
    """Do all that waits on every channel."""
    for channel in Channel.objects.filter(is_active=True):
        _drain(channel, Run.Trigger.SCHEDULE)


def retry() -> None:
    """Every minute: channels whose rest after an error is over, while something is due there."""
    for channel in Channel.objects.filter(is_active=True, retry_at__lte=timezone.now()):
        _drain(channel, Run.Trigger.CHANGE)


def take_orders() -> None:
    """Poll every channel for orders that changed since the last look, whether or not it is told
    quantities: what it sells is gone for the others."""
    for channel in Channel.objects.filter(is_active=True):
        _execute(channel, Run.Kind.ORDERS)


def send_new_products() -> None:
    """Match and first send what was ticked on an earlier local day of its channel."""
    for channel in Channel.objects.filter(is_active=True, is_stock_synced=True):
        if onboarding.waiting(channel):
            _execute(channel, Run.Kind.NEW)


def _execute(channel: Channel, kind: Run.Kind) -> None:
    try:
        execute(Run(channel=channel, kind=kind, trigger=Run.Trigger.SCHEDULE))
    except Busy:
        logger.info("%s is busy: it waits for the next look", channel)
    except Exception:
        logger.exception("%s: a fault of ours", channel)
    else:
        # A hint that came meanwhile found the channel taken and went away.
        _drain(channel, Run.Trigger.CHANGE)


def _drain(channel: Channel, trigger: Run.Trigger) -> None:
    try:
        drain(channel.pk, trigger)
    except Exception:
        logger.exception("%s: a fault of ours", channel)
