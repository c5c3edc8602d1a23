"""What partners ask about runs, logs and drift."""

from partners.rest.views import Resource
from syncjobs.api.findings import Findings
from syncjobs.api.logs import ProcessLogs
from syncjobs.api.runs import Runs

RESOURCES: list[tuple[str, type[Resource]]] = [
    ("sync-runs", Runs),
    ("process-logs", ProcessLogs),
    ("findings", Findings),
]
