"""What was run, what there is to say about it, and what was found wrong."""

from syncjobs.models.finding import Finding
from syncjobs.models.log import ProcessLog
from syncjobs.models.oversell import Oversell
from syncjobs.models.run import Run

__all__ = ["Finding", "Oversell", "ProcessLog", "Run"]
