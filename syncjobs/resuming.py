"""Finishes messages whose answer did not come with their call: because a process died, because the
call was cut, or because the channel takes its time to answer.

What may have been executed is offered again under its key while the channel honours it; after that
its levels are forgotten, read, and decided anew. A bulk message is asked for by its handle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from django.db import DataError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from channels.contract import (
    OF_THE_ACCOUNT,
    Adapter,
    Answer,
    ChannelError,
    Code,
    Mode,
    Outcome,
    Submitted,
)
from channels.models import Batch, Channel
from channels.models.publication import Status
from syncjobs import acknowledgements, delivery, records
from syncjobs.models import Run

KEY_LIFE_SHARE = 0.8
"""A key is given up well before the channel forgets it: a late repeat would be a new operation."""
ASK_EVERY = timedelta(minutes=1)
A_DAY = timedelta(days=1)


def resume(run: Run, channel: Channel, adapter: Adapter) -> int:
    """Finish what an earlier process, or an unanswered call, left open, and count what the channel
    takes now as sent by this run: no run has counted it yet. Returns how many levels that were.

    Must come before anything new is told to the channel. Raises ChannelError when it still does
    not answer.
    """
    expire(channel, adapter.key_life_seconds, adapter.bulk_seconds)
    taken = 0
    for batch in _unanswered(channel).order_by("pk"):
        if batch.mode == Mode.BULK:  # counted when it was submitted
            _ask(batch, adapter)
            continue
        answers = delivery.offer(batch, adapter, is_unknown=True)
        if not isinstance(answers, Submitted) and _conclude(batch, adapter, answers):
            number = sum(answer.outcome == Outcome.ACCEPTED for answer in answers)
            records.count(run, sent=number)
            taken += number
    return taken


def _conclude(batch: Batch, adapter: Adapter, answers: Sequence[Answer]) -> bool:
    """Record answers that came to another process than the one that asked. Returns whether they
    could be."""
    try:
        delivery.record(batch, adapter, answers, is_late=True)
    except DataError as error:  # what can not be stored must not block all that comes after
        fault = ChannelError(Code.INTERNAL, str(error), permanent=True)
        delivery.close(batch, Status.EXPIRED, fault, is_unknown=True)
        return False
    _revisit(batch, answers)
    return True


def _ask(batch: Batch, adapter: Adapter) -> None:
    """Ask for the answer to a bulk message, at most once a minute; find it first where we were
    killed before we learned its handle. One that is not to be found is told anew."""
    if batch.asked_at and batch.asked_at > timezone.now() - ASK_EVERY:
        return
    Batch.objects.filter(pk=batch.pk).update(asked_at=timezone.now())
    if not batch.handle:
        found = adapter.find(json.loads(batch.payload), batch.created_at)
        if found is None:
            lost = ChannelError(Code.OUTCOME_UNKNOWN, "Not found there", permanent=True)
            delivery.close(batch, Status.EXPIRED, lost, is_unknown=True)
            return
        delivery.note_submitted(batch, found)
        batch.refresh_from_db()
    try:
        answers = adapter.ask(batch.handle)
    except ChannelError as error:
        if not error.permanent or error.code in OF_THE_ACCOUNT:
            raise
        delivery.close(batch, Status.REJECTED, error, is_unknown=False)
        return
    if answers is not None:
        _conclude(batch, adapter, answers)
    elif batch.created_at < timezone.now() - timedelta(seconds=adapter.bulk_seconds):
        adapter.withdraw(batch.handle)
        late = ChannelError(Code.NOT_APPLIED, "Not answered in time: given up", permanent=True)
        delivery.close(batch, Status.EXPIRED, late, is_unknown=True)


def expire(channel: Channel, key_life_seconds: float, bulk_seconds: float = 0.0) -> int:
    """Give up what was not answered while the channel would have honoured its key, calling nobody:
    so that a channel that was switched off, or never comes back, leaves nothing open for ever. A
    bulk message has longer, and is then asked for once more by `resume`.
    Needs the channel's lease. Returns how many batches."""
    late = ChannelError(Code.KEY_EXPIRED, "No answer within the key's life", permanent=True)
    number = 0
    for batch in _unanswered(channel).order_by("pk"):
        life = 2 * bulk_seconds if batch.mode == Mode.BULK else key_life_seconds * KEY_LIFE_SHARE
        if batch.created_at < timezone.now() - timedelta(seconds=life):
            number += 1
            delivery.close(batch, Status.EXPIRED, late, is_unknown=True)
    return number


def _unanswered(channel: Channel) -> QuerySet[Batch]:
    return Batch.objects.filter(channel=channel, status__in=[Status.QUEUED, Status.SENT])


def _revisit(batch: Batch, answers: Sequence[Answer]) -> None:
    """Levels whose line was refused are read before they are told again; those of a bulk message
    rest, or the next one would bear them again."""
    refused = {
        position: str(answer.code)
        for position, answer in enumerate(answers)
        if answer.outcome in {Outcome.STALE, Outcome.REJECTED}
    }
    columns = ("level_id", "version", "position")
    rows = batch.publications.filter(position__in=refused).values_list(*columns)
    with transaction.atomic():
        if batch.mode == Mode.BULK:
            later = delivery.overtaken(batch)
            acknowledgements.refuse(
                (level, version, refused[position], level in later)
                for level, version, position in rows
            )
        else:
            acknowledgements.forget(level for level, *_ in rows)


def is_submitting(channel: Channel) -> bool:
    """Whether a bulk message is under way: a channel is sent one at a time."""
    return _unanswered(channel).filter(mode=Mode.BULK).exists()


def has_given_up(channel: Channel) -> bool:
    """Whether a bulk message was given up or refused as a whole within a day."""
    return Batch.objects.filter(
        channel=channel,
        mode=Mode.BULK,
        status__in=[Status.EXPIRED, Status.REJECTED],
        answered_at__gt=timezone.now() - A_DAY,
    ).exists()


def unfinished(channel: Channel) -> bool:
    """Whether a batch waits for `resume`; one whose answer takes its time waits a minute first."""
    recent = Q(mode=Mode.BULK, asked_at__gt=timezone.now() - ASK_EVERY)
    return _unanswered(channel).exclude(recent).exists()
