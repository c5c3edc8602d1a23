"""Runs a sync: takes the channel's lease, does the work, records how it ended.

The one place that decides what an error of a channel means: when to come back, and that the rest of
the house goes on.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from channels import accounts, intake, onboarding, transmission
from channels.contract import Adapter, ChannelError, Code
from channels.models import Channel, Listing
from syncjobs import claims, delivery, importing, lease, pusher, records, transmitter
from syncjobs.models import Run

REST = datetime.timedelta(seconds=20)
"""After a passing error nothing is tried for so long: well within one sweep."""
LONG_REST = datetime.timedelta(minutes=10)
"""After an error that a person must mend. Test connection ends it at once."""


class Busy(Exception):  # noqa: N818 - not an error: somebody else is at work on the channel
    """Another process holds the channel's lease; it sees everything that is committed by now."""


def drain(channel_id: int, trigger: Run.Trigger) -> None:
    """Do all that waits on a channel: runs asked for by hand, then whatever is due.

    Returns at once when another process is at it: after letting go of the lease that process looks
    again, so it sees all that was committed before we found the lease taken.
    """
    while run := _next(Channel.objects.get(pk=channel_id), trigger):
        try:
            execute(run)
        except Busy:
            return
        if run.kind == Run.Kind.DUE and run.status == Run.Status.FAILED:
            return  # the channel rests; what is due stays due


def _next(channel: Channel, trigger: Run.Trigger) -> Run | None:
    requested = Run.objects.filter(channel=channel, status=Run.Status.QUEUED).order_by("pk").first()
    if requested is not None:
        return requested
    if _may_start(channel, trigger) and _has_work(channel):
        return Run(channel=channel, kind=Run.Kind.DUE, trigger=trigger)
    return None


def _may_start(channel: Channel, trigger: Run.Trigger) -> bool:
    """Whether to push without being asked. A channel that failed rests from hints; the schedule
    tries it all the same, so it is right within one sweep of its recovery."""
    is_resting = channel.retry_at is not None and channel.retry_at > timezone.now()
    is_on = channel.is_active and channel.is_stock_synced and channel.is_updated_on_change
    return is_on and (trigger == Run.Trigger.SCHEDULE or not is_resting)


def _has_work(channel: Channel) -> bool:
    return (
        claims.count_due(channel) > 0
        or delivery.unfinished(channel)
        or transmission.is_waiting(channel)
    )


def request(
    channel: Channel, kind: Run.Kind, product_ids: Sequence[int] = (), requested_by: str = ""
) -> Run:
    """Ask for a run by hand; whoever drains the channel next starts it."""
    return Run.objects.create(
        channel=channel,
        kind=kind,
        trigger=Run.Trigger.PERSON,
        product_ids=list(product_ids),
        requested_by=requested_by,
    )


def execute(run: Run) -> Run:
    """Run to the end, whatever the end. Raises Busy when the lease is taken; the run then stays as
    it is. A ChannelError ends the run as failed and is kept on run and channel."""
    with lease.hold(run.channel_id) as is_held:
        if not is_held:
            raise Busy
        records.interrupt_dead(run.channel_id)
        records.begin(run)
        try:
            _work(run)
        except ChannelError as error:
            _rest(run.channel, error)
            records.finish(run, error)
        except BaseException as error:
            fault = ChannelError(Code.INTERNAL, repr(error), permanent=False)
            _rest(run.channel, fault)
            records.finish(run, fault)
            raise
        else:
            accounts.clear_problem(run.channel)
            records.finish(run)
    return run


def _work(run: Run) -> None:
    channel = run.channel
    is_for_stock = run.kind != Run.Kind.ORDERS
    if not channel.is_active or (is_for_stock and not channel.is_stock_synced):
        raise ChannelError(Code.SYNC_DISABLED, f"{channel} is switched off.", permanent=True)
    adapter = accounts.connect(channel)
    if run.kind == Run.Kind.DUE:
        run.total = claims.count_due(channel)
        run.save(update_fields=["total"])
        pusher.push_due(run, channel, adapter)
        transmitter.transmit(run, channel, adapter)
    elif run.kind == Run.Kind.ORDERS:
        importing.take_if_allowed(run, channel, adapter)
        _push_if_automatic(run, channel, adapter)
    elif run.kind == Run.Kind.NEW:
        _onboard(channel, adapter, onboarding.waiting(channel))
        _push_if_automatic(run, channel, adapter)
    else:
        _onboard(channel, adapter, _unlinked(channel, run.product_ids))
        pusher.push_chosen(run, channel, adapter, run.product_ids)


def _push_if_automatic(run: Run, channel: Channel, adapter: Adapter) -> None:
    if channel.is_updated_on_change and channel.is_stock_synced:
        pusher.push_due(run, channel, adapter)


def _unlinked(channel: Channel, product_ids: Sequence[int]) -> list[Listing]:
    """Listings that a forced sync matches now, without waiting for their day: chosen new ones, and
    all that were skipped or lost their item."""
    listings = Listing.objects.filter(channel=channel, is_ticked=True).exclude(
        state=Listing.State.LINKED
    )
    if product_ids:
        listings = listings.filter(product__in=product_ids)
    else:
        listings = listings.exclude(state=Listing.State.NEW, eligible_at__gt=timezone.now())
    return list(listings.select_related("product").order_by("pk"))


def _onboard(channel: Channel, adapter: Adapter, listings: Sequence[Listing]) -> None:
    """Match listings, if there are any. What stays unmatched is reported with the rest that can
    not be sent."""
    if listings:
        onboarding.onboard(channel, listings, adapter)
        intake.look_back(channel)


def _rest(channel: Channel, error: ChannelError) -> None:
    accounts.note_problem(channel, error)
    rest = LONG_REST if error.permanent else REST
    if error.retry_after is not None:
        longest = LONG_REST.total_seconds()
        rest = datetime.timedelta(seconds=min(longest, max(0.0, error.retry_after)))
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(retry_at=timezone.now() + rest)
