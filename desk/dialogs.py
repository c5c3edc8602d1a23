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
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from unfold.dataclasses import ActionDialog
from unfold.forms import BaseDialogForm

from desk import history
from desk.cells import page_of
from desk.deadlocks import retried
from desk.errors import Refused

Verb = Callable[[Any, HttpRequest, Any], str | None]
"""Tells what was done; None when the same answer did it before."""


class ObjectDialog(BaseDialogForm):
    """A question about one object; `key` makes sending the answer twice harmless.

    The same answer given again is recognised by the object's history and asked nothing: what it
    was about may be gone. Another answer under the same key is refused, and goes on under a new
    one with all that was typed.
    """

    model: ClassVar[type[Model]]

    is_whole: ClassVar[bool] = True
    """Whether what is done and its history are one transaction: not where others are asked."""

    key = forms.CharField(initial=uuid.uuid4, widget=forms.HiddenInput, max_length=64)

    is_repeat = False
    """Whether this answer was given before."""

    data: Any
    fields: dict[str, forms.Field]
    _refusal = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.object: Any = find(self.model, self.object_id)
        if self.is_bound:
            self._judge()

    @property
    def actor(self) -> str:
        """Who answers."""
        return str(self.request.user.get_username())

    @property
    def answer(self) -> history.Answer:
        """What was answered, and to which of the object's questions."""
        match = self.request.resolver_match
        step = match.url_name if match else self.request.path
        key = str(self.data.get("key", "")).strip()
        said = {
            name: self.data.getlist(name)
            for name in sorted(self.data)
            if name not in _UNSAID and any(self.data.getlist(name))
        }
        return history.Answer(f"{step}:{key}", history.digest(said))

    def clean(self) -> dict[str, Any]:
        """Refused when the key did other work."""
        if self._refusal:
            raise ValidationError(self._refusal)
        given: dict[str, Any] = super().clean() or self.cleaned_data
        return given

    def render_before_template(self) -> str:
        """With why it is refused as a whole, which Unfold's dialog says nowhere."""
        errors = format_html_join(" ", "{}", ((each,) for each in self.non_field_errors()))
        shown: str = super().render_before_template()
        if not errors:
            return shown
        note = '<div class="sc-note sc-note-bad mb-4" role="alert">{}</div>{}'
        return format_html(note, errors, shown)

    def _judge(self) -> None:
        try:
            self.is_repeat = history.is_answered(self.object, self.answer)
        except Refused as refused:
            self._refusal = refused.message
            self.data = self.data.copy()
            self.data["key"] = str(uuid.uuid4())
        if self.is_repeat:
            self.fields = {name: self.fields[name] for name in _ALWAYS}


_ALWAYS = ("_form_submitted", "key")
_UNSAID = {*_ALWAYS, "csrfmiddlewaretoken"}
"""Fields of every dialog that say nothing."""


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
        carry_out = _whole if form.is_whole else _done
        try:
            message = None if form.is_repeat else carry_out(self, request, form, verb)
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
        else:
            is_new = message is not None
            level = messages.SUCCESS if is_new else messages.INFO
            self.message_user(request, message or gettext("Already done."), level)
        url = page_of(form.object)
        if request.headers.get("HX-Request"):
            # A dialog was posted by htmx, which would swap a redirect's page into the dialog.
            return HttpResponse(headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)

    return view


@retried
@transaction.atomic
def _whole(page: ModelAdmin, request: HttpRequest, form: ObjectDialog, verb: Verb) -> str | None:
    """Of two clicks at once, the second waits here, and sees what the first did."""
    history.await_turn(form.answer.key)
    if history.is_answered(form.object, form.answer):
        return None
    return _done(page, request, form, verb)


def _done(page: ModelAdmin, request: HttpRequest, form: ObjectDialog, verb: Verb) -> str | None:
    message = verb(page, request, form)
    if message is not None:
        page.log_change(request, form.object, history.kept(message, form.answer))
    return message
