"""What beat starts, and when: editable, unlike anything else about a sync."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import CrontabScheduleAdmin as BeatCrontabScheduleAdmin
from django_celery_beat.admin import IntervalScheduleAdmin as BeatIntervalScheduleAdmin
from django_celery_beat.admin import PeriodicTaskAdmin as BeatPeriodicTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm as BeatPeriodicTaskForm
from django_celery_beat.admin import PeriodicTaskInline as BeatPeriodicTaskInline
from django_celery_beat.admin import TaskSelectWidget
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from desk.cells import NOTHING, ago
from desk.lists import ModelAdmin, TabularInline

for model in (PeriodicTask, CrontabSchedule, IntervalSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


WORDS: dict[str, tuple[Any, Any]] = {
    "name": (_("Name"), ""),
    "description": (_("What it is for"), ""),
    "enabled": (_("Enabled"), _("Off: it is not started until this is on again.")),
    "crontab": (_("By the clock"), _("Such as every quarter of an hour, or at 02:00.")),
    "interval": (_("Every so often"), _("So long after it was last started.")),
    "start_time": (_("Not before"), _("Empty: at once.")),
    "one_off": (_("Only once"), _("It is switched off after it was started.")),
    "minute": (_("Minutes"), _("0 to 59, such as 0,30 or */15; * is every minute.")),
    "hour": (_("Hours"), _("0 to 23, such as 8,20; * is every hour.")),
    "day_of_month": (_("Days of the month"), _("1 to 31, such as 1,15; * is every day.")),
    "month_of_year": (_("Months"), _("1 to 12, such as 1,7; * is every month.")),
    "day_of_week": (_("Days of the week"), _("0 is Sunday, such as 1-5; * is every day.")),
    "timezone": (_("Time zone"), _("Whose clock it goes by.")),
    "every": (_("Every"), ""),
    "period": (_("Unit"), ""),
}
"""Fields of Celery's own forms, in the house's words: label and help."""


class WordsMixin:
    """Says what a field is without naming the programs behind it."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A timetable is offered in words, too."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and db_field.name in WORDS:
            field.label, field.help_text = WORDS[db_field.name]
        if db_field.name == "crontab":
            field.label_from_instance = lambda each: str(each.human_readable)
        return field


class TaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):
    """The names of our tasks, as a styled select."""


class PeriodicTaskForm(BeatPeriodicTaskForm):
    """A task is chosen by its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "regtask" not in self.fields:  # somebody who may only look
            return
        self.fields["regtask"].label = gettext("Task")
        self.fields["regtask"].widget = TaskSelect()
        self.fields["task"].label = gettext("Task by name")
        self.fields["task"].help_text = gettext(
            "Only for a task of a plug-in that is not in the list."
        )
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].initial = self.instance.task

    def clean(self) -> Any:
        """A task typed by its name counts, although another one is still chosen above."""
        typed = self.cleaned_data.get("task")
        if typed and "task" in self.changed_data and "regtask" not in self.changed_data:
            self.cleaned_data["regtask"] = ""
        return super().clean()


class PeriodicTaskInline(BeatPeriodicTaskInline, TabularInline):
    """Who uses a timetable."""

    verbose_name = verbose_name_plural = _("Schedules that go by it")
    fields = ["name", "task", "enabled"]
    readonly_fields = fields


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(WordsMixin, BeatPeriodicTaskAdmin, ModelAdmin):
    """Schedules: each starts one task by its timetable."""

    form = PeriodicTaskForm
    date_hierarchy = None
    list_display = ["name", "show_when", "enabled", "show_last_run", "total_run_count"]
    list_filter = ["enabled"]
    search_help_text = _("Name or task")
    fieldsets = [
        (None, {"fields": ["name", "description", "regtask", "enabled"]}),
        (
            _("When"),
            {
                "fields": [("crontab", "interval"), "start_time", "show_last_run", "one_off"],
                "description": _("By the clock or every so often: choose one of them."),
            },
        ),
        (
            _("Details"),
            {"fields": ["task", "args", "kwargs", "queue"], "classes": ["collapse"]},
        ),
    ]
    readonly_fields = ["show_last_run"]
    change_form_template = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodicTask]:
        """Without the row that Celery adds for itself: results are not kept, so it does nothing."""
        tasks: QuerySet[PeriodicTask] = super().get_queryset(request)
        return tasks.exclude(task="celery.backend_cleanup")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "description" and isinstance(field, forms.CharField):
            field.widget = UnfoldAdminTextInputWidget()
        return field

    @display(description=_("When"))
    def show_when(self, task: PeriodicTask) -> str:
        return str(task.crontab.human_readable if task.crontab else task.schedule)

    @display(description=_("Last started"), ordering="last_run_at")
    def show_last_run(self, task: PeriodicTask) -> str:
        return ago(task.last_run_at)


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(WordsMixin, BeatCrontabScheduleAdmin, ModelAdmin):
    """Timetables by the clock."""

    inlines = [PeriodicTaskInline]
    list_display = ["show_when", "__str__"]
    readonly_fields = ["show_when"]
    fields = ["show_when", "minute", "hour", "day_of_month", "month_of_year", "day_of_week"]
    fields += ["timezone"]

    @display(description=_("When"))
    def show_when(self, crontab: CrontabSchedule) -> str:
        return str(crontab.human_readable) if crontab.pk else NOTHING


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(WordsMixin, BeatIntervalScheduleAdmin, ModelAdmin):
    """Timetables by interval."""

    inlines = [PeriodicTaskInline]
