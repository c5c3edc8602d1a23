"""One pusher per channel."""

from __future__ import annotations

from contextlib import AbstractContextManager

from partners import lease

NAMESPACE = 0x53746F63  # "Stoc"


def hold(channel_id: int) -> AbstractContextManager[bool]:
    """Try to become the channel's pusher; yields whether that worked. Never waits."""
    return lease.hold(NAMESPACE, channel_id)
