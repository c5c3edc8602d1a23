"""Locations: which warehouses a channel's place shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from channels import due, mirroring
from channels.admin.rehearsing import RehearsedMixin, tried
from channels.models import Channel, Location
from desk.lists import ModelAdmin, TabularInline
from desk.refusals import RefusalsMixin
from inventory.models import Warehouse


def refuse_shared(warehouses: Iterable[Warehouse]) -> None:
    """A warehouse at two places of one channel would be offered for sale twice."""
    shared = [place.name for place, uses in Counter(warehouses).items() if uses > 1]
    if shared:
        raise ValidationError(
            gettext(
                "%(warehouses)s feeds two locations, so its stock would be shown twice. Leave each"
                " warehouse at one location."
            )
            % {"warehouses": ", ".join(shared)}
        )


def plain(field: Any) -> Any:
    """A form field without the links to add or edit what it refers to."""
    if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget
    return field


class MappingMixin:
    """Warehouses as checkboxes, asked for once however many locations there are."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Warehouses are made on their own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        return plain(field)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are fixed for the request, so that no row asks again."""
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        field.choices = [(place.pk, _shown(place)) for place in _choosable()]
        return field


def _choosable() -> QuerySet[Warehouse]:
    """Active warehouses, and those mapped already: saving a form must not unmap one unasked."""
    mapped = Location.warehouses.through.objects.values("warehouse")
    return Warehouse.objects.filter(Q(is_active=True) | Q(pk__in=mapped))


def _shown(place: Warehouse) -> str:
    if place.is_active:
        return place.name
    return gettext("%(warehouse)s (inactive)") % {"warehouse": place.name}


class MirrorForm(forms.ModelForm):
    """A location whose stock may become a warehouse's. The field is not saved like another: the
    verbs of mirroring do that, by `point`, once the mapping is stored."""

    wanted: Warehouse | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("mirror")
        if field is not None:
            field.label = _("Becomes the stock of")
            field.help_text = gettext(
                "The other way round: what the channel shows here (its available number;"
                " unknown where it tracks none) becomes the stock of this empty warehouse, and"
                " of whatever that feeds at other channels. Nothing is told to this location"
                " then."
            )

    def clean(self) -> dict[str, Any]:
        """What can be told beside the field; the rest is refused when it is saved."""
        cleaned = super().clean() or self.cleaned_data
        wanted = cleaned.get("mirror")
        other = (
            wanted and Location.objects.filter(mirror=wanted).exclude(pk=self.instance.pk).first()
        )
        if other:
            self.add_error(
                "mirror",
                gettext(
                    "%(warehouse)s is the stock of %(location)s already: empty that first, or"
                    " choose another."
                )
                % {"warehouse": wanted, "location": other},
            )
        if wanted and cleaned.get("warehouses"):
            self.add_error(
                "mirror",
                gettext(
                    "Warehouses feed this location, so what it shows is theirs: untick them, or"
                    " leave this empty."
                ),
            )
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """The question whether it is taken is answered above, with a remedy."""
        return {*super()._get_validation_exclusions(), "mirror"}  # type: ignore[misc]

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """All but the mirror."""
        if "mirror" in self.fields:
            self.wanted = self.instance.mirror
            self.instance.mirror_id = self.initial.get("mirror")
        return super().save(commit=commit)

    def point(self, *, is_away: bool) -> None:
        """Attach or detach what was asked for: what is to go away first, wherever it stands."""
        is_changed = "mirror" in self.changed_data
        if is_changed and is_away:
            mirroring.detach(self.instance)
        elif is_changed and self.wanted is not None:
            mirroring.attach(self.instance, self.wanted)


class MappingFormSet(PaginationInlineFormSet):
    """The locations of one channel together."""

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Raises Mirrored; all of it is undone then."""
        saved = super().save(commit=commit)
        for is_away in (True, False):
            for form in self.initial_forms:
                form.point(is_away=is_away)
        mirroring.demand_sound(self.instance)
        return saved

    def clean(self) -> None:
        super().clean()
        given = [form.cleaned_data.get("warehouses") or () for form in self.forms]
        refuse_shared(warehouse for warehouses in given for warehouse in warehouses)


class LocationInline(MappingMixin, TabularInline):
    """The mapping, on the channel's page. Locations come from the channel itself."""

    model = Location
    form = MirrorForm
    formset = MappingFormSet
    verbose_name_plural = _("locations, and the warehouses that each one shows")
    fields = ["name", "is_active", "is_enabled", "warehouses", "mirror"]
    readonly_fields = ["name", "is_active"]
    autocomplete_fields = ["mirror"]
    extra = 0
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        rows: QuerySet[Location] = super().get_queryset(request)
        return rows.prefetch_related("warehouses").select_related("mirror")

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change the channel may map it."""
        return request.user.has_perms(["channels.change_channel"])

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perms(["channels.view_channel"])

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class LocationForm(MirrorForm):
    """One location, checked against its neighbours."""

    def clean_warehouses(self) -> Any:
        """Refuses a warehouse that feeds another location of the channel."""
        given = self.cleaned_data["warehouses"]
        neighbours = Location.objects.filter(channel=self.instance.channel_id).exclude(
            pk=self.instance.pk
        )
        taken = Warehouse.objects.filter(pk__in=neighbours.values("warehouses"))
        refuse_shared([*given, *taken.distinct()])
        return given

    def _save_m2m(self) -> None:
        """The mirror comes last: only now the warehouses are those of the form."""
        super()._save_m2m()  # type: ignore[misc]
        for is_away in (True, False):
            self.point(is_away=is_away)
        mirroring.demand_sound(self.instance.channel)


@admin.register(Location)
class LocationAdmin(RehearsedMixin, MappingMixin, RefusalsMixin, ModelAdmin):
    """All places of all channels."""

    form = LocationForm
    list_display = ["name", "channel", "show_warehouses", "show_mirror", "is_active", "is_enabled"]
    list_filter = [("channel", RelatedDropdownFilter), "is_active", "is_enabled"]
    list_select_related = ["channel", "mirror"]
    search_fields = ["name", "channel__name"]
    search_help_text = _("Name of the location or channel")
    ordering = ["channel__name", "name"]
    fields = ["channel", "name", "external_id", "is_active", "is_enabled", "warehouses", "mirror"]
    readonly_fields = ["channel", "name", "external_id", "is_active"]
    autocomplete_fields = ["mirror"]
    empty_hint = _("Locations come from the channels: open a channel and use Load locations.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        rows: QuerySet[Location] = super().get_queryset(request)
        return rows.prefetch_related("warehouses")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """A changed mapping changes every number at the channel."""
        super().save_related(request, form, formsets, change)
        if form.changed_data:
            channel = Channel.objects.get(pk=form.instance.channel_id)
            is_silenced = not form.instance.is_enabled and "is_enabled" in form.changed_data
            silenced = [form.instance.pk] if is_silenced else []
            change_made = tried(channel.locations.all(), silenced)
            self.rehearse(request, change_made, str(form.instance))
            due.by_channel(channel)
            self.say_what_follows(request, channel)

    @display(description=_("Shows the stock of"))
    def show_warehouses(self, location: Location) -> str:
        return ", ".join(warehouse.name for warehouse in location.warehouses.all()) or "–"

    @display(description=_("Becomes the stock of"), ordering="mirror__name")
    def show_mirror(self, location: Location) -> str:
        return location.mirror.name if location.mirror else "–"
