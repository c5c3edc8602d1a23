"""Dialogs that ask for units. Every action asks first, so that no link alone changes anything."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from desk.dialogs import ObjectDialog
from desk.fields import WholeNumberField

LARGEST = 1_000_000_000
"""More units than any line needs, and far enough from where a level's integer overflows."""


class QuantitiesDialog(ObjectDialog):
    """Asks how many units of each line; proposes all that remain."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_repeat:
            return
        for line, name, remaining in self.remaining():
            self.fields[f"line_{line}"] = WholeNumberField(
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

    def quantities(self) -> dict[int, int]:
        """Line to units, for the lines where any were given."""
        given = ((name, value) for name, value in self.cleaned_data.items() if value)
        return {
            int(name.removeprefix("line_")): value
            for name, value in given
            if name.startswith("line_")
        }
