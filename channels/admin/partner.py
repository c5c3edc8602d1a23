"""The partner's page, with which warehouses and channels it may see."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from channels.admin.partner_sight import SIGHTS, PartnerForm, told
from partners.admin import partner as base
from partners.models import Partner

admin.site.unregister(Partner)

WAREHOUSES, CHANNELS = SIGHTS


@admin.register(Partner)
class PartnerAdmin(base.PartnerAdmin):
    """What it may not see does not exist for it."""

    form = PartnerForm
    list_display = [*base.PartnerAdmin.list_display, "show_warehouses", "show_channels"]
    conditional_fields = {
        "warehouses": "sees_all_warehouses == false",
        "channels": "sees_all_channels == false",
    }

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Names instead of boxes for those who only look."""
        may_edit = obj is None or self.has_change_permission(request, obj)
        fields = ["show_warehouses", "show_channels"]
        if may_edit:
            fields = [name for sight in SIGHTS for name in (sight.everything, sight.chosen)]
        return [*super().get_fieldsets(request, obj), (_("What it may see"), {"fields": fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """For those who only look."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "show_warehouses", "show_channels"]

    @display(description=_("Sees warehouses"))
    def show_warehouses(self, partner: Partner) -> str:
        return told(partner, WAREHOUSES)

    @display(description=_("Sees channels"))
    def show_channels(self, partner: Partner) -> str:
        return told(partner, CHANNELS)
