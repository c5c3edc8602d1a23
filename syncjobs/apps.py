from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncJobsConfig(AppConfig):
    """Schedules: runs, process logs, beat."""

    name = "syncjobs"
    verbose_name = _("Sync")

    def ready(self) -> None:
        # Models exist only now, so these modules can not be imported at the top.
        import_module("syncjobs.sight")
        tasks = import_module("syncjobs.tasks")
        import_module("syncjobs.hints").connect(tasks.queue, tasks.queue_telling, tasks.queue_file)
        import_module("syncjobs.forensics").connect()
        import_module("syncjobs.runner").connect()
        make_meter = import_module("syncjobs.budgets").RedisMeter
        import_module("channels.accounts").meter_by(make_meter)
        verdict = import_module("syncjobs.breaker").verdict
        import_module("channels.selling.verdicts").judge_by(verdict)
