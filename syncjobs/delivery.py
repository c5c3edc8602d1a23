"""A batch on its way: written with its key, sent, answered; or found unanswered and finished.

The order of things (DESIGN section 6): publications and the exact payload are committed before the
call, each answer after it. Killed in between, the same payload goes again under the same key while
the channel honours it; after that the levels are forgotten, read, and decided anew.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from django.db import connection, transaction
from django.utils import timezone

from channels import registry
from channels.contract import (
    OF_THE_ACCOUNT,
    Adapter,
    Answer,
    ChannelError,
    Code,
    Mode,
    Outcome,
    Submitted,
    Write,
)
from channels.models import Batch, Channel, Publication
from channels.models.publication import Status
from channels.rules import Decision
from syncjobs import acknowledgements, news
from syncjobs.claims import Claim

ATTEMPTS = 4
"""How often one payload is offered in a row before the run gives up until later."""
LONGEST_WAIT = 30.0


Told = tuple[int, int | None, int | None, int]
"""(level id, quantity, expected, version)"""


@dataclass(slots=True)
class Line:
    """A number to tell: `expected` is None when it is told without comparing. `is_approved`: that
    it may be 0, a person said."""

    claim: Claim
    decision: Decision
    quantity: int | None
    expected: int | None
    is_approved: bool = False

    @property
    def is_zeroing(self) -> bool:
        """Whether something to buy vanishes by it."""
        return not self.quantity and self.expected != 0

    @property
    def urgency(self) -> tuple[int, int]:
        """Zeros first, then decreases, then increases."""
        if not self.quantity:
            return (0, self.claim.level_id)
        is_decrease = self.expected is not None and self.quantity < self.expected
        return (1 if is_decrease else 2, self.claim.level_id)

    @property
    def is_increase(self) -> bool:
        """Certainly one: what is unknown or unconfirmed may be a decrease."""
        is_known = self.expected is not None and self.claim.told_at is None
        return is_known and self.urgency[0] == 2


def deliver(
    channel: Channel, adapter: Adapter, mode: Mode, lines: Sequence[Line], cause: str
) -> list[Answer]:
    """Tell up to a batch of numbers; one answer per line, all recorded.

    Raises ChannelError when the whole batch could not be told now. Nothing is lost then: its levels
    stay due, and an unknown outcome is resolved by `resume`.
    """
    batch = write(channel, adapter, mode, lines, cause)
    answers = offer(batch, adapter)
    if isinstance(answers, Submitted):
        raise TypeError(f"{adapter.label} answers a {mode} message later: use submit")
    record(batch, adapter, answers, is_late=False)
    return answers


def submit(channel: Channel, adapter: Adapter, lines: Sequence[Line], cause: str) -> None:
    """Tell many numbers in one message that is answered much later, by `resume`. Until then they
    are unconfirmed. Raises ChannelError like `deliver`."""
    batch = write(channel, adapter, Mode.BULK, lines, cause)
    answers = offer(batch, adapter)
    if isinstance(answers, Submitted):
        note_submitted(batch, answers)
    else:
        record(batch, adapter, answers, is_late=False)


def note_submitted(batch: Batch, submitted: Submitted) -> None:
    rows = batch.publications.values_list("level_id", "quantity", "version")
    with transaction.atomic():
        acknowledgements.submit(list(rows))
        now = timezone.now()
        Batch.objects.filter(pk=batch.pk).update(
            handle=submitted.handle, asked_at=now, attempts=batch.attempts
        )


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


def write(
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


def offer(batch: Batch, adapter: Adapter, *, is_unknown: bool = False) -> list[Answer] | Submitted:
    """Offer the stored payload under its key until it is answered or patience ends.

    `is_unknown` says that an earlier offer may have been executed; once that is so, only an answer
    or the end of the key's life closes the batch, whatever later errors say. Where a channel keeps
    no keys, what may have been executed is never offered again.
    """
    payload = json.loads(batch.payload)
    for attempt in count(1):
        batch.attempts += 1
        try:
            return adapter.send(payload, str(batch.key))
        except ChannelError as error:
            is_unknown = is_unknown or error.is_outcome_unknown
            pause = _pause(error, attempt)
            is_last = error.permanent or attempt >= ATTEMPTS or pause > LONGEST_WAIT
            if is_last or (is_unknown and not adapter.key_life_seconds):
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
        close(batch, status, error, is_unknown=is_unknown)
    else:
        batch.save(update_fields=["attempts"])


def _pause(error: ChannelError, attempt: int) -> float:
    return error.retry_after if error.retry_after is not None else 0.25 * 2.0**attempt


def close(batch: Batch, status: Status, error: ChannelError, *, is_unknown: bool) -> None:
    """End a batch without answers; where its outcome is unknown, its levels are forgotten."""
    told = list(batch.publications.values_list("level_id", "quantity", "version"))
    with transaction.atomic():
        if _shows_later(batch.channel) and (is_unknown or batch.handle):
            acknowledgements.forget_told(told, is_resting=status == Status.REJECTED)
        elif is_unknown:
            acknowledgements.forget(row[0] for row in told)
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


def _shows_later(channel: Channel) -> bool:
    kinds = dict(registry.choices())  # one that is not installed any more is told nothing anyway
    return channel.kind in kinds and registry.get(channel.kind).is_eventual


_ANSWER = """
UPDATE channels_publication publication
SET status = answer.status, code = answer.code, message = answer.message,
    acknowledged = answer.acknowledged, answered_at = %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[]) WITH ORDINALITY
    AS answer(status, code, message, acknowledged, number)
