"""The back office's pages about logins: people, and whose second factor is switched on."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.decorators import action, display

from config.second_factor import devices
from desk.dialogs import ObjectDialog, ask, reported
from desk.saying import gettext
from syncjobs.admin import people

# Their own pages show the keys of everybody's app.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)
admin.site.unregister(User)


class PersonDialog(ObjectDialog):
    """Asks whether to go on."""

    model = User


@admin.register(User)
class UserAdmin(people.UserAdmin):
    """Tells who has a second factor, and takes it from somebody who lost theirs."""

    list_display = [*people.UserAdmin.list_display, "has_second_factor"]
    actions_detail = ["take_second_factor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With whether each has one."""
        factors = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        people_found: QuerySet[User] = super().get_queryset(request)
        return people_found.annotate(second_factor=Exists(factors))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        found = TOTPDevice.objects.filter(user=object_id, confirmed=True).exists()
        return super().get_actions_detail(request, object_id) if found else []

    @display(description=_("Second factor"), boolean=True)
    def has_second_factor(self, user: Any) -> bool:
        return bool(user.second_factor)

    def has_take_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        """Administrators alone: who may change people could otherwise become one of them."""
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    @action(
        description=_("Take second factor away"),
        icon="phonelink_erase",
        permissions=["take"],
        dialog=ask(
            PersonDialog,
            _("Take the second factor away"),
            _(
                "For somebody who lost their phone and their recovery codes. Be sure who is asking:"
                " from then on the password alone logs them in, until they set a new one up."
            ),
            _("Take it away"),
        ),
    )
    @reported
    def take_second_factor(self, _request: HttpRequest, form: PersonDialog) -> str | None:
        return gettext("Second factor taken away.") if devices.remove(form.object) else None
