"""The one thing orders say aloud; see inventory.signals for all three."""

from django.dispatch import Signal

asn_sent = Signal()
"""Sent by asn.send inside its transaction. sender: None. asn_ids: list[int], the ASNs sent.

Receivers must be set-based and must not call anything outside the database.
"""
