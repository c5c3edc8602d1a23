"""A form that writes what its person changed, and leaves alone what others changed meanwhile."""

from __future__ import annotations

from typing import Any

from django import forms


class AsShownForm(forms.ModelForm):
    """Beside each field stands hidden what was shown there: a field that is sent as it was shown is
    not written, whatever is in the database by now. Who sends none of that (a program) writes all
    fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_as_shown = not self.is_bound or any(
            self.add_initial_prefix(name) in self.data for name in self.fields
        )
        for field in self.fields.values():
            field.show_hidden_initial = self.is_as_shown

    def clean(self) -> Any:
        """What was not touched is as it is now."""
        cleaned = super().clean() or self.cleaned_data
        if self.is_as_shown and self.instance.pk:
            for name in cleaned.keys() - set(self.changed_data):
                cleaned[name] = self.now(name, cleaned[name])
        return cleaned

    def now(self, name: str, sent: Any) -> Any:
        """What an untouched field is now. sent: what was sent, which is what was shown."""
        return getattr(self.instance, name, sent)
