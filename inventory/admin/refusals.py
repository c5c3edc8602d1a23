"""What a verb refuses is told on the page, and nothing else happens. Higher floors use this too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from inventory.admin.dialogs import ObjectDialog
from inventory.errors import Refused

Verb = Callable[[Any, HttpRequest, Any], str | None]
"""Tells what was done; None when the same answer did it before."""


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
            return HttpResponseRedirect(_page(self, "changelist"))

    def _tell(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        self.message_user(request, refused.message, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


def reported(verb: Verb) -> Callable[..., HttpResponse]:
    """Make a detail action of `verb(self, request, form) -> message`.

    The message is shown and kept in the object's history; a refusal is shown instead, and of an
    answer given before it is only said that it was. Either way the person is back at the object.
    """

    @wraps(verb)
    def view(
        self: ModelAdmin, request: HttpRequest, form: ObjectDialog, object_id: str
    ) -> HttpResponse:
        try:
            message = None if form.is_repeat else verb(self, request, form)
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
        else:
            _report(self, request, form, message)
        url = _page(self, "change", object_id)
        if request.headers.get("HX-Request"):
            # A dialog was posted by htmx, which would swap a redirect's page into the dialog.
            return HttpResponse(headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)

    return view


def _report(
    page: ModelAdmin, request: HttpRequest, form: ObjectDialog, message: str | None
) -> None:
    if message is None:
        page.message_user(request, gettext("Already done."), messages.INFO)
        return
    page.log_change(request, form.object, message)
    page.message_user(request, message, messages.SUCCESS)


def _page(page: ModelAdmin, name: str, *args: object) -> str:
    options = page.opts
    return reverse(
        f"{page.admin_site.name}:{options.app_label}_{options.model_name}_{name}", args=args
    )
