"""Saving in two steps: what a change would tell the channels is shown first, and nothing is written
before a person confirmed it. Going back keeps what was typed, because the address holds it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse

from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin

CONFIRMED = "_confirmed"
SEEN = "_seen"
TYPED = "_typed"
OURS = {"csrfmiddlewaretoken", CONFIRMED, SEEN, "_save", "_continue", "_addanother", "_update"}


class Unconfirmed(Exception):  # noqa: N818 - not an error: a person is to be asked
    """The form is right, and nobody has confirmed it yet."""

    def __init__(self, form: Any) -> None:
        super().__init__("a person has to confirm this first")
        self.form = form


class TypedForm(forms.ModelForm):
    """Opens with what was typed before, if the address tells."""

    typed: ClassVar[QueryDict | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fill()
        if self.typed is not None and not self.is_bound:
            self.initial.update({name: self._typed(name, self.typed) for name in self.fields})

    def fill(self) -> None:
        """Put in what is stored elsewhere than on the record itself."""

    def _typed(self, name: str, typed: QueryDict) -> Any:
        is_many = isinstance(self.fields[name], forms.ModelMultipleChoiceField)
        return typed.getlist(name) if is_many else typed.get(name)


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """What a person typed, as pairs for hidden inputs."""
    given = request.POST.lists()
    return [(name, str(value)) for name, values in given if name not in OURS for value in values]


def back_to(request: HttpRequest) -> str:
    """Address of the form with all that was typed."""
    query = QueryDict(mutable=True)
    query[TYPED] = "1"
    for name, value in typed_in(request):
        query.appendlist(name, value)
    return f"{request.path}?{query.urlencode()}"


class PreviewedMixin(RefusalsMixin, ModelAdmin):
    """Saves what was confirmed, and shows a preview of everything else."""

    preview_template = "admin/stockcast/preview.html"

    def preview_context(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        """What the preview page shows of a valid form."""
        raise NotImplementedError

    def confirm(self, request: HttpRequest, form: Any) -> None:
        """Raises Unconfirmed unless the person has seen the preview. Call before writing."""
        if CONFIRMED not in request.POST:
            raise Unconfirmed(form)

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        if request.method == "GET" and TYPED in request.GET:
            kwargs["form"] = type("FilledForm", (self.form,), {"typed": request.GET})
        return super().get_form(request, obj, change=change, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The preview instead of the saved record, until it is confirmed."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Unconfirmed as asked:
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "typed": typed_in(request),
                "back": back_to(request),
                "confirmed": CONFIRMED,
                **self.preview_context(request, asked.form),
            }
            return TemplateResponse(request, self.preview_template, context)

    def _tell(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        """What was refused is said on the form, with all that was typed."""
        self.message_user(request, refused.message, messages.ERROR)
        url = back_to(request) if CONFIRMED in request.POST else request.get_full_path()
        return HttpResponseRedirect(url)
