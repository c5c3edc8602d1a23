"""Forms of object actions. Every action asks first, so that no link alone changes anything."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import ActionDialog
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget

LARGEST = 1_000_000_000
"""More units than any line needs, and far enough from where a level's integer overflows."""


class ObjectDialog(BaseDialogForm):
    """A question about one object; `key` makes sending the answer twice harmless."""

    model: ClassVar[type[Model]]

    key = forms.CharField(initial=uuid.uuid4, widget=forms.HiddenInput, max_length=64)

    is_repeat = False
    """Whether this answer was given before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.object = self._find()

    def _find(self) -> Any:
        manager = self.model._default_manager  # noqa: SLF001 - Django's documented API
        try:
            return manager.get(pk=self.object_id)
        except (ObjectDoesNotExist, ValueError, ValidationError) as missing:
            raise Http404(f"{self.model.__name__} {self.object_id}") from missing

    @property
    def actor(self) -> str:
        """Who answers."""
        return str(self.request.user.get_username())


class QuantitiesDialog(ObjectDialog):
    """Asks how many units of each line; proposes all that remain.

    An answer given before is recognised by its key, and asked nothing: its units may be what no
    longer remains.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_repeat = self.is_bound and self.is_answered(self._given_key())
        if self.is_repeat:
            return
        for line, name, remaining in self.remaining():
            self.fields[f"line_{line}"] = forms.IntegerField(
                label=_("%(name)s (%(remaining)s left)") % {"name": name, "remaining": remaining},
                initial=remaining,
                min_value=0,
                max_value=remaining,
                required=False,
                widget=UnfoldAdminIntegerFieldWidget,
            )

    def remaining(self) -> list[tuple[int, str, int]]:
        """Line (a number of the form's own choice), name to show, and units that remain."""
        raise NotImplementedError

    def is_answered(self, key: str) -> bool:
        """Whether an answer of this key was carried out."""
        raise NotImplementedError

    def _given_key(self) -> str:
        return str(self.data.get(self.add_prefix("key"), "")).strip()

    def quantities(self) -> dict[int, int]:
        """Line to units, for the lines where any were given."""
        given = ((name, value) for name, value in self.cleaned_data.items() if value)
        return {
            int(name.removeprefix("line_")): value
            for name, value in given
            if name.startswith("line_")
        }


def ask(form: type[ObjectDialog], title: Any, description: Any, submit: Any) -> ActionDialog:
    """The dialog of an action: what is asked, what happens then, what the button says."""
    return ActionDialog(
        title=title, description=description, form_class=form, form_submit_text=submit
    )
