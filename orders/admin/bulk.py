"""What is done to many chosen orders at once. Each calls one verb and tells how many changed."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from desk.lists import ModelAdmin
from inventory.ledger import Cause
from orders import intake
from orders.models import SalesOrder

Orders = QuerySet[SalesOrder]


class BulkActions(ModelAdmin):
    """Mixed into the order list."""

    actions: Any = ["close", "cancel", "dispatch_elsewhere", "archive", "unarchive"]

    @action(description=_("Close"), permissions=["change"])
    def close(self, request: HttpRequest, orders: Orders) -> None:
        self._tell_number(request, intake.close(_ids(orders)))

    @action(description=_("Cancel (holds stock until archived)"), permissions=["change"])
    def cancel(self, request: HttpRequest, orders: Orders) -> None:
        ids = orders.exclude(status=SalesOrder.Status.CANCELED).order_by("pk")
        with transaction.atomic():
            canceled = [intake.cancel(pk, self._cause(request)) for pk in _ids(ids)]
        self._tell_number(request, len(canceled))

    @action(description=_("Mark as dispatched elsewhere"), permissions=["change"])
    def dispatch_elsewhere(self, request: HttpRequest, orders: Orders) -> None:
        self._tell_number(request, intake.dispatch(_ids(orders), self._cause(request)))

    @action(description=_("Archive (releases what they hold)"), permissions=["change"])
    def archive(self, request: HttpRequest, orders: Orders) -> None:
        self._tell_number(request, intake.archive(_ids(orders), self._cause(request)))

    @action(description=_("Unarchive"), permissions=["change"])
    def unarchive(self, request: HttpRequest, orders: Orders) -> None:
        self._tell_number(request, intake.unarchive(_ids(orders), self._cause(request)))

    @staticmethod
    def _cause(request: HttpRequest) -> Cause:
        return Cause(actor=request.user.get_username())

    def _tell_number(self, request: HttpRequest, number: int) -> None:
        told = ngettext("%d order changed.", "%d orders changed.", number) % number
        if not number:
            told = gettext("Nothing changed: the chosen orders were like that already.")
        self.message_user(request, told, messages.SUCCESS if number else messages.INFO)


def _ids(orders: Any) -> Collection[int]:
    return list(orders.values_list("pk", flat=True))
