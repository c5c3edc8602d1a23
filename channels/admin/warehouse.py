"""Warehouses, with what the channels are told when one is switched on or off."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from channels.admin.rehearsing import RehearsedMixin, tried
from channels.models import Location
from inventory.admin import warehouse as base
from inventory.models import Warehouse

admin.site.unregister(Warehouse)


@admin.register(Warehouse)
class WarehouseAdmin(RehearsedMixin, base.WarehouseAdmin):
    """Another warehouse that is in use is another number at every place it feeds."""

    def save_model(self, request: HttpRequest, obj: Warehouse, form: Any, change: Any) -> None:
        is_switched = change and "is_active" in form.changed_data
        if is_switched and not self.is_confirmed(request):
            Warehouse.objects.filter(pk=obj.pk).update(is_active=obj.is_active)
            self.rehearse(request, tried(Location.objects.all()), str(obj))
        super().save_model(request, obj, form, change)
