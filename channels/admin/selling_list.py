"""Selling lists: listings of one channel that go by one profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from channels import profiles, selling
from channels.admin import wording
from channels.admin.location import plain
from channels.admin.previewing import PreviewedMixin, TypedForm
from channels.models import Communicated, Listing, MembershipPeriod, SellingList
from desk.cells import NOTHING, link, list_of, page_of
from desk.lists import ChangeList
from desk.paging import READ, bounded


class SellingListForm(TypedForm):
    """Its name, its channel (chosen once), its profile."""

    class Meta:
        model = SellingList
        fields = ("name", "channel", "profile")


_LISTINGS = f"""
SELECT count(*) FROM (
    SELECT FROM channels_listing
    WHERE selling_list_id = channels_sellinglist.id AND is_ticked LIMIT {READ + 1}
) listed
"""  # noqa: S608 - a number of ours

LOOKED_AT = 1_000
"""Due levels of each location that a page looks through for those that wait for an update."""

# Begins with what is due, place by place along the index of it: a list may hold a million listings
# of which nothing waits. As Communicated.State.PENDING_UPDATE.
_WAITING = f"""
WITH due AS MATERIALIZED (
    SELECT place.channel_id, place.id AS location_id, level.*
    FROM channels_location place CROSS JOIN LATERAL (
        SELECT listing_id, is_update_asked AND acknowledged_at IS NOT NULL
            AND reason IN ('', 'stale', 'outcome_unknown', 'breaker', 'not_fed') AS is_asked
        FROM channels_listinglevel
        WHERE location_id = place.id AND stale_version > pushed_version LIMIT {LOOKED_AT}
    ) level
    WHERE place.mirror_id IS NULL
), waiting AS MATERIALIZED (
    SELECT listing.selling_list_id FROM due
    JOIN channels_listing listing ON listing.id = due.listing_id AND listing.is_ticked
        AND NOT listing.is_excluded AND listing.state = 'linked'
    JOIN inventory_product product ON product.id = listing.product_id
        AND product.is_active AND NOT product.is_excluded
    WHERE due.is_asked
)
SELECT list.id, (SELECT count(*) FROM waiting WHERE selling_list_id = list.id),
    list.channel_id IN (
        SELECT channel_id FROM due GROUP BY channel_id, location_id HAVING count(*) >= {LOOKED_AT}
    )
FROM channels_sellinglist list WHERE list.id = ANY(%s)
"""  # noqa: S608 - a number of ours


def _waiting(list_ids: Sequence[int]) -> dict[int, tuple[int, bool]]:
    """How many quantities of each of these lists wait for an update, and whether there may be more:
    of a channel of which much is due, not all is looked through."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [list(list_ids)])
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


class SellingLists(ChangeList):
    """Puts on each row how many of its quantities wait for an update: one query for all of them."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        waiting = _waiting([row.pk for row in rows])
        for row in rows:
            row.waiting, row.may_be_more = waiting.get(row.pk, (0, False))
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
    search_help_text = _("Name of the list or channel")
    ordering = ["channel__name", "name"]
    fields = ["name", "channel", "profile", "show_listings"]
    readonly_fields = ["show_listings"]
    actions_detail = ["see_listings", "add_listings"]
    empty_hint = _(
        "No selling list yet. Make one with a global profile, then put listings into it: choose"
        " them under Listings and use “Put into selling list…”."
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SellingLists

    def get_queryset(self, request: HttpRequest) -> QuerySet[SellingList]:
        lists: QuerySet[SellingList] = super().get_queryset(request)
        return lists.annotate(
            listing_count=RawSQL(_LISTINGS, []),  # noqa: S611 - a constant
            may_open=Value(self.has_look_permission(request)),
        )

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> Any:
        """Listings belong to one channel, so a list stays at its own."""
        return [*self.readonly_fields, "channel", "show_channel"] if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may not open channels reads the name alone."""
        if obj is None:
            return self.fields[:-1]
        channel = "channel" if request.user.has_perms(["channels.view_channel"]) else "show_channel"
        return ["name", channel, *self.fields[2:]]

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
            "title": gettext("Preview"),
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

    @action(description=_("Listings"), icon="list_alt", url_path="listings", permissions=["look"])
    def see_listings(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(list_of(Listing, list=object_id))

    @action(
        description=_("Add listings"),
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
            gettext(
                "“%(list)s” has or had listings, and what they were told is explained by it, so it"
                " stays. Move its listings to another list and leave it empty."
            )
            % {"list": found.name},
            messages.ERROR,
        )
        return HttpResponseRedirect(page_of(found))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The record of its profile goes with a list that never had a listing."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    @display(description=_("channel"))
    def show_channel(self, row: Any) -> str:
        return str(row.channel)

    @display(description=_("Listings"))
    def show_listings(self, row: Any) -> Any:
        number = bounded(row.listing_count)
        return link(list_of(Listing, list=row.pk), number) if row.may_open else number

    @display(description=_("Pending Qty Update"))
    def show_waiting(self, row: Any) -> Any:
        if not row.waiting and not row.may_be_more:
            return NOTHING
        state = Communicated.State.PENDING_UPDATE.value
        url = list_of(Communicated, rule=f"list-{row.pk}", state__exact=state)
        return link(url, _at_least(row.waiting) if row.may_be_more else bounded(row.waiting))


def _at_least(number: int) -> str:
    """Of those that were looked through."""
    return gettext("%(number)s+") % {"number": bounded(number)} if number else gettext("look")
