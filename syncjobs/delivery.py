"""A batch on its way: written with its key, sent, answered; or found unanswered and finished.

The order of things (DESIGN section 6): publications and the exact payload are committed before the
call, each answer after it. Killed in between, the same payload goes again under the same key while
the channel honours it; after that the levels are forgotten, read, and decided anew.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from django.db import DataError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels.contract import (
    OF_THE_ACCOUNT,
    Adapter,
    Answer,
    ChannelError,
    Code,
    Mode,
    Outcome,
    Write,
)
from channels.models import Batch, Channel
from channels.models.publication import Status
from channels.rules import Decision
from syncjobs import acknowledgements
from syncjobs.claims import Claim

ATTEMPTS = 4
"""How often one payload is offered in a row before the run gives up until later."""
LONGEST_WAIT = 30.0
KEY_LIFE_SHARE = 0.8
"""A key is given up well before the channel forgets it: a late repeat would be a new operation."""


@dataclass(slots=True)
class Line:
    """A number to tell: `expected` is None when it is told without comparing. `is_approved`: that
    it may be 0, a person said."""

    claim: Claim
    decision: Decision
    quantity: int
    expected: int | None
    is_approved: bool = False

    @property
    def is_zeroing(self) -> bool:
        """Whether something to buy vanishes by it."""
        return self.quantity == 0 and self.expected != 0

    @property
    def urgency(self) -> tuple[int, int]:
        """Zeros first, then decreases, then increases."""
        if self.quantity == 0:
            return (0, self.claim.level_id)
        is_decrease = self.expected is not None and self.quantity < self.expected
        return (1 if is_decrease else 2, self.claim.level_id)


def deliver(
    channel: Channel, adapter: Adapter, mode: Mode, lines: Sequence[Line], cause: str
) -> list[Answer]:
    """Tell up to a batch of numbers; one answer per line, all recorded.

    Raises ChannelError when the whole batch could not be told now. Nothing is lost then: its levels
    stay due, and an unknown outcome is resolved by `resume`.
    """
    batch = _write(channel, adapter, mode, lines, cause)
    answers = _send(batch, adapter)
    _record(batch, answers, is_late=False)
    return answers


# Written as sent, for from here on they may have reached the channel: a process may die right after
# its call. A number that only waits is a due level, without a receipt.
_INSERT = """
INSERT INTO channels_publication (batch_id, level_id, position, quantity, expected, version,
    due_since, explanation, status, code, message, created_at)
SELECT %s, level_id, number - 1, quantity, expected, version, due_since, explanation,
    'sent', '', '', clock_timestamp()
FROM ROWS FROM (unnest(%s::bigint[]), unnest(%s::int[]), unnest(%s::int[]), unnest(%s::bigint[]),
    unnest(%s::timestamptz[]), jsonb_array_elements(%s::jsonb))
    WITH ORDINALITY AS line(level_id, quantity, expected, version, due_since, explanation, number)
"""


def _write(
    channel: Channel, adapter: Adapter, mode: Mode, lines: Sequence[Line], cause: str
) -> Batch:
    key = uuid.uuid4()
    writes = [Write(line.claim.ref, line.quantity, line.expected) for line in lines]
    payload = json.dumps(adapter.build(mode, writes, str(key)), separators=(",", ":"))
    with transaction.atomic():
        batch = Batch.objects.create(
            channel=channel,
            key=key,
            mode=mode,
            payload=payload,
            cause=cause,
            status=Status.SENT,
            zeroed=sum(line.is_zeroing and not line.is_approved for line in lines),
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _INSERT,
                [
                    batch.pk,
                    [line.claim.level_id for line in lines],
                    [line.quantity for line in lines],
                    [line.expected for line in lines],
                    [line.claim.version for line in lines],
                    [line.claim.due_since if mode is Mode.DELTA else None for line in lines],
                    json.dumps([line.decision.as_json() for line in lines]),
                ],
            )
    return batch


def _send(batch: Batch, adapter: Adapter, *, is_unknown: bool = False) -> list[Answer]:
    """Offer the stored payload under its key until it is answered or patience ends.

    `is_unknown` says that an earlier offer may have been executed; once that is so, only an answer
    or the end of the key's life closes the batch, whatever later errors say.
    """
    payload = json.loads(batch.payload)
    for attempt in count(1):
        batch.attempts += 1
        try:
            return adapter.send(payload, str(batch.key))
        except ChannelError as error:
            is_unknown = is_unknown or error.is_outcome_unknown
            pause = _pause(error, attempt)
            if error.permanent or attempt >= ATTEMPTS or pause > LONGEST_WAIT:
                _give_up(batch, error, is_unknown=is_unknown)
                raise
            time.sleep(pause)
    raise AssertionError("unreachable: the loop ends by answer or error")


def _give_up(batch: Batch, error: ChannelError, *, is_unknown: bool) -> None:
    """Leave the batch to `resume` while its outcome may still be learned; else close it.

    Forgetting the levels of a batch that may have been executed is safe: they are read before they
    are told again, and a late execution then meets another number than it compares with.
    """
    is_refused = error.permanent and error.code not in OF_THE_ACCOUNT
    if error.code == Code.KEY_EXPIRED or is_refused or not is_unknown:
        status = Status.REJECTED if error.permanent else Status.EXPIRED
        _close(batch, status, error, is_unknown=is_unknown)
    else:
        batch.save(update_fields=["attempts"])


def _pause(error: ChannelError, attempt: int) -> float:
    return error.retry_after if error.retry_after is not None else 0.25 * 2.0**attempt


def _close(batch: Batch, status: Status, error: ChannelError, *, is_unknown: bool) -> None:
    """End a batch without answers; where its outcome is unknown, its levels are forgotten."""
    with transaction.atomic():
        if is_unknown:
            acknowledgements.forget(batch.publications.values_list("level_id", flat=True))
        now = timezone.now()
        batch.publications.update(
            status=status, code=error.code, message=error.message, answered_at=now
        )
        Batch.objects.filter(pk=batch.pk).update(
            status=status,
            answered_at=now,
            attempts=batch.attempts,
            zeroed=batch.zeroed if is_unknown else 0,
        )


_ANSWER = """
UPDATE channels_publication publication
SET status = answer.status, code = answer.code, message = answer.message,
    acknowledged = answer.acknowledged, answered_at = %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[]) WITH ORDINALITY
    AS answer(status, code, message, acknowledged, number)
