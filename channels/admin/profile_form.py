"""The form of a global profile: its name, and the rule that its next version is to be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import IntegerField, Q
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
)

from channels import selling
from channels.admin.previewing import TypedForm
from channels.models import Profile, ProfileVersion
from channels.profiles import rule_of
from channels.rules import ONCE, Mode, Rule
from desk.fields import WholeNumberField
from inventory.models import Warehouse

RULE = ["mode", "quantity", "buffer", "percentage", "minimum", "unknown", "warehouses"]
FROM_STOCK = ["buffer", "percentage", "minimum", "unknown", "warehouses"]
"""What matters only where the number is made of stock."""
NUMBERED = frozenset({Mode.CUSTOM, Mode.NOT_MORE_THAN})

HELP = {
    "mode": _(
        "Product value: the quantity at hand. Single stock: 1. Custom quantity: the number you"
        " give. Not more than: the quantity at hand up to the number you give. Single stock and"
        " custom quantity are told once and left alone until Update Q."
    ),
    "quantity": _("How many the channel is told, or at most is told."),
}


def _asked(name: str, widget: type[forms.Widget], **more: Any) -> Any:
    """A form field as the stored column has it: label, limits, choices."""
    column: Any = ProfileVersion._meta.get_field(name)  # noqa: SLF001 - Django's documented API
    if isinstance(column, IntegerField):
        more["form_class"] = WholeNumberField
    field = column.formfield(widget=widget, **more)
    field.help_text = HELP.get(name, field.help_text)
    return field


class ProfileForm(TypedForm):
    """What the chosen mode has no use for is neither asked nor kept."""

    mode = _asked("mode", UnfoldAdminSelectWidget)
    quantity = _asked("quantity", UnfoldAdminIntegerFieldWidget)
    buffer = _asked("buffer", UnfoldAdminIntegerFieldWidget, required=False)
    percentage = _asked("percentage", UnfoldAdminIntegerFieldWidget, required=False)
    minimum = _asked("minimum", UnfoldAdminIntegerFieldWidget, required=False)
    unknown = _asked("unknown", UnfoldAdminSelectWidget, required=False)
    warehouses = forms.ModelMultipleChoiceField(
        Warehouse.objects.none(),
        required=False,
        label=_("Use warehouse"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_(
            "Only the stock of the chosen ones counts, of those that feed the location. None"
            " chosen: the total of all."
        ),
    )

    class Meta:
        model = Profile
        fields = ("name",)

    def fill(self) -> None:
        """The rule as it is now; an archived warehouse can be chosen as long as it is."""
        version = self.instance.versions.first() if self.instance.pk else None
        chosen = version.warehouse_ids if version else []
        if version:
            self.initial.update({name: getattr(version, name) for name in RULE[:-1]})
            self.initial["warehouses"] = chosen
        field = self.fields.get("warehouses")
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = Warehouse.objects.filter(Q(is_active=True) | Q(pk__in=chosen))

    def clean(self) -> dict[str, Any]:
        """A rule that can not be meant is refused at the field to correct."""
        cleaned = super().clean() or self.cleaned_data
        if not set(RULE) & set(self.errors):
            try:
                selling.validate(self.draft())
            except ValidationError as error:
                for name, problems in error.message_dict.items():
                    self.add_error("warehouses" if name == "warehouse_ids" else name, problems)
        return cleaned

    def draft(self) -> ProfileVersion:
        """What the profile is to say; what the mode has no use for is as it is by default."""
        given = self.cleaned_data
        mode = Mode(given["mode"])
        draft = ProfileVersion(mode=mode.value)
        if mode in NUMBERED:
            draft.quantity = given["quantity"]
        if mode in ONCE:
            return draft
        for name in FROM_STOCK[:-1]:
            if given[name] not in {None, ""}:
                setattr(draft, name, given[name])
        draft.warehouse_ids = sorted(warehouse.pk for warehouse in given["warehouses"])
        return draft

    def rule(self) -> Rule:
        """The rule that would be saved."""
        return rule_of(self.draft(), self.instance, 1)

    @property
    def is_rule_changed(self) -> bool:
        """Whether more than the name changed."""
        return bool(set(self.changed_data) & set(RULE))
