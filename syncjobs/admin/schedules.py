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
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from desk.cells import ago
from desk.lists import ModelAdmin

for model in (PeriodicTask, CrontabSchedule, IntervalSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


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

    fields = ["name", "task", "enabled"]
    readonly_fields = fields


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(BeatPeriodicTaskAdmin, ModelAdmin):
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
                "fields": [("crontab", "interval"), "start_time", "last_run_at", "one_off"],
                "description": _("Choose one of crontab and interval."),
            },
        ),
        (
            _("Details"),
            {"fields": ["task", "args", "kwargs", "queue"], "classes": ["collapse"]},
        ),
    ]
    readonly_fields = ["last_run_at"]
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
class CrontabScheduleAdmin(BeatCrontabScheduleAdmin, ModelAdmin):
    """Timetables by the clock."""

    inlines = [PeriodicTaskInline]


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(BeatIntervalScheduleAdmin, ModelAdmin):
    """Timetables by interval."""

    inlines = [PeriodicTaskInline]
