"""What a partner may see, as its page asks and tells it: warehouses and channels by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldBooleanSwitchWidget

from channels.models import Channel
from inventory.models import Warehouse
from partners.models import Partner


class Sight(NamedTuple):
    """One kind of thing that is seen: the partner's column, the model, and the form's fields."""

    column: str
    model: type[Model]
    everything: str
    chosen: str
    plural: str


SIGHTS = (
    Sight("warehouse_ids", Warehouse, "sees_all_warehouses", "warehouses", "warehouses"),
    Sight("channel_ids", Channel, "sees_all_channels", "channels", "channels"),
)


def names(model: type[Model], ids: Iterable[int]) -> dict[int, str]:
    """What these are called, also those that were deleted meanwhile, as their history names them;
    in the order of their names."""
    asked = set(ids)
    rows = model._default_manager.filter(pk__in=asked)  # noqa: SLF001 - Django's documented API
    found = {int(row.pk): str(row) for row in rows}
    gone = asked - found.keys()
    if gone:
        ends = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model),
            object_id__in=[str(pk) for pk in gone],
            action_flag=DELETION,
        )
        known = {int(entry.object_id): entry.object_repr for entry in ends if entry.object_id}
        found |= {
            pk: gettext("%(name)s (deleted)") % {"name": known.get(pk, f"#{pk}")} for pk in gone
        }
    return dict(sorted(found.items(), key=lambda item: item[1].casefold()))


ALL = {
    "warehouses": _("All warehouses, also those to come"),
    "channels": _("All channels, also those to come"),
}
NONE = {"warehouses": _("No warehouses"), "channels": _("No channels")}


def told(partner: Partner, sight: Sight) -> str:
    """What it sees of this kind, as a sentence."""
    ids = getattr(partner, sight.column)
    if ids is None:
        return str(ALL[sight.plural])
    return ", ".join(names(sight.model, ids).values()) or str(NONE[sight.plural])


def _switch(plural: str) -> forms.BooleanField:
    return forms.BooleanField(
        label=ALL[plural],
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
    )


def _choice(help_text: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        help_text=help_text,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


class PartnerForm(forms.ModelForm):
    """A partner, with what it may see. A new one sees nothing until somebody says so."""

    sees_all_warehouses = _switch("warehouses")
    warehouses = _choice(_("Stock, receipts and orders of all others do not exist for it."))
    sees_all_channels = _switch("channels")
    channels = _choice(_("Listings, orders and what was told elsewhere do not exist for it."))

    class Meta:
        model = Partner
        fields = ("name", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for sight in SIGHTS:
            ids = getattr(self.instance, sight.column) if self.instance.pk else []
            self.initial[sight.everything] = ids is None
            self.initial[sight.chosen] = ids or []
            field = self.fields.get(sight.chosen)
            if isinstance(field, forms.ChoiceField):
                field.choices = list(names(sight.model, self._offered(sight, ids)).items())

    def _offered(self, sight: Sight, ids: list[int] | None) -> set[int]:
        rows = sight.model._default_manager  # noqa: SLF001 - Django's documented API
        return set(rows.values_list("pk", flat=True)) | set(ids or [])

    def clean(self) -> dict[str, Any]:
        """What was ticked, as the partner keeps it."""
        cleaned = super().clean() or self.cleaned_data
        for sight in SIGHTS:
            if sight.chosen in cleaned:
                ids = None if cleaned.get(sight.everything) else sorted(cleaned[sight.chosen])
                setattr(self.instance, sight.column, ids)
        return cleaned
