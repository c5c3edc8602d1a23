"""Users and groups, in the house's style."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from channels.admin.location import plain
from desk.cells import NOTHING, link, list_of
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from syncjobs.admin.giving import (
    GivingMixin,
    GroupForm,
    PersonForm,
    why_not_group,
    why_not_password,
    why_not_person,
)
from syncjobs.admin.rights import Rights, Roles, told

admin.site.unregister(User)
admin.site.unregister(Group)
TOLD = "permissions__content_type"
"""What a group's rights are told from: asked once for all groups shown."""
ALONE = {"is_superuser", "user_permissions"}
"""What administrators alone see and set."""


class RightsMixin:
    """Groups and rights as boxes to tick."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Groups are made on their own page."""
        return plain(super().formfield_for_dbfield(db_field, request, **kwargs))  # type: ignore[misc]

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        """Each with all that its boxes say."""
        if db_field.related_model is Group:
            kwargs["queryset"] = Group.objects.prefetch_related(TOLD).order_by("name")
            kwargs["widget"] = Roles()
        elif db_field.related_model is Permission:
            kwargs["queryset"] = Permission.objects.select_related("content_type")
            kwargs["widget"] = Rights()
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None:
            field.help_text = ""
        return field


@admin.register(User)
class UserAdmin(GivingMixin, RightsMixin, DjangoUserAdmin, ModelAdmin):
    """People; what they may do comes from their groups. Kept for ever, because the history of every
    record names them: somebody who leaves is made inactive."""

    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "show_groups", "email", "is_active"]
    list_filter = ["groups", "is_active", "is_superuser"]
    filter_horizontal: ClassVar[Any] = ()
    compressed_fields = True
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (
            _("What they may do"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups")},
        ),
        (
            _("Rights beyond the groups"),
            {
                "fields": ("user_permissions",),
                "classes": ("collapse",),
                "description": _("Seldom needed: what a group gives is changed for all at once."),
            },
        ),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With their groups, which the list names."""
        return super().get_queryset(request).prefetch_related("groups")

    def why_not(self, request: HttpRequest, obj: Any) -> str:
        return why_not_person(request.user, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Administrators are made by administrators, and so are rights beyond the groups."""
        fieldsets = super().get_fieldsets(request, obj)
        if getattr(request.user, "is_superuser", False):
            return fieldsets
        kept = [
            (
                title,
                {**options, "fields": [each for each in options["fields"] if each not in ALONE]},
            )
            for title, options in fieldsets
        ]
        return [(title, options) for title, options in kept if options["fields"]]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - Django's name
        """The page, or why this person may not open it."""
        self._refuse(request, id, lambda _request, obj: why_not_password(request.user, obj))
        return super().user_change_password(request, id, form_url)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        """Whoever is added here is to log in here."""
        obj.is_staff = obj.is_staff or not change
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    @display(description=_("Groups"))
    def show_groups(self, user: User) -> str:
        """Administrators need none."""
        names = [gettext(group.name) for group in user.groups.all()]
        if user.is_superuser:
            names.insert(0, gettext("Administrator"))
        return ", ".join(names) or NOTHING


@admin.register(Group)
class GroupAdmin(GivingMixin, RightsMixin, DjangoGroupAdmin, ModelAdmin):
    """Roles."""

    form = GroupForm
    list_display = ["show_name", "show_told", "show_people"]
    filter_horizontal: ClassVar[Any] = ()
    search_help_text = _("Name of the group")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With what each may do, and how many people are in it."""
        groups: QuerySet[Group] = super().get_queryset(request)
        return groups.prefetch_related(TOLD).annotate(people=Count("user"))

    def why_not(self, request: HttpRequest, obj: Any) -> str:
        return why_not_group(request.user, obj)

    @display(description=_("Group"), ordering="name")
    def show_name(self, group: Group) -> str:
        return gettext(group.name)

    @display(description=_("What its members may do"))
    def show_told(self, group: Group) -> str:
        lines = format_html_join("", '<span class="sc-line">{}</span>', ((s,) for s in told(group)))
        return format_html_join("", '<div class="sc-told">{}</div>', [(lines,)])

    @display(description=_("People"), ordering="people")
    def show_people(self, group: Any) -> str:
        number = group.people
        if not number:
            return NOTHING
        text = ngettext("%(number)d person", "%(number)d people", number) % {"number": number}
        return link(list_of(User, groups__id__exact=group.pk), text)
