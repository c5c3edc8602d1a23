"""Selling lists: listings of one channel that go by one profile."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.views import ChangeList

from channels import profiles, selling
from channels.admin import wording
from channels.admin.location import plain
from channels.admin.previewing import PreviewedMixin, TypedForm
from channels.models import Communicated, Listing, MembershipPeriod, SellingList
from desk.cells import NOTHING, link, list_of, page_of


class SellingListForm(TypedForm):
    """Its name, its channel (chosen once), its profile."""

    class Meta:
        model = SellingList
        fields = ("name", "channel", "profile")


class SellingLists(ChangeList):
    """Puts on each row how many of its quantities wait for an update: one query for all of them."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        waiting = Communicated.objects.order_by().filter(
            selling_list__in=[row.pk for row in rows], state=Communicated.State.PENDING_UPDATE
        )
        counted = dict(waiting.values_list("selling_list").annotate(number=Count("pk")))
        for row in rows:
            row.waiting = counted.get(row.pk, 0)
        self.result_list = rows


@admin.register(SellingList)
class SellingListAdmin(PreviewedMixin):
    """What its listings show is seen before its profile is changed."""

    form = SellingListForm
    list_display = ["name", "channel", "profile", "show_listings", "show_waiting"]
    list_filter = [("channel", RelatedDropdownFilter), ("profile", RelatedDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["channel", "profile"]
    search_fields = ["name", "channel__name"]
    search_help_text = "Name of the list or channel"
    ordering = ["channel__name", "name"]
    fields = ["name", "channel", "profile", "show_listings"]
    readonly_fields = ["show_listings"]
    actions_detail = ["see_listings", "add_listings"]
    empty_hint = (
        "No selling list yet. Make one with a global profile, then put listings into it: choose"
        " them under Listings and use “Put into selling list…”."
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SellingLists

    def get_queryset(self, request: HttpRequest) -> QuerySet[SellingList]:
        lists: QuerySet[SellingList] = super().get_queryset(request)
        return lists.annotate(
            listing_count=Count("listings", filter=Q(listings__is_ticked=True)),
            may_open=Value(self.has_look_permission(request)),
        )

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> Any:
        """Listings belong to one channel, so a list stays at its own."""
        return [*self.readonly_fields, "channel"] if obj else self.readonly_fields

    def get_fields(self, _request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else self.fields[:-1]

    def get_actions(self, request: HttpRequest) -> Any:
        """Lists go one by one: each says by itself why it can not."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Channels and profiles are made on their own pages."""
        return plain(super().formfield_for_dbfield(db_field, request, **kwargs))

    def preview_context(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        chosen = form.instance
        rule = profiles.current(chosen.profile)
        return {
            "title": "Preview",
            "subtitle": str(chosen),
            "headline": f"{rule.name}: {wording.headline(rule)}",
            "summary": wording.summary(rule, wording.names_of([rule])),
            "preview": selling.preview_profile(chosen, chosen.profile),
        }

    def save_model(self, request: HttpRequest, obj: SellingList, form: Any, change: bool) -> None:  # noqa: FBT001
        """Another profile is confirmed first; a new list has no listings that could show it."""
        if not change:
            super().save_model(request, obj, form, change)
            profiles.remember()
            return
        wanted = obj.profile
        if "profile" in form.changed_data:
            self.confirm(request, form)
            selling.set_profile(obj, wanted)
        obj.save(update_fields=["name"])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    @action(description="Listings", icon="list_alt", url_path="listings", permissions=["look"])
    def see_listings(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(list_of(Listing, list=object_id))

    @action(
        description="Add listings",
        icon="playlist_add",
        url_path="add-listings",
        permissions=["fill"],
    )
    def add_listings(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        """The channel's listings in no list yet; they are put in from there."""
        found = SellingList.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if found is None:
            return HttpResponseRedirect(list_of(Listing))
        return HttpResponseRedirect(
            list_of(Listing, channel__id__exact=found.channel_id, list="none")
        )

    def has_look_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Whether the person may see listings."""
        return request.user.has_perms(["channels.view_listing"])

    def has_fill_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Whether the person may say which listings are in a list."""
        return request.user.has_perms(["channels.view_listing", "channels.change_sellinglist"])

    def delete_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """What had listings stays: the reason is said instead of a list of records."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None or not MembershipPeriod.objects.filter(selling_list=found).exists():
            response: HttpResponse = super().delete_view(request, object_id, *args, **kwargs)
            return response
        self.message_user(
            request,
            f"“{found.name}” has or had listings, and what they were told is explained by it, so it"
            " stays. Move its listings to another list and leave it empty.",
            messages.ERROR,
        )
        return HttpResponseRedirect(page_of(found))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The record of its profile goes with a list that never had a listing."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    @display(description="Listings", ordering="listing_count")
    def show_listings(self, row: Any) -> Any:
        number = f"{row.listing_count:,}"
        return link(list_of(Listing, list=row.pk), number) if row.may_open else number

    @display(description="Pending Qty Update")
    def show_waiting(self, row: Any) -> Any:
        if not row.waiting:
            return NOTHING
        state = Communicated.State.PENDING_UPDATE.value
        url = list_of(Communicated, rule=f"list-{row.pk}", state__exact=state)
        return link(url, f"{row.waiting:,}")
