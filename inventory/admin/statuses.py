"""Documents with a status: their colors, and which actions are offered when."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction

COLORS = {
    "draft": "info",
    "open": "warning",
    "in_transit": "warning",
    "closed": "success",
    "received": "success",
    "canceled": "danger",
}


class OfferedMixin(ModelAdmin):
    """Shows the actions that make sense now; the verbs themselves refuse all others."""

    offered: ClassVar[Mapping[str, tuple[str, ...]]]
    """Status to names of actions."""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        actions = super().get_actions_detail(request, object_id)
        document = self.get_object(request, str(object_id))
        names = () if document is None else self.offered.get(document.status, ())
        return [action for action in actions if action.path in names]
