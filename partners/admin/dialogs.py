"""Dialogs of object actions: every one asks first, so that no link alone changes anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.dataclasses import ActionDialog
from unfold.forms import BaseDialogForm

from partners.admin.cells import page_of

Verb = Callable[[Any, HttpRequest, Any], str | None]
"""Tells what was done; None when it was done before."""


class RecordDialog(BaseDialogForm):
    """A question about one record."""

    model: ClassVar[type[Model]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.object: Any = find(self.model, self.object_id)


def find(model: type[Model], object_id: Any) -> Any:
    """A record by what its address says. Raises Http404."""
    rows = model._default_manager.all()  # noqa: SLF001 - Django's documented API
    found = rows.filter(pk=object_id).first() if str(object_id).isdecimal() else None
    if found is None:
        raise Http404(f"{model.__name__} {object_id}")
    return found


def ask(form: type[RecordDialog], title: str, description: str, submit: str) -> ActionDialog:
    """The dialog of an action: what is asked, what happens then, what the button says."""
    return ActionDialog(
        title=title, description=description, form_class=form, form_submit_text=submit
    )


def told(verb: Verb) -> Callable[..., HttpResponse]:
    """Make a detail action of `verb(self, request, form) -> message`, which is shown and kept in
    the record's history."""

    @wraps(verb)
    def view(
        self: ModelAdmin, request: HttpRequest, form: RecordDialog, object_id: str
    ) -> HttpResponse:
        message = verb(self, request, form)
        if message is None:
            self.message_user(request, "Already done.", messages.INFO)
        else:
            self.log_change(request, form.object, message)
            self.message_user(request, message, messages.SUCCESS)
        url = page_of(form.object)
        if request.headers.get("HX-Request"):
            # A dialog was posted by htmx, which would swap a redirect's page into the dialog.
            return HttpResponse(headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)

    return view
