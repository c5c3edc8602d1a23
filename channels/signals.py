"""The one thing channels say aloud; see inventory.signals for all three."""

from django.dispatch import Signal

levels_due = Signal()
"""Sent inside the transaction that made listing levels due. sender: None. channel_ids: list[int].

Receivers must not touch the network: they register what is to happen after the commit.
"""
