"""Runs a sync: takes the channel's lease, does the work, records how it ended.

The one place that decides what an error of a channel means: when to come back, and that the rest of
the house goes on.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import gettext

from channels import accounts, due, intake, mirroring, notices, onboarding, transmission
from channels.contract import Adapter, ChannelError, Code
from channels.models import Channel, Listing, Location
from syncjobs import (
    claims,
    confirming,
    importing,
    lease,
    patience,
    pusher,
    reconcile,
    records,
    resuming,
    transmitter,
)
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
    looked_until = 0
    while run := _next(Channel.objects.get(pk=channel_id), trigger, looked_until):
        looked_until = notices.newest_waiting(run.channel)
        try:
            execute(run)
        except Busy:
            return
        if run.trigger != Run.Trigger.PERSON and run.status == Run.Status.FAILED:
            return  # the channel rests; what waits goes on waiting


def _next(channel: Channel, trigger: Run.Trigger, looked_until: int) -> Run | None:
    """What to run next. A notice that a run left waiting is no reason for another run at once."""
    requested = Run.objects.filter(channel=channel, status=Run.Status.QUEUED).order_by("pk").first()
    if requested is not None:
        return requested
    if not _may_start(channel, trigger):
        return None
    is_told = notices.newest_waiting(channel) > looked_until
    if _may_push(channel) and (is_told or _has_work(channel)):
        return Run(channel=channel, kind=Run.Kind.DUE, trigger=trigger)
    if is_told or transmission.is_waiting(channel):
        return Run(channel=channel, kind=Run.Kind.ORDERS, trigger=trigger)
    return None


def _may_start(channel: Channel, trigger: Run.Trigger) -> bool:
    """Whether to start without being asked. A channel that failed rests from hints; the schedule
    tries it all the same, so it is right within one sweep of its recovery."""
    is_resting = channel.retry_at is not None and channel.retry_at > timezone.now()
    return channel.is_active and (trigger == Run.Trigger.SCHEDULE or not is_resting)


def _may_push(channel: Channel) -> bool:
    """Whether its numbers are told by themselves."""
    return channel.is_stock_synced and channel.is_updated_on_change


def _has_work(channel: Channel) -> bool:
    return (
        claims.count_due(channel) > 0
        or resuming.unfinished(channel)
        or confirming.is_time(channel)
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


def connect() -> None:
    """Listen to locations: a new source is read at once. Called once, when the app is ready."""
    post_save.connect(_on_location_saved, Location, dispatch_uid="syncjobs.runner")


def _on_location_saved(
    instance: Location, update_fields: Collection[str] | None, **_: object
) -> None:
    if instance.mirror_id is not None and update_fields and "mirror" in update_fields:
        request(instance.channel, Run.Kind.COMPARE)


class NotPaused(Exception):  # noqa: N818 - somebody else was quicker
    """The run does not wait for approval any more."""


def approve(run_id: int, by: str) -> Run:
    """Let a paused run's zeros go, just those it shows: a new run tells them. Raises NotPaused."""
    with transaction.atomic():
        paused = _paused(run_id)
        paused.status, paused.approved_by = Run.Status.FINISHED, by
        paused.save(update_fields=["status", "approved_by"])
        held = (paused.preview or {}).get("held", [])
        run = request(paused.channel, Run.Kind.DUE, (), by)
        run.approved_by, run.approved_levels = by, held
        run.save(update_fields=["approved_by", "approved_levels"])
        due.by_level(held)
    return run


def refuse(run_id: int, by: str) -> Run:
    """Leave a paused run's zeros untold: they wait until their stock changes, or a day is over and
    it is asked again. Raises NotPaused."""
    with transaction.atomic():
        paused = _paused(run_id)
        paused.status, paused.refused_by = Run.Status.FINISHED, by
        paused.save(update_fields=["status", "refused_by"])
    return paused


def _paused(run_id: int) -> Run:
    run = Run.objects.select_for_update(of=["self"]).select_related("channel").get(pk=run_id)
    if run.status != Run.Status.PAUSED:
        raise NotPaused(gettext("%(run)s does not wait for approval any more.") % {"run": run})
    return run


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
    is_for_stock = run.kind not in {Run.Kind.ORDERS, Run.Kind.COMPARE}
    if not channel.is_active or (is_for_stock and not channel.is_stock_synced):
        raise ChannelError(Code.SYNC_DISABLED, f"{channel} is switched off.", permanent=True)
    adapter = accounts.connect(channel)
    changed = importing.take_notices(run, channel, adapter)
    if changed and channel.is_stock_synced:
        reconcile.look_at(run, channel, adapter, changed)
    _WORK[Run.Kind(run.kind)](run, channel, adapter)


def _push_due(run: Run, channel: Channel, adapter: Adapter) -> None:
    run.total = claims.count_due(channel)
    run.save(update_fields=["total"])
    pusher.push_due(run, channel, adapter)
    transmitter.transmit(run, channel, adapter)


def _take_orders(run: Run, channel: Channel, adapter: Adapter) -> None:
    importing.take_if_allowed(run, channel, adapter)
    _push_if_automatic(run, channel, adapter)
    transmitter.transmit(run, channel, adapter)


def _send_new(run: Run, channel: Channel, adapter: Adapter) -> None:
    _onboard(channel, adapter, onboarding.waiting(channel))
    _push_if_automatic(run, channel, adapter)


def _push_chosen(run: Run, channel: Channel, adapter: Adapter) -> None:
    _onboard(channel, adapter, _unlinked(channel, run.product_ids))
    pusher.push_chosen(run, channel, adapter, run.product_ids)


def _compare(run: Run, channel: Channel, adapter: Adapter) -> None:
    accounts.load_locations(channel, adapter)
    if mirroring.sources(channel):
        if not channel.is_stock_synced:
            _onboard(channel, adapter, onboarding.waiting(channel))  # no other run of it does
        patience.read(lambda: mirroring.refresh(channel, adapter))
        if not channel.is_stock_synced:
            return
    resuming.resume(run, channel, adapter)
    confirming.confirm(run, channel, adapter)
    reconcile.compare(run, channel, adapter)
    _push_if_automatic(run, channel, adapter)


_WORK = {
    Run.Kind.DUE: _push_due,
    Run.Kind.NEW: _send_new,
    Run.Kind.BULK: _push_chosen,
    Run.Kind.HARD: _push_chosen,
    Run.Kind.ORDERS: _take_orders,
    Run.Kind.COMPARE: _compare,
}


def _push_if_automatic(run: Run, channel: Channel, adapter: Adapter) -> None:
    if _may_push(channel):
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
        codes = onboarding.onboard(channel, listings, adapter)
        intake.look_back(channel)
        patience.read(lambda: mirroring.refresh(channel, adapter, codes))


def _rest(channel: Channel, error: ChannelError) -> None:
    accounts.note_problem(channel, error)
    if error.code == Code.SYNC_DISABLED:
        return  # whoever switches it on again is not to wait
    rest = LONG_REST if error.permanent else REST
    if error.retry_after is not None:
        longest = LONG_REST.total_seconds()
        rest = datetime.timedelta(seconds=min(longest, max(0.0, error.retry_after)))
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(retry_at=timezone.now() + rest)
