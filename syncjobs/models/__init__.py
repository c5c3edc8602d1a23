"""What was run, what there is to say about it, and what was found wrong."""

from syncjobs.models.backlog import Backlog
from syncjobs.models.finding import Finding
from syncjobs.models.hour import Hour, HourLogged, HourMoved
from syncjobs.models.log import ProcessLog
from syncjobs.models.oversell import Oversell
from syncjobs.models.run import Run
from syncjobs.models.upload import Upload, UploadContent, UploadRow

__all__ = [
    "Backlog",
    "Finding",
    "Hour",
    "HourLogged",
    "HourMoved",
    "Oversell",
    "ProcessLog",
    "Run",
    "Upload",
    "UploadContent",
    "UploadRow",
]