WHERE publication.batch_id = %s AND publication.position = answer.number - 1
"""


def _record(batch: Batch, answers: Sequence[Answer], *, is_late: bool) -> None:
    """Store each answer, and what we believe from now on, in one transaction."""
    told = list(
        batch.publications.order_by("position").values_list(
            "level_id", "quantity", "expected", "version"
        )
    )
    accepted = [
        row for row, answer in zip(told, answers, strict=True) if answer.outcome == Outcome.ACCEPTED
    ]
    now = timezone.now()
    with transaction.atomic():
        shown = acknowledgements.accept(accepted, is_late=is_late)
        with connection.cursor() as cursor:
            cursor.execute(
                _ANSWER,
                [
                    now,
                    [_status(answer) for answer in answers],
                    [str(answer.code) for answer in answers],
                    [answer.message for answer in answers],
                    [
                        shown.get(row[0]) if answer.outcome == Outcome.ACCEPTED else None
                        for row, answer in zip(told, answers, strict=True)
                    ],
                    batch.pk,
                ],
            )
        Batch.objects.filter(pk=batch.pk).update(
            status=Status.ACCEPTED if accepted else Status.REJECTED,
            answered_at=now,
            attempts=batch.attempts,
            zeroed=min(batch.zeroed, sum(row[1] == 0 and row[2] != 0 for row in accepted)),
        )


def _status(answer: Answer) -> str:
    is_accepted = answer.outcome == Outcome.ACCEPTED
    return str(Status.ACCEPTED if is_accepted else Status.REJECTED)


def resume(channel: Channel, adapter: Adapter) -> int:
    """Finish what an earlier process, or an unanswered call, left open. Returns how many batches.

    Must come before anything new is told to the channel. Raises ChannelError when it still does
    not answer.
    """
    number = expire(channel, adapter.key_life_seconds)
    for batch in _unanswered(channel).order_by("pk"):
        number += 1
        answers = _send(batch, adapter, is_unknown=True)
        try:
            _record(batch, answers, is_late=True)
        except DataError as error:  # what can not be stored must not block all that comes after
            fault = ChannelError(Code.INTERNAL, str(error), permanent=True)
            _close(batch, Status.EXPIRED, fault, is_unknown=True)
            continue
        _revisit(batch, answers)
    return number


def expire(channel: Channel, key_life_seconds: float) -> int:
    """Give up what was not answered while the channel would have honoured its key, calling nobody:
    so that a channel that was switched off, or never comes back, leaves nothing open for ever.
    Needs the channel's lease. Returns how many batches."""
    oldest = timezone.now() - timedelta(seconds=key_life_seconds * KEY_LIFE_SHARE)
    late = ChannelError(Code.KEY_EXPIRED, "No answer within the key's life", permanent=True)
    number = 0
    for batch in _unanswered(channel).filter(created_at__lt=oldest).order_by("pk"):
        number += 1
        _close(batch, Status.EXPIRED, late, is_unknown=True)
    return number


def _unanswered(channel: Channel) -> QuerySet[Batch]:
    return Batch.objects.filter(channel=channel, status__in=[Status.QUEUED, Status.SENT])


def _revisit(batch: Batch, answers: Sequence[Answer]) -> None:
    """Levels whose line was refused are read before they are told again."""
    refused = [
        position
        for position, answer in enumerate(answers)
        if answer.outcome in {Outcome.STALE, Outcome.REJECTED}
    ]
    levels = batch.publications.filter(position__in=refused).values_list("level_id", flat=True)
    with transaction.atomic():
        acknowledgements.forget(levels)


def unfinished(channel: Channel) -> bool:
    """Whether a batch waits for `resume`."""
    return _unanswered(channel).exists()
