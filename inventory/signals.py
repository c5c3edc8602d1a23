"""The one thing inventory says aloud. Of the product's three signals this is the lowest:

1. inventory.signals.stock_changed  2. orders.signals.asn_sent  3. channels.signals.levels_due
"""

from django.dispatch import Signal

stock_changed = Signal()
"""Sent by ledger.post inside its transaction, once per posting that changed anything that is sold.

sender: None. levels: list[tuple[int, int]], the (product id, warehouse id) pairs whose quantity in
stock or on orders changed. fallen: of those, the ones with fewer units to sell than before.
oversold: list[tuple[int, int, int]], (product id, warehouse id, units to sell), the fallen ones
that have less than none now.
Receivers must be set-based and must not call anything outside the database: they hold row locks.
"""
