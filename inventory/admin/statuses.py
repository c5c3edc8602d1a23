"""Documents with a status: their colors, and which actions are offered when."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from unfold.dataclasses import UnfoldAction

from desk.lists import ModelAdmin
from inventory.errors import WrongState

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

    def hold(self, document: Any) -> None:
        """Lock it as its verbs do, until the transaction ends.

        Raises WrongState when a verb changed its status since the page read it.
        """
        documents = type(document).objects.select_for_update(no_key=True)
        current = documents.filter(pk=document.pk).first()
        if current is None or current.status != document.status:
            raise WrongState(
                gettext("%s was changed meanwhile: look at it again.") % document, field="status"
            )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Only what is still as the page showed it."""
        self.hold(obj)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One by one, each under its lock, in primary-key order."""
        for document in queryset.order_by("pk"):
            self.delete_model(request, document)
