"""The budget of an account's calls, one bucket for all workers, kept in Redis.

The arithmetic is `channels.meter.LocalMeter`'s, each operation one script, by the clock of the
server. A meter never stands in the way of a call: without Redis each process goes by a meter of its
own for a while, and the vendor's own answers set both right.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import TypeVar

import redis
from django.conf import settings

from channels.meter import CALL_SECONDS, STANDSTILL_SECONDS, UNKNOWN_SECONDS, LocalMeter

TIMEOUT_SECONDS = 0.5
"""The longest that a call waits for Redis."""
REST_SECONDS = 5.0
"""After a failure this process asks no Redis for so long."""
IDLE_SECONDS = 900
"""A bucket that nobody used for so long, or as long as it takes to fill where that is longer, is
forgotten: it is full by then."""

T = TypeVar("T")
logger = logging.getLogger(__name__)

_STATE = f"""
local key, me = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local state, calls, reserved, others = {{settled = 0}}, {{}}, 0, 0
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
    local caller = string.match(fields[i], '^call:(.+)$')
    if caller then
        local cost, ends_at, settled = string.match(fields[i + 1], '^(%S+) (%S+) (%S+)$')
        if tonumber(ends_at) < now then
            redis.call('HDEL', key, fields[i])
        else
            calls[caller] = {{cost = tonumber(cost), ends_at = tonumber(ends_at),
                settled = tonumber(settled)}}
            reserved = reserved + tonumber(cost)
            others = others + 1
        end
    else
        state[fields[i]] = tonumber(fields[i + 1])
    end
end
if state.level then
    local refilled = state.level + math.max(0, now - state.at) * state.restore_rate
    state.level = math.min(refilled, state.maximum - reserved)
    state.at = now
end
local function text(number)
    return string.format('%.6f', number)
end
local function settle()
    if calls[me] then
        state.settled = state.settled + calls[me].cost
        reserved = reserved - calls[me].cost
        others = others - 1
        calls[me] = nil
        redis.call('HDEL', key, 'call:' .. me)
    end
end
local function keep()
    for name, value in pairs(state) do
        redis.call('HSET', key, name, text(value))
    end
    if calls[me] then
        local call = calls[me]
        redis.call('HSET', key, 'call:' .. me,
            text(call.cost) .. ' ' .. text(call.ends_at) .. ' ' .. text(call.settled))
    end
    local filling = 0
    if state.level and state.restore_rate > 0 then
        filling = math.ceil(state.maximum / state.restore_rate)
    end
    redis.call('EXPIRE', key, math.max({IDLE_SECONDS}, filling))
end
"""
_RESERVE = f"""{_STATE}
settle()
local cost, wait = tonumber(ARGV[2]), 0
if not state.level then
    wait = others * {UNKNOWN_SECONDS}
else
    local missing = math.min(cost, state.maximum) - state.level
    if missing > 0 then
        wait = state.restore_rate > 0 and missing / state.restore_rate or {STANDSTILL_SECONDS}
    end
    state.level = state.level - cost
end
calls[me] = {{cost = cost, ends_at = now + wait + {CALL_SECONDS}, settled = state.settled}}
keep()
return text(wait)
"""
_RELEASE = f"""{_STATE}
if calls[me] then
    local given = math.min(tonumber(ARGV[2]), calls[me].cost)
    calls[me].cost = calls[me].cost - given
    if state.level then
        state.level = state.level + given
    end
    keep()
end
return '0'
"""
_OBSERVE = f"""{_STATE}
local finished = calls[me] and state.settled - calls[me].settled or 0
settle()
state.level = tonumber(ARGV[2]) - finished - reserved
state.maximum, state.restore_rate, state.at = tonumber(ARGV[3]), tonumber(ARGV[4]), now
keep()
return '0'
"""
_ASSUME = f"""{_STATE}
settle()
if not state.level then
    state.level = tonumber(ARGV[2]) - reserved
    state.maximum, state.restore_rate, state.at = tonumber(ARGV[2]), tonumber(ARGV[3]), now
end
keep()
return '0'
"""
_READ = f"""{_STATE}
return state.level and {{text(state.level), text(state.maximum)}} or {{}}
"""


@dataclass
class _Link:
    """This process and one Redis server: whether it rests from it, and what stands in meanwhile."""

    client: redis.Redis
    resting_until: float = 0.0
    local: dict[str, LocalMeter] = field(default_factory=dict)

    def ask(self, question: Callable[[redis.Redis], T], otherwise: T) -> tuple[T, bool]:
        """The answer and True; or `otherwise` and False when there is none in time."""
        if time.monotonic() < self.resting_until:
            return otherwise, False
        try:
            return question(self.client), True
        except (redis.RedisError, OSError) as error:
            self.resting_until = time.monotonic() + REST_SECONDS
            logger.warning("Budgets are kept by this process alone for a while: %s", error)
            return otherwise, False


_linking = Lock()


@cache
def _link(url: str) -> _Link:
    client = redis.Redis.from_url(
        url,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        retry=None,
        decode_responses=True,
    )
    return _Link(client)


class RedisMeter:
    """One caller's view of an account's bucket: one call at a time, as an adapter makes them."""

    def __init__(self, account: str) -> None:
        with _linking:  # see partners.broker
            self._link = _link(settings.REDIS_URL)
        self._key = _key(account)
        self._me = uuid.uuid4().hex
        self._local = self._link.local.setdefault(account, LocalMeter())

    def reserve(self, cost: float) -> float:
        """See `contract.Meter`."""
        wait, is_shared = self._run(_RESERVE, cost)
        return wait if is_shared else self._local.reserve(cost)

    def release(self, cost: float) -> None:
        """See `contract.Meter`."""
        self._run(_RELEASE, cost)
        self._local.release(cost)

    def observe(self, *, available: float, maximum: float, restore_rate: float) -> None:
        """See `contract.Meter`. Told to the stand-in as well, so that it knows where to begin."""
        self._run(_OBSERVE, available, maximum, restore_rate)
        self._local.observe(available=available, maximum=maximum, restore_rate=restore_rate)

    def assume(self, *, maximum: float, restore_rate: float) -> None:
        """See `contract.Meter`. Told to the stand-in as well, so that it knows where to begin."""
        self._run(_ASSUME, maximum, restore_rate)
        self._local.assume(maximum=maximum, restore_rate=restore_rate)

    def _run(self, script: str, *numbers: float) -> tuple[float, bool]:
        def ask(client: redis.Redis) -> float:
            given = [self._me, *map(repr, map(float, numbers))]
            return float(client.register_script(script)(keys=[self._key], args=given))

        return self._link.ask(ask, 0.0)


def used(accounts: Sequence[str]) -> list[float | None]:
    """How much of each account's bucket is taken now, 0 to 1; None where that is not known."""

    def ask(client: redis.Redis) -> list[list[str]]:
        with client.pipeline(transaction=False) as pipeline:
            for account in accounts:
                pipeline.eval(_READ, 1, _key(account), "")
            answers: list[list[str]] = pipeline.execute()
            return answers

    unknown: list[list[str]] = [[] for _ in accounts]
    found, _ = _link(settings.REDIS_URL).ask(ask, unknown)
    return [_share(*map(float, numbers)) if numbers else None for numbers in found]


def _share(level: float, maximum: float) -> float | None:
    return min(1.0, max(0.0, 1.0 - level / maximum)) if maximum else None


def _key(account: str) -> str:
    return f"stockcast:meter:{account}"
