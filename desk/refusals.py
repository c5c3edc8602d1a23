"""What a verb refuses is told on the page, and nothing else happens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from desk.cells import list_of
from desk.errors import Refused


class RefusalsMixin(ModelAdmin):
    """Turns a refusal while saving or in a bulk action into a message; all of it is undone."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form again, with the reason."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refused:
            return self._tell(request, refused)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The list again, with the reason."""
        try:
            return super().changelist_view(request, *args, **kwargs)
        except Refused as refused:
            return self._tell(request, refused)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """The list, with the reason: what can not be deleted any more has no such page."""
        try:
            return super().delete_view(request, object_id, *args, **kwargs)
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
            return HttpResponseRedirect(list_of(self.model))

    def _tell(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        self.message_user(request, refused.message, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())
