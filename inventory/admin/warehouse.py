"""Warehouses."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin
from inventory import warehousing
from inventory.models import Warehouse

SWITCH = "can_go_negative"


@admin.register(Warehouse)
class WarehouseAdmin(RefusalsMixin, ModelAdmin):
    """Places where units are kept."""

    list_display = ["code", "name", "is_active", SWITCH, "is_mirror"]
    list_filter = ["is_active", "is_mirror"]
    search_fields = ["code", "name"]
    fieldsets = [(None, {"fields": [("code", "name"), ("is_active", SWITCH), "is_mirror"]})]

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> list[str]:
        """A mirror may go below zero for as long as it is one."""
        return ["is_mirror", SWITCH] if obj and obj.is_mirror else ["is_mirror"]

    def save_model(self, request: HttpRequest, obj: Warehouse, form: Any, change: Any) -> None:
        """The switch for negative stock goes through its verb, which takes the levels along."""
        wanted = obj.can_go_negative
        if change and SWITCH in form.changed_data:
            obj.can_go_negative = not wanted
        is_switched = change and "is_active" in form.changed_data
        if is_switched:
            warehousing.announce(obj)  # to the places it feeds until now
        super().save_model(request, obj, form, change)
        if is_switched:
            warehousing.announce(obj)  # to the places it feeds from now on
        if obj.can_go_negative != wanted:
            warehousing.allow_negative(obj, is_allowed=wanted)
