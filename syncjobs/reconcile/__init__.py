"""Compares what a channel shows with what it should, finds the cause of each difference, and mends
it as the channel's policy says.

`compare` is the run that does so every 15 minutes, `mend` what a person's click does.
"""

from syncjobs.reconcile.comparing import compare, look_at
from syncjobs.reconcile.mending import is_mendable, mend

__all__ = ["compare", "is_mendable", "look_at", "mend"]
