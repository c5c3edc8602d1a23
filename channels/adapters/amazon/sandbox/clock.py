"""The sandbox's clock: real time shifted, frozen or sped up, so that hours of waiting take seconds.

It rules everything that takes time: tokens, request budgets, delays, addresses that expire, feeds.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970 as the rehearsed Amazon sees them. Moving it back is allowed.

    speed: seconds that pass here in one real second; 600 makes ten minutes of it.
    """

    def __init__(
        self, offset: float = 0.0, speed: float = 1.0, frozen_at: float | None = None
    ) -> None:
        self.speed = speed
        self.frozen_at = frozen_at
        self._since = time.time()
        self._base = self._since + offset

    def now(self) -> float:
        if self.frozen_at is not None:
            return self.frozen_at
        return self._base + (time.time() - self._since) * self.speed

    def offset(self) -> float:
        """How far it is ahead of real time, in seconds."""
        return self.now() - time.time()

    def set(self, moment: float) -> None:
        if self.frozen_at is not None:
            self.frozen_at = moment
        self._base, self._since = moment, time.time()

    def advance(self, seconds: float) -> None:
        self.set(self.now() + seconds)

    def run_at(self, speed: float) -> None:
        """Go on from now at another speed."""
        self.set(self.now())
        self.speed = speed

    def freeze(self) -> None:
        self.frozen_at = self.now()

    def thaw(self) -> None:
        """Go on from where the clock was frozen, without a jump."""
        moment, self.frozen_at = self.now(), None
        self.set(moment)

    def saved(self) -> list[float | None]:
        """What `Clock(*saved)` goes on from."""
        return [self.offset(), self.speed, self.frozen_at]


def iso(moment: float) -> str:
    """Amazon's date-time: UTC, whole seconds, `Z`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> float:
    """Seconds since 1970. Without an offset the text is taken as UTC.

    Raises ValueError when the text is not ISO 8601.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
