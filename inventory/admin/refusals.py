"""What a verb refuses is told on the page, and nothing else happens. Higher floors use this too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from inventory.admin.dialogs import ObjectDialog
from inventory.errors import Refused

Verb = Callable[[Any, HttpRequest, Any], str]


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

    def _tell(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        self.message_user(request, refused.message, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


def reported(verb: Verb) -> Callable[..., HttpResponse]:
    """Make a detail action of `verb(self, request, form) -> message`.

    The message is shown and kept in the object's history; a refusal is shown instead. Either way
    the person is back at the object.
    """

    @wraps(verb)
    def view(
        self: ModelAdmin, request: HttpRequest, form: ObjectDialog, object_id: str
    ) -> HttpResponse:
        try:
            message = verb(self, request, form)
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
        else:
            self.log_change(request, form.object, message)
            self.message_user(request, message, messages.SUCCESS)
        options = self.opts
        url = reverse(
            f"{self.admin_site.name}:{options.app_label}_{options.model_name}_change",
            args=(object_id,),
        )
        if request.headers.get("HX-Request"):
            # A dialog was posted by htmx, which would swap a redirect's page into the dialog.
            return HttpResponse(headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)

    return view
