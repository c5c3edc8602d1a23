"""Reading again at once: a reading changes nothing, so one that failed in passing is not worth
ending a run and resting the channel for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from channels.contract import ChannelError

ATTEMPTS = 3
LONGEST_WAIT = 3.0

T = TypeVar("T")


def read(ask: Callable[[], T]) -> T:
    """Ask up to three times while the channel is in passing trouble. Only for what may be asked
    again without harm. Raises the last ChannelError; at once what is permanent or asks for a longer
    wait than three seconds.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            return ask()
        except ChannelError as error:
            pause = _pause(error, attempt)
            if error.permanent or pause > LONGEST_WAIT:
                raise
            time.sleep(pause)
    return ask()


def _pause(error: ChannelError, attempt: int) -> float:
    return error.retry_after if error.retry_after is not None else 0.1 * 3.0 ** (attempt - 1)
