"""The form of a channel: built from what its kind asks for. Secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from channels import accounts, registry, rotation
from channels.contract import ChannelError, Connection, Parameter
from channels.models import Channel

PREFIX = "connection_"
REMOVE = "remove_"


class ChannelForm(forms.ModelForm):
    """Subclassed per kind by `form_for`; `parameters` are what the kind asks for."""

    kind_name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.instance.kind or self.kind_name
        location = self.fields.get("default_location")
        if isinstance(location, forms.ModelChoiceField):
            location.queryset = self.instance.locations.all()
        for parameter in registry.get(self.kind_name).parameters:
            field = self.fields.get(PREFIX + parameter.name)
            if field and not parameter.is_secret:
                field.initial = self.instance.settings.get(parameter.name, parameter.default)

    def clean(self) -> dict[str, Any]:
        """Each setting by itself, then all of them together, as the adapter will get them."""
        cleaned = super().clean() or self.cleaned_data
        values = self.values()
        problems = accounts.invalid_settings(self.kind_name, values)
        for name, problem in problems.items():
            if PREFIX + name not in self.errors:
                self.add_error(PREFIX + name, problem)
        if not problems:
            try:
                registry.get(self.kind_name)(Connection(values))
            except ChannelError as error:
                self.add_error(None, error.message)
            self._refuse_twin(values, is_active=bool(cleaned.get("is_active")))
        return cleaned

    def _refuse_twin(self, values: Mapping[str, str], *, is_active: bool) -> None:
        """Two active channels of one account would overwrite each other's numbers for ever."""
        names = [
            each.name
            for each in registry.get(self.kind_name).parameters
            if each.is_required and not each.is_secret
        ]
        if not (is_active and names):
            return
        others = Channel.objects.filter(kind=self.kind_name, is_active=True)
        for other in others.exclude(pk=self.instance.pk):
            if all(_same(values.get(name), other.settings.get(name)) for name in names):
                self.add_error(
                    PREFIX + names[0],
                    gettext(
                        "The channel “%(name)s” is connected to this account already. Change that"
                        " one, or switch it off first."
                    )
                    % {"name": other.name},
                )
                return

    def values(self) -> dict[str, str]:
        """All settings as they will be; an empty secret keeps the stored one."""
        return {
            parameter.name: value
            for parameter in registry.get(self.kind_name).parameters
            if (value := self._value(parameter))
        }

    def _value(self, parameter: Parameter) -> str:
        given = str(self.cleaned_data.get(PREFIX + parameter.name) or "").strip()
        if given or not parameter.is_secret or self.cleaned_data.get(REMOVE + parameter.name):
            return given
        return str(self.instance.credentials.get(parameter.name, ""))

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Plain settings and secrets each go to their own place."""
        values = self.values()
        parameters = registry.get(self.kind_name).parameters
        secrets = {each.name for each in parameters if each.is_secret}
        self.instance.settings = {
            name: value for name, value in values.items() if name not in secrets
        }
        self.instance.credentials = rotation.rotate(
            parameters,
            self.instance.credentials,
            {name: value for name, value in values.items() if name in secrets},
            timezone.now(),
        )
        return super().save(commit=commit)


def _same(one: object, other: object) -> bool:
    return str(one or "").casefold() == str(other or "").casefold()


def form_for(kind: str, stored: Mapping[str, str]) -> type[ChannelForm]:
    """The form for a kind. `stored` holds the secrets there are; only their names are used."""
    fields: dict[str, Any] = {"kind_name": kind}
    for parameter in registry.get(kind).parameters:
        fields[PREFIX + parameter.name] = _field(parameter, is_stored=parameter.name in stored)
        if parameter.name in stored and not parameter.is_required:
            fields[REMOVE + parameter.name] = forms.BooleanField(
                label=gettext("Remove what is stored: %(name)s")
                % {"name": gettext(parameter.label)},
                required=False,
                widget=UnfoldBooleanWidget(),
            )
    return type("KindForm", (ChannelForm,), fields)


def field_names(form: type[ChannelForm]) -> list[str]:
    """The fields that are the kind's own, in its order."""
    return [name for name in form.base_fields if name.startswith((PREFIX, REMOVE))]


def _field(parameter: Parameter, *, is_stored: bool) -> forms.CharField:
    advice = gettext(parameter.help) if parameter.help else ""
    widget: forms.Widget = UnfoldAdminTextInputWidget({"autocomplete": "off"})
    if parameter.is_secret:
        if is_stored:
            advice = gettext("Stored. Leave empty to keep it. %(advice)s") % {"advice": advice}
        widget = UnfoldAdminPasswordWidget({"autocomplete": "new-password"})
    return forms.CharField(
        label=gettext(parameter.label),
        help_text=advice,
        required=parameter.is_required and not is_stored,
        widget=widget,
    )
