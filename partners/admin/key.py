"""API keys: which there are and what they may do. None is edited; a key is replaced or revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from desk.cells import ago, link, page_of
from desk.dialogs import ObjectDialog, ask, find, reported
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.saying import gettext
from partners import keys, scopes
from partners.admin import issuing, once
from partners.admin.cells import key_state, rights
from partners.models import ApiKey


class StateFilter(DropdownFilter):
    """Whether a key opens anything."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [
            ("works", gettext("Works")),
            ("expired", gettext("Expired")),
            ("revoked", gettext("Revoked")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        is_over = Q(expires_at__lte=timezone.now())
        if self.value() == "revoked":
            return queryset.exclude(revoked_at=None)
        if self.value() == "expired":
            return queryset.filter(is_over, revoked_at=None)
        if self.value() == "works":
            return queryset.filter(~is_over, revoked_at=None, partner__is_active=True)
        return queryset


class RevokeDialog(ObjectDialog):
    """Asks whether to go on."""

    model = ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyMixin, ModelAdmin):
    """Found by its beginning; the key itself is nowhere."""

    list_display = [
        "show_key",
        "show_partner",
        "show_rights",
        "requests_per_minute",
        "show_expires",
        "show_used",
        "show_state",
    ]
    list_filter = [("partner", RelatedDropdownFilter), StateFilter]
    list_filter_submit = True
    list_select_related = ["partner"]
    search_fields = ["prefix__startswith", "name"]
    search_help_text = _("Its beginning (sck_…), never all of it")
    sortable_by = ()
    actions_detail = ["rotate", "revoke"]
    empty_hint = _("Keys are made on a partner's page.")

    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("show_prefix", "show_state"),
                    ("name", "show_partner"),
                    ("show_expires", "requests_per_minute"),
                    ("show_used", "show_made"),
                    "show_replaces",
                ]
            },
        ),
        (_("What it may do"), {"fields": ["show_scopes"]}),
    ]
    readonly_fields = [
        "show_prefix",
        "show_state",
        "show_partner",
        "show_expires",
        "show_used",
        "show_made",
        "show_replaces",
        "show_scopes",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        keys_found: QuerySet[ApiKey] = super().get_queryset(request)
        return keys_found.select_related("partner", "replaces")

    def has_make_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        """Whether the person makes keys."""
        return request.user.has_perms(["partners.add_apikey"])

    def has_revoke_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        """Whether the person takes keys away."""
        return request.user.has_perms(["partners.change_apikey"])

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """None for what is revoked."""
        is_kept = ApiKey.objects.filter(pk=object_id, revoked_at=None).exists()
        return super().get_actions_detail(request, object_id) if is_kept else []

    @action(description=_("Rotate…"), icon="autorenew", url_path="rotate", permissions=["make"])
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks on a page of its own; the answer to its POST is the new key."""
        key = find(ApiKey, object_id)
        form = issuing.RotateForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                made = once.make(key.partner, form, lambda: self._rotate(request, key, form))
            except ValidationError as refused:
                self.message_user(request, " ".join(refused.messages), messages.ERROR)
                return HttpResponseRedirect(page_of(key))
            return issuing.show_key(self, request, made, page_of(key))
        context = {
            "title": gettext("Rotate the key"),
            "subtitle": str(key),
            "form": form,
            "key": key,
        }
        return once.ask(self, request, "rotate_key.html", context | {"back": page_of(key)})

    def _rotate(
        self, request: HttpRequest, key: ApiKey, form: issuing.RotateForm
    ) -> issuing.Issued:
        by = request.user.get_username()
        new, text = keys.rotate(key, overlap=form.overlap, by=by)
        self.log_change(request, key, gettext("Replaced by %(new)s.") % {"new": new})
        return new, text

    @action(
        description=_("Revoke"),
        icon="block",
        permissions=["revoke"],
        dialog=ask(
            RevokeDialog,
            _("Revoke the key"),
            _(
                "From this moment it opens nothing, and it can not be given back. To replace it"
                " without an interruption, rotate it instead."
            ),
            _("Revoke now"),
        ),
    )
    @reported
    def revoke(self, _request: HttpRequest, form: RevokeDialog) -> str | None:
        return (
            gettext("%(object)s: revoked.") % {"object": form.object}
            if keys.revoke(form.object)
            else None
        )

    @display(description=_("Key"), header=True)
    def show_key(self, key: ApiKey) -> list[str]:
        return [key.name, f"{key.prefix}…"]

    @display(description=_("Begins with"))
    def show_prefix(self, key: ApiKey) -> str:
        return format_html("<code>{}…</code>", key.prefix)

    @display(description=_("Partner"))
    def show_partner(self, key: ApiKey) -> str:
        return link(page_of(key.partner), key.partner)

    @display(description=pgettext_lazy("rights", "May"))
    def show_rights(self, key: ApiKey) -> str:
        return rights(key.scopes)

    @display(description=_("Expires"))
    def show_expires(self, key: ApiKey) -> str:
        return ago(key.expires_at, gettext("never"))

    @display(description=_("Last used"))
    def show_used(self, key: ApiKey) -> str:
        return ago(key.last_used_at, gettext("never"))

    @display(description=_("State"))
    def show_state(self, key: ApiKey) -> str:
        return key_state(key)

    @display(description=_("Made"))
    def show_made(self, key: ApiKey) -> str:
        if not key.created_by:
            return ago(key.created_at)
        return format_html(
            gettext("{ago} by {person}"), ago=ago(key.created_at), person=key.created_by
        )

    @display(description=_("Made to replace"))
    def show_replaces(self, key: ApiKey) -> str:
        return link(page_of(key.replaces), key.replaces) if key.replaces else gettext("nothing")

    @display(description=_("Scopes"))
    def show_scopes(self, key: ApiKey) -> str:
        labels = dict(scopes.choices())
        return "; ".join(labels.get(name, name) for name in key.scopes) or gettext("Nothing")
