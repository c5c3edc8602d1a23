"""Form fields that every floor's pages share."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

_DIGITS = re.compile(r"[+-]?[0-9]+")


class WholeNumberField(forms.IntegerField):
    """Digits alone, with a sign at most: 1.000 is a thousand to one reader and 1 to another, and
    pages show both."""

    default_error_messages = {
        "invalid": _("Write the number in digits alone, such as 1000, without point or comma."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(self.widget, forms.NumberInput):
            # Of a number field that it can not read, a browser sends nothing: not even that
            # something was typed, so it could be neither refused nor shown again.
            self.widget.input_type = "text"

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Digits on a phone, whose pad of digits has no minus."""
        least = self.min_value() if callable(self.min_value) else self.min_value
        proposed = "text" if least is None or least < 0 else "numeric"
        return {"inputmode": widget.attrs.get("inputmode", proposed)}

    def to_python(self, value: Any) -> int | None:
        """Raises ValidationError."""
        if isinstance(value, str) and value.strip() and not _DIGITS.fullmatch(value.strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        number: int | None = super().to_python(value)
        return number


class WholeNumbersMixin:
    """Asks for every whole number of a record by the field above."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.IntegerField):
            kwargs.setdefault("form_class", WholeNumberField)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
