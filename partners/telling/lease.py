"""One teller per webhook."""

from __future__ import annotations

from contextlib import AbstractContextManager

from partners import lease

NAMESPACE = 0x54656C6C  # "Tell"


def hold(webhook_id: int) -> AbstractContextManager[bool]:
    """Try to become the webhook's teller; yields whether that worked. Never waits."""
    return lease.hold(NAMESPACE, webhook_id)
