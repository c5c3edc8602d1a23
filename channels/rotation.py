"""A replaced signing secret is honoured for a while: the vendor may not have changed over yet, and
what it sent before is still on its way.

Both values lie encrypted with the other credentials, the old one under `previous(name)` beside the
moment until which it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from channels.contract import Parameter, previous

HONOURED = timedelta(hours=1)


def until(name: str) -> str:
    """Under which name the moment lies until which a parameter's previous value is honoured."""
    return f"{previous(name)}.until"


def rotate(
    parameters: Sequence[Parameter],
    before: Mapping[str, str],
    after: Mapping[str, str],
    now: datetime,
) -> dict[str, str]:
    """The credentials to store when `before` is replaced by `after`. A secret that was taken away
    is gone at once: whoever takes it away wants that."""
    stored = dict(after)
    for name in (each.name for each in parameters if each.is_signing and after.get(each.name)):
        if before.get(name, after[name]) != after[name]:
            stored |= {previous(name): before[name], until(name): (now + HONOURED).isoformat()}
        elif _is_honoured(before, name, now):
            stored |= {key: before[key] for key in (previous(name), until(name))}
    return stored


def honoured(credentials: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The credentials without previous values whose time is over."""
    names = [key.removesuffix(until("")) for key in credentials if key.endswith(until(""))]
    over = [name for name in names if not _is_honoured(credentials, name, now)]
    gone = {key for name in over for key in (previous(name), until(name))}
    return {key: value for key, value in credentials.items() if key not in gone}


def _is_honoured(credentials: Mapping[str, str], name: str, now: datetime) -> bool:
    moment = credentials.get(until(name))
    return moment is not None and datetime.fromisoformat(moment) > now
