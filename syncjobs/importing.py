"""Takes in what a channel has to tell before anything is told that it could change: its orders, by
poll, and whatever it told us by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from channels import accounts, intake, mirroring, notices
from channels.contract import OF_THE_ACCOUNT, Adapter, ChannelError, Code, Concern, LevelRef
from channels.intake import Taken
from channels.models import Channel, ChannelOrder, Notice
from channels.notices import Verdict
from syncjobs import patience, records
from syncjobs.models import Run
from syncjobs.records import Entry

NOTICES = 250
"""Looked into at once: bounds memory, and the orders read with one call."""

WORDS = {
    Verdict.CHANGED: "Not a number of ours: it is read and compared.",
    Verdict.UNKNOWN: "It is to be read anyway.",
    Verdict.ECHO: "Known already.",
}
"""What came of a notice about a level; the first that applies."""

Outcomes = dict[int, str]
"""What came of notices, by id. One that is left out goes on waiting."""


def take(run: Run, channel: Channel, adapter: Adapter) -> None:
    """Import orders changed since the last look; parked ones are logged. Raises ChannelError."""
    taken: list[Taken] = []
    try:
        patience.read(lambda: intake.pull(channel, adapter, taken))
    finally:
        report(run, taken)


def take_if_allowed(
    run: Run, channel: Channel, adapter: Adapter, *, is_urgent: bool = False
) -> None:
    """As take, for runs whose business is stock: a store that was connected without the permission
    to read orders is told its numbers all the same, and the log says what is missing. A channel
    that answers few questions an hour is not asked again so soon; sooner when it `is_urgent`: what
    was read of its numbers is about to be believed."""
    if intake.is_recent(channel, adapter, is_urgent=is_urgent):
        return
    try:
        take(run, channel, adapter)
    except ChannelError as error:
        entry = Entry(None, "", error.code, error.message)
        if error.code == Code.RATE_LIMITED and adapter.orders_every_seconds:
            # Its few questions are used up for some minutes: what fell is told all the same.
            records.log(run, [entry])
        elif error.code == Code.SCOPE_MISSING:
            records.log_once_a_day(run, entry)
        else:
            raise


def take_notices(run: Run, channel: Channel, adapter: Adapter) -> set[int]:
    """Look into all that the channel told us by itself; needs its lease. Returns the listing levels
    that show a number not of ours: they are to be compared.

    Raises ChannelError when the channel can not be asked: what was not looked into goes on waiting.
    One that fails by itself is taken with its message, and holds back no other.
    """
    # Those that come meanwhile are the next run's: numbers that are due must get their turn, too.
    after, last = 0, notices.newest_waiting(channel)
    changed: set[int] = set()
    while after < last and (batch := notices.waiting(channel, after, NOTICES)):
        after = batch[-1].pk
        for concern, look in _LOOKS.items():
            if chosen := [notice for notice in batch if notice.concern == concern]:
                notices.note_taken(look(run, channel, adapter, chosen))
        levels = [notice for notice in batch if notice.concern == Concern.LEVEL]
        changed |= _take_levels(_without_sources(run, channel, adapter, levels))
    return changed


def report(run: Run, taken: Sequence[Taken]) -> None:
    """Say in the log what became of orders, and count those that wait."""
    said = [each for each in taken if each.message]
    records.log(
        run,
        [
            Entry(None, "", each.code, f"Order {each.number}: {each.message}", each.number)
            for each in said
        ],
    )
    records.count(run, failed=sum(each.code != Code.ACCEPTED for each in taken))


def _of_account(
    _run: Run, _channel: Channel, adapter: Adapter, chosen: Sequence[Notice]
) -> Outcomes:
    """It may be an old notice, and the account connected anew since: asking tells."""
    try:
        adapter.check()
    except ChannelError as error:
        if error.code not in OF_THE_ACCOUNT:
            raise
        notices.note_taken(_all(chosen, f"The channel is cut off: {error.message}"))
        if error.code != Code.UNAUTHORIZED:
            raise
        message = f"The app was uninstalled at the channel ({error.message.rstrip('.')})."
        raise ChannelError(Code.UNAUTHORIZED, message, permanent=True) from error
    return _all(chosen, "The account answers: nothing to do.")


def _of_locations(
    run: Run, channel: Channel, adapter: Adapter, chosen: Sequence[Notice]
) -> Outcomes:
    try:
        accounts.load_locations(channel, adapter)
    except ChannelError as error:
        _demand_own_fault(error)
        records.log(run, [Entry(None, "", error.code, error.message)])
        return _all(chosen, error.message)
    return _all(chosen, "The list of locations is up to date.")


def _of_orders(run: Run, channel: Channel, adapter: Adapter, chosen: Sequence[Notice]) -> Outcomes:
    ids = sorted({notice.order_id for notice in chosen if notice.order_id})
    failures = _take_orders(run, channel, adapter, ids)
    found = ChannelOrder.objects.filter(channel=channel, external_id__in=ids)
    rows = found.values_list("external_id", "order__number", "message")
    known = {order_id: _became(number, message) for order_id, number, message in rows}
    return {
        notice.pk: failures.get(notice.order_id)
        or known.get(notice.order_id, "Nothing of it is to be taken.")
        for notice in chosen
    }


def _became(number: str | None, message: str) -> str:
    said = f"It is order {number} here." if number else "It is parked."
    return f"{said} {message}".strip()


def _take_orders(
    run: Run, channel: Channel, adapter: Adapter, ids: Sequence[str]
) -> dict[str, str]:
    """Read and take these orders; why not, by id. The poll brings what the channel does not let us
    read now. Where one of them fails the call, the others are read without it."""
    if not ids:
        return {}
    try:
        remotes = patience.read(lambda: list(adapter.read_orders(ids)))
    except ChannelError as error:
        if error.code == Code.SCOPE_MISSING:
            records.log_once_a_day(run, Entry(None, "", error.code, error.message))
            return dict.fromkeys(ids, error.message)
        _demand_own_fault(error)
        if len(ids) > 1:
            middle = len(ids) // 2
            parts = (ids[:middle], ids[middle:])
            first, second = (_take_orders(run, channel, adapter, part) for part in parts)
            return first | second
        report(run, [Taken(ids[0], error.code, error.message)])
        return {ids[0]: error.message}
    report(run, intake.take_many(channel, remotes))
    gone = set(ids).difference(remote.external_id for remote in remotes)
    return dict.fromkeys(gone, "The order is gone at the channel.")


def _without_sources(
    run: Run, channel: Channel, adapter: Adapter, chosen: Sequence[Notice]
) -> list[Notice]:
    """Bring mirrors to what their source shows now; returns the notices about other levels."""
    places = {source.external_id for source in mirroring.sources(channel)} if chosen else set()
    there = [notice for notice in chosen if notice.location_id in places]
    refs = {LevelRef(notice.item_id, notice.location_id) for notice in there}
    if refs:
        message = "The source of a mirror: what is listed here was read."
        try:
            patience.read(lambda: mirroring.refresh_items(channel, adapter, refs))
        except ChannelError as error:
            _demand_own_fault(error)
            records.log(run, [Entry(None, "", error.code, error.message)])
            message = error.message
        notices.note_taken(_all(there, message))
    return [notice for notice in chosen if notice.location_id not in places]


def _take_levels(chosen: Sequence[Notice]) -> set[int]:
    """Which levels these notices say were changed by somebody else. One whose level has a number of
    ours on its way goes on waiting."""
    if not chosen:
        return set()
    judged = notices.judge([notice.pk for notice in chosen])
    verdicts: dict[int, set[Verdict]] = {notice.pk: set() for notice in chosen}
    for notice_id, _, verdict in judged:
        verdicts[notice_id].add(verdict)
    notices.note_taken(
        {
            notice_id: next(
                (text for verdict, text in WORDS.items() if verdict in found),
                "It is not listed here.",
            )
            for notice_id, found in verdicts.items()
            if Verdict.OPEN not in found
        }
    )
    return {level_id for _, level_id, verdict in judged if verdict == Verdict.CHANGED}


def _of_nothing(
    _run: Run, _channel: Channel, _adapter: Adapter, chosen: Sequence[Notice]
) -> Outcomes:
    return _all(chosen, "Nothing to do.")


def _all(chosen: Sequence[Notice], message: str) -> Outcomes:
    return {notice.pk: message for notice in chosen}


def _demand_own_fault(error: ChannelError) -> None:
    """Raise it again unless what was asked for is to blame: then asking again never helps."""
    if not error.permanent or error.code in OF_THE_ACCOUNT:
        raise error


# In this order, and before the levels: an order that was taken explains the numbers it changed.
_LOOKS: dict[Concern, Callable[[Run, Channel, Adapter, Sequence[Notice]], Outcomes]] = {
    Concern.ACCOUNT: _of_account,
    Concern.LOCATION: _of_locations,
    Concern.ORDER: _of_orders,
    Concern.OTHER: _of_nothing,
}
