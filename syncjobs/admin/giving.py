"""Who looks after people makes nobody more than he is himself, himself least of all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext
from unfold.forms import UserChangeForm

from syncjobs.admin.rights import Boxes, spoken


def has_all(giver: Any, permissions: Iterable[Permission]) -> bool:
    """Whether he has each of these rights, which must come with their content types."""
    if giver.is_active and giver.is_superuser:
        return True
    own = giver.get_all_permissions()
    return all(f"{each.content_type.app_label}.{each.codename}" in own for each in permissions)


def held(person: User) -> Iterable[Permission]:
    """The rights that a person has, or would have once made active again."""
    of_person = Q(user=person) | Q(group__user=person)
    return Permission.objects.filter(of_person).select_related("content_type").distinct()


def why_not_person(giver: Any, person: User) -> str:
    """Why he may not change this person's account, in words; "" when he may."""
    if person.is_superuser and not giver.is_superuser:
        return gettext("Only an administrator may change an administrator's account.")
    return ""


def why_not_password(giver: Any, person: User) -> str:
    """As why_not_person: who sets a password can log in with it."""
    if giver.is_superuser or giver.pk == person.pk:
        return ""
    if person.is_superuser or not has_all(giver, held(person)):
        return gettext(
            "Only somebody who may do all that this person may do sets the password: it lets"
            " whoever knows it in."
        )
    return ""


def why_not_group(giver: Any, group: Group) -> str:
    """Why he may not change or delete this group, which comes with its rights, in words; "" when
    he may."""
    if has_all(giver, group.permissions.all()):
        return ""
    return gettext(
        "This group may do more than you may: only somebody who may do all of it changes or"
        " deletes it."
    )


class PersonForm(UserChangeForm):
    """A person, put into groups and taken out of them by `giver`."""

    giver: ClassVar[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            field = self.fields["groups"]
            beyond = {
                str(each.pk)
                for each in field.queryset
                if not has_all(self.giver, each.permissions.all())
            }
            _lock(field.widget, beyond, self.instance.groups.all())
        if "user_permissions" in self.fields:
            own = self.instance.user_permissions.select_related("content_type")
            self.fields["user_permissions"].widget.keep_unseen(own)
        if refusal := why_not_password(self.giver, self.instance):
            self.fields["password"].help_text = refusal

    def clean_groups(self) -> Any:
        """Refuses groups that may do more than the giver."""
        chosen = self.cleaned_data["groups"]
        if names := [gettext(each.name) for each in _refused(self.fields["groups"], chosen)]:
            raise ValidationError(
                gettext("Only somebody who may do all that a group may do gives it: %(groups)s.")
                % {"groups": ", ".join(names)}
            )
        return chosen


class GroupForm(ModelForm):
    """A group, given rights and taken rights from by `giver`."""

    giver: ClassVar[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permissions" in self.fields:
            field: Any = self.fields["permissions"]
            beyond = {str(each.pk) for each in field.queryset if not has_all(self.giver, [each])}
            given: Iterable[Permission] = ()
            if self.instance.pk:
                given = list(self.instance.permissions.select_related("content_type"))
            _lock(field.widget, beyond, given)
            field.widget.keep_unseen(given)

    def clean_permissions(self) -> Any:
        """Refuses rights that the giver has not himself."""
        chosen = self.cleaned_data["permissions"]
        if labels := [spoken(each) for each in _refused(self.fields["permissions"], chosen)]:
            raise ValidationError(
                gettext("You can give only rights that you have yourself, not: %(rights)s.")
                % {"rights": ", ".join(labels)}
            )
        return chosen


def _lock(boxes: Boxes, beyond: set[str], given: Iterable[Group | Permission]) -> None:
    boxes.locked = frozenset(beyond)
    boxes.kept = frozenset(str(each.pk) for each in given) & boxes.locked


def _refused(field: Any, chosen: Iterable[Any]) -> list[Any]:
    """Those chosen that are locked and were not given before."""
    return [each for each in chosen if str(each.pk) in field.widget.locked - field.widget.kept]


class GivingMixin(admin.ModelAdmin):
    """What the person may not touch is shown to be read, and refused in words when asked for."""

    def why_not(self, request: HttpRequest, obj: Any) -> str:
        """Why this person may not touch this record, in words; "" when he may."""
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may: bool = super().has_change_permission(request, obj)
        return may and not (obj and self.why_not(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may: bool = super().has_delete_permission(request, obj)
        return may and not (obj and self.why_not(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With why nothing of it can be changed, where somebody could who may do more."""
        fieldsets = super().get_fieldsets(request, obj)
        refusal = self.why_not(request, obj) if obj else ""
        if not refusal or not super().has_change_permission(request, obj):
            return fieldsets
        (title, options), *others = fieldsets
        return [(title, {**options, "description": refusal}), *others]

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """A form that knows who gives."""
        form = super().get_form(request, obj, *args, **kwargs)
        return type(form.__name__, (form,), {"giver": request.user})

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """The page, or why it takes nothing from this person."""
        if request.method == "POST":
            self._refuse(request, object_id, self.why_not)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: Any, *args: Any, **kwargs: Any) -> Any:
        """As changeform_view."""
        self._refuse(request, object_id, self.why_not)
        return super().delete_view(request, object_id, *args, **kwargs)

    def _refuse(self, request: HttpRequest, object_id: Any, why_not: Any) -> None:
        """Raises PermissionDenied with the reason; who may see none is told none."""
        if object_id is None or not self.has_change_permission(request):
            return
        obj = self.get_object(request, unquote(str(object_id)))
        if obj is not None and (refusal := why_not(request, obj)):
            raise PermissionDenied(refusal)
