"""The back office of sync, and all that starts a run from the floors below."""

from syncjobs.admin import (
    channel,
    communicated,
    findings,
    listing,
    logs,
    oversells,
    people,
    product,
    runs,
    schedules,
    selling,
    uploads,
)

__all__ = [
    "channel",
    "communicated",
    "findings",
    "listing",
    "logs",
    "oversells",
    "people",
    "product",
    "runs",
    "schedules",
    "selling",
    "uploads",
]
