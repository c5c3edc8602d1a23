"""Dialogs of object actions: every one asks first, so that no link alone changes anything."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from unfold.dataclasses import ActionDialog
from unfold.forms import BaseDialogForm

from desk.cells import page_of
from desk.errors import Refused

Verb = Callable[[Any, HttpRequest, Any], str | None]
"""Tells what was done; None when the same answer did it before."""


class ObjectDialog(BaseDialogForm):
    """A question about one object; `key` makes sending the answer twice harmless."""

    model: ClassVar[type[Model]]

    key = forms.CharField(initial=uuid.uuid4, widget=forms.HiddenInput, max_length=64)

    is_repeat = False
    """Whether this answer was given before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.object: Any = find(self.model, self.object_id)

    @property
    def actor(self) -> str:
        """Who answers."""
        return str(self.request.user.get_username())


def find(model: type[Model], object_id: Any) -> Any:
    """A record by what its address says. Raises Http404."""
    manager = model._default_manager  # noqa: SLF001 - Django's documented API
    try:
        return manager.get(pk=object_id)
    except (ObjectDoesNotExist, ValueError, ValidationError) as missing:
        raise Http404(f"{model.__name__} {object_id}") from missing


def ask(form: type[ObjectDialog], title: Any, description: Any, submit: Any) -> ActionDialog:
    """The dialog of an action: what is asked, what happens then, what the button says."""
    return ActionDialog(
        title=title, description=description, form_class=form, form_submit_text=submit
    )


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
        url = page_of(form.object)
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
