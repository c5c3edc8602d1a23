"""The shop's clock: real time plus an offset, or frozen, so that a rehearsal can skip a day."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970 as the rehearsed shop sees them. Moving it back is allowed."""

    def __init__(self, offset: float = 0.0, frozen_at: float | None = None) -> None:
        self.offset = offset
        self.frozen_at = frozen_at

    def now(self) -> float:
        return self.frozen_at if self.frozen_at is not None else time.time() + self.offset

    def advance(self, seconds: float) -> None:
        if self.frozen_at is not None:
            self.frozen_at += seconds
        else:
            self.offset += seconds

    def set(self, moment: float) -> None:
        if self.frozen_at is not None:
            self.frozen_at = moment
        else:
            self.offset = moment - time.time()

    def freeze(self) -> None:
        self.frozen_at = self.now()

    def thaw(self) -> None:
        """Go on from where the clock was frozen, without a jump."""
        if self.frozen_at is not None:
            self.offset, self.frozen_at = self.frozen_at - time.time(), None


def iso(moment: float) -> str:
    """Shopify's DateTime: UTC, whole seconds, `Z`. Sorts as text in order of time."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> float:
    """Seconds since 1970. Without an offset the text is taken as UTC.

    Raises ValueError when the text is not ISO 8601.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
