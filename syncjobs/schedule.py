"""What happens by the clock, on all channels. Beat (editable in the admin) only says when.

A fault met on one channel is kept on its run and its page, and never keeps the others waiting.
"""

from __future__ import annotations

import logging
import time

from django.db.models import Q
from django.utils import timezone

from channels import accounts, mapping, notices, onboarding, profiles, registry, tallying
from channels.contract import ChannelError
from channels.models import Batch, Channel, ListingLevel, Location
from channels.models.publication import Status
from partners import lease as sessions
from partners import telling
from syncjobs import backlog, claims, forensics, hints, hours, lease, resuming
from syncjobs.models import Run
from syncjobs.runner import drain

A_DAY = 24 * 3600.0
A_MINUTE = 60.0
TALLYING, PART = 0x54616C6C, 10_000

logger = logging.getLogger(__name__)


def sweep() -> None:
    """Do all that waits on every channel."""
    mapping.remember()
    profiles.remember()
    _expire()
    for channel in Channel.objects.filter(is_active=True):
        _drain(channel, Run.Trigger.SCHEDULE)


def _expire() -> None:
    """Messages whose answer can not be learned any more end here, also where no run goes: at a
    channel that was switched off."""
    waiting = Batch.objects.filter(status__in=[Status.QUEUED, Status.SENT])
    kinds = dict(registry.choices())
    for channel in Channel.objects.filter(pk__in=waiting.values("channel")):
        is_installed = channel.kind in kinds
        adapter = registry.get(channel.kind) if is_installed else None
        life = adapter.key_life_seconds if adapter else A_DAY
        bulk = adapter.bulk_seconds if adapter else A_DAY
        with lease.hold(channel.pk) as is_held:
            if is_held:
                resuming.expire(channel, life, bulk)


def retry() -> None:
    """Every minute: channels whose rest after an error is over, or a level's on them, while
    something is due there; channels that have not shown yet what they accepted; oversells that
    nobody has looked into yet; and what pages show of hours that are over and of long backlogs is
    counted."""
    try:
        forensics.investigate()
    except Exception:
        logger.exception("Oversells were not looked into: a fault of ours")
    try:
        hours.keep()
        backlog.keep()
    except Exception:
        logger.exception("What pages show was not counted: a fault of ours")
    now = timezone.now()
    rested = ListingLevel.objects.filter(claims.DUE, retry_at__lte=now).values("location__channel")
    told = ListingLevel.objects.filter(told_at__isnull=False).values("location__channel")
    asked = Batch.objects.filter(status=Status.SENT).exclude(handle="").values("channel")
    for channel in Channel.objects.filter(is_active=True).filter(
        Q(retry_at__lte=now) | Q(pk__in=rested) | Q(pk__in=told) | Q(pk__in=asked)
    ):
        _drain(channel, Run.Trigger.CHANGE)


def take_orders() -> None:
    """Poll every channel for orders that changed since the last look, whether or not it is told
    quantities: what it sells is gone for the others."""
    for channel in Channel.objects.filter(is_active=True):
        _run(channel, Run.Kind.ORDERS)


def compare() -> None:
    """Read what every channel shows and keep what differs. Not a channel that is not told numbers:
    its own are nobody's business, unless they are the source of a mirror."""
    sources = Location.objects.exclude(mirror=None).values("channel")
    channels = Channel.objects.filter(is_active=True)
    for channel in channels.filter(Q(is_stock_synced=True) | Q(pk__in=sources)):
        _run(channel, Run.Kind.COMPARE)


def subscribe() -> None:
    """Have every channel send us its webhooks; what is missing is created again."""
    for channel in Channel.objects.filter(is_active=True):
        try:
            if notices.hears(channel):
                adapter = accounts.connect(channel)
                for topic in notices.subscribe(channel, adapter, notices.address(channel)):
                    logger.info("%s: webhooks for %s are set up", channel, topic)
            notices.forget_old(channel)
        except ChannelError as error:
            logger.warning("%s: webhooks are not set up: %s", channel, error)


def send_new_products() -> None:
    """Match and first send what was ticked on an earlier local day of its channel."""
    for channel in Channel.objects.filter(is_active=True, is_stock_synced=True):
        if onboarding.waiting(channel):
            _run(channel, Run.Kind.NEW)


def tell_partners() -> None:
    """Wake the tellers of all webhooks that something waits for: each has a task of its own, so a
    receiver that is slow keeps no other waiting. Then forget what was told long ago."""
    now = timezone.now()
    hints.wake(telling.due(now))
    telling.forget_old(now)


def tally() -> None:
    """Tally the levels that changed, for a minute at most. One process at a time does it; to do it
    twice would be no harm, only work."""
    until = time.monotonic() + A_MINUTE
    with sessions.hold(TALLYING, 0) as is_held:
        while is_held and time.monotonic() < until and tallying.tally(PART) == PART:
            continue


def _run(channel: Channel, kind: Run.Kind) -> None:
    """Ask for a run, unless one like it waits, and do what waits. When another process is at work
    on the channel it finds the run there as soon as its own is over."""
    asked = Run.objects.filter(channel=channel, kind=kind, status=Run.Status.QUEUED)
    if not asked.exists():
        Run.objects.create(channel=channel, kind=kind, trigger=Run.Trigger.SCHEDULE)
    _drain(channel, Run.Trigger.CHANGE)


def _drain(channel: Channel, trigger: Run.Trigger) -> None:
    try:
        drain(channel.pk, trigger)
    except Exception:
        logger.exception("%s: a fault of ours", channel)
