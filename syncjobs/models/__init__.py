"""What was run, and what there is to say about it."""

from syncjobs.models.log import ProcessLog
from syncjobs.models.run import Run

__all__ = ["ProcessLog", "Run"]
