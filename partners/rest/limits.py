"""How often a key may call: so many requests each minute, counted in Redis for all processes.

The broker's absence is no reason to refuse a partner: then nothing is counted, for a few seconds at
a time, and no call waits longer than one short timeout.
"""

from __future__ import annotations

import logging
import time
from typing import Any, NamedTuple

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from partners import broker
from partners.models import ApiKey
from partners.rest.authentication import Caller
from partners.rest.problems import Problem

WINDOW = 60
REST_SECONDS = 5.0

logger = logging.getLogger(__name__)
_resting_until = 0.0


class Allowance(NamedTuple):
    """limit: requests a minute. left: of these, now. reset: seconds until the next minute."""

    limit: int
    left: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has them."""
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW}',
            "RateLimit": f'"key";r={max(0, self.left)};t={self.reset}',
        }


class KeyLimit(BaseThrottle):
    """Counts this call. The view sends the headers."""

    def allow_request(self, request: Request, view: Any) -> bool:
        who: object = request.user
        if not isinstance(who, Caller):
            return True
        view.allowance = allowance = count(who.key)
        if allowance is not None and allowance.left < 0:
            raise Problem(
                429,
                "too_many_requests",
                f"This key may call {allowance.limit} times a minute: wait {allowance.reset} s, or"
                " send many lines in one request.",
                headers={"Retry-After": str(allowance.reset)},
            )
        return True


def count(key: ApiKey) -> Allowance | None:
    """Count one call and return what is left; None when nobody counts."""
    global _resting_until  # noqa: PLW0603 - the breaker of this process
    if time.monotonic() < _resting_until:
        return None
    now = time.time()
    name = f"stockcast:calls:{key.pk}:{int(now // WINDOW)}"
    try:
        with broker.client().pipeline(transaction=False) as pipe:
            pipe.incr(name)
            pipe.expire(name, WINDOW)
            used = int(pipe.execute()[0])
    except broker.UNREACHABLE as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("Calls are not counted for a while: %s", error)
        return None
    limit = key.requests_per_minute
    return Allowance(limit, limit - used, WINDOW - int(now % WINDOW))
