"""The one thing channels say aloud; see inventory.signals for all three."""

from django.dispatch import Signal

levels_due = Signal()
"""Sent inside the transaction that left something to tell these channels: listing levels that are
due, or an ASN to transmit. sender: None. channel_ids: list[int].

Receivers must not touch the network: they register what is to happen after the commit.
"""
