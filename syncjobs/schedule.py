"""What happens by the clock, on all channels. Beat (editable in the admin) only says when."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.utils import timezone

from channels import onboarding
from channels.models import Channel
from syncjobs.models import Run
from syncjobs.runner import Busy, drain, execute

logger = logging.getLogger(__name__)


def sweep() -> None:
    """Do all that waits on every channel."""
    for channel in Channel.objects.filter(is_active=True):
        _guarded(channel, partial(drain, channel.pk, Run.Trigger.SCHEDULE))


def _guarded(channel: Channel, work: Callable[[], None]) -> None:
    """A bug met on one channel must not keep the others waiting."""
    try:
        work()
    except Exception:
        logger.exception("%s failed", channel)


def retry() -> None:
    """Every minute: channels whose rest after an error is over, while something is due there."""
    rested = Channel.objects.filter(is_active=True, retry_at__lte=timezone.now())
    for channel in rested:
        drain(channel.pk, Run.Trigger.CHANGE)


def take_orders() -> None:
    """Poll every channel for orders that changed since the last look."""
    for channel in Channel.objects.filter(is_active=True, is_stock_synced=True):
        try:
            execute(Run(channel=channel, kind=Run.Kind.ORDERS, trigger=Run.Trigger.SCHEDULE))
        except Busy:
            logger.info("%s is busy: its orders wait for the next look", channel)
        except Exception:
            logger.exception("%s: its orders wait for the next look", channel)
        # A hint that came meanwhile found the channel taken and went away.
        _guarded(channel, partial(drain, channel.pk, Run.Trigger.CHANGE))


def send_new_products() -> None:
    """Match and first send what was ticked on an earlier local day of its channel."""
    for channel in Channel.objects.filter(is_active=True, is_stock_synced=True):
        if onboarding.waiting(channel):
            try:
                execute(Run(channel=channel, kind=Run.Kind.NEW, trigger=Run.Trigger.SCHEDULE))
            except Busy:
                logger.info("%s is busy: its new products wait for the next look", channel)