WHERE publication.batch_id = %s AND publication.position = answer.number - 1
"""


def record(batch: Batch, adapter: Adapter, answers: Sequence[Answer], *, is_late: bool) -> None:
    """Store each answer, and what we believe from now on, in one transaction."""
    # By position, for a level that was deleted meanwhile took its receipt along.
    columns = ("position", "level_id", "quantity", "expected", "version")
    told: dict[int, Told] = {
        row[0]: row[1:] for row in batch.publications.order_by("position").values_list(*columns)
    }
    accepted = {
        position: row
        for position, row in told.items()
        if answers[position].outcome == Outcome.ACCEPTED
    }
    now = timezone.now()
    with transaction.atomic():
        shown = _accept(batch, adapter, accepted.values(), is_late=is_late)
        with connection.cursor() as cursor:
            cursor.execute(
                _ANSWER,
                [
                    now,
                    [_status(answer) for answer in answers],
                    [str(answer.code) for answer in answers],
                    [answer.message for answer in answers],
                    [
                        shown[accepted[position][0]].now
                        if position in accepted and accepted[position][0] in shown
                        else None
                        for position in range(len(answers))
                    ],
                    batch.pk,
                ],
            )
        Batch.objects.filter(pk=batch.pk).update(
            status=Status.ACCEPTED if accepted else Status.REJECTED,
            answered_at=now,
            attempts=batch.attempts,
            zeroed=min(batch.zeroed, sum(not row[1] and row[2] != 0 for row in accepted.values())),
        )
        news.communicated(shown, now)


def _accept(
    batch: Batch, adapter: Adapter, told: Iterable[Told], *, is_late: bool
) -> dict[int, news.Shown]:
    if not adapter.is_eventual:
        return acknowledgements.accept(told, is_late=is_late)
    later = overtaken(batch)
    return acknowledgements.accept_for_later((*row, row[0] in later) for row in told)


def overtaken(batch: Batch) -> set[int]:
    """Levels of the batch that a later message told another number meanwhile."""
    levels = batch.publications.values("level")
    later = Publication.objects.filter(level__in=levels, batch__gt=batch.pk)
    return set(later.exclude(status=Status.REJECTED).values_list("level_id", flat=True))


def _status(answer: Answer) -> str:
    is_accepted = answer.outcome == Outcome.ACCEPTED
    return str(Status.ACCEPTED if is_accepted else Status.REJECTED)
