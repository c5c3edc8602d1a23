"""The back office of sync, and all that starts a run from the floors below."""

from syncjobs.admin import channel, communicated, listing, logs, people, product, runs, schedules

__all__ = [
    "channel",
    "communicated",
    "listing",
    "logs",
    "people",
    "product",
    "runs",
    "schedules",
]
