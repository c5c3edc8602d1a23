"""Partners: who they are, their keys, and where they are told of events."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from desk.cells import NOTHING, ago, link, list_of, page_of
from desk.dialogs import find
from desk.lists import ModelAdmin
from desk.saying import gettext
from partners import keys
from partners.admin import issuing, once
from partners.admin.cells import key_state, rights
from partners.admin.webhook import health
from partners.models import ApiKey, Partner, Webhook

SHOWN_KEYS = 50


@admin.register(Partner)
class PartnerAdmin(ModelAdmin):
    """Kept for ever: histories name its keys. Switch one off instead of deleting it."""

    list_display = ["name", "is_active", "show_keys", "show_used", "show_webhooks"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    search_help_text = _("Name")
    fieldsets = [(None, {"fields": ["name", "is_active"]})]
    actions_detail = ["new_key"]
    empty_hint = _(
        "Add whoever calls the API: a warehouse operator, an agency, a tool. Then make it a key."
    )

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_make_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        """Whether the person makes keys."""
        return request.user.has_perms(["partners.add_apikey"])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Partner]:
        """With what the list tells of keys and webhooks."""
        now = timezone.now()
        unexpired = Q(keys__expires_at=None) | Q(keys__expires_at__gt=now)
        partners: QuerySet[Partner] = super().get_queryset(request)
        return partners.annotate(
            usable=Count("keys", unexpired & Q(keys__revoked_at=None), distinct=True),
            used_at=Max("keys__last_used_at"),
            listening=Count("webhooks", Q(webhooks__is_active=True), distinct=True),
        )

    @display(description=_("Keys that work"), ordering="usable")
    def show_keys(self, partner: Any) -> str:
        text = partner.usable or NOTHING
        return link(list_of(ApiKey, partner__id__exact=partner.pk), text)

    @display(description=_("Last call"), ordering="used_at")
    def show_used(self, partner: Any) -> str:
        return ago(partner.used_at, gettext("never"))

    @display(description=_("Webhooks"), ordering="listening")
    def show_webhooks(self, partner: Any) -> str:
        text = partner.listening or NOTHING
        return link(list_of(Webhook, partner__id__exact=partner.pk), text)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Adds its keys and webhooks, for those who may look at them."""
        partner = kwargs.get("obj")
        if isinstance(partner, Partner) and partner.pk:
            user = request.user
            context["partner"] = partner
            context["may_see_keys"] = user.has_perms(["partners.view_apikey"])
            context["may_see_webhooks"] = user.has_perms(["partners.view_webhook"])
            context["keys"] = _key_rows(partner) if context["may_see_keys"] else []
            context["webhooks"] = _webhook_rows(partner) if context["may_see_webhooks"] else []
            context["all_keys"] = list_of(ApiKey, partner__id__exact=partner.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    @action(description=_("New key…"), icon="key", url_path="new-key", permissions=["make"])
    def new_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks on a page of its own; the answer to its POST is the key."""
        partner = find(Partner, object_id)
        form = issuing.NewKeyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            made = once.make(partner, form, lambda: self._issue(request, partner, form))
            return issuing.show_key(self, request, made, page_of(partner))
        context = {"title": gettext("New key"), "subtitle": partner.name, "form": form}
        return once.ask(self, request, "new_key.html", context | {"back": page_of(partner)})

    def _issue(
        self, request: HttpRequest, partner: Partner, form: issuing.NewKeyForm
    ) -> issuing.Issued:
        key, text = keys.issue(
            partner,
            form.cleaned_data["name"],
            form.cleaned_data["scopes"],
            expires_at=form.expires_at,
            by=request.user.get_username(),
            requests_per_minute=form.cleaned_data["requests_per_minute"],
        )
        self.log_change(request, partner, gettext("New key: %(key)s.") % {"key": key})
        return key, text


def _key_rows(partner: Partner) -> list[dict[str, Any]]:
    newest = partner.keys.select_related("partner").order_by("-id")[:SHOWN_KEYS]
    return [
        {
            "key": key,
            "url": page_of(key),
            "rights": rights(key.scopes),
            "expires": ago(key.expires_at, gettext("never")),
            "used": ago(key.last_used_at, gettext("never")),
            "state": key_state(key),
        }
        for key in newest
    ]


def _webhook_rows(partner: Partner) -> list[dict[str, Any]]:
    return [
        {"webhook": webhook, "url": page_of(webhook), "state": health(webhook)}
        for webhook in partner.webhooks.all()
    ]
