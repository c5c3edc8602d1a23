"""Global profiles: quantity rules with a name, a preview before every change, and all they said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import F, Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from channels import profiles, selling
from channels.admin import wording
from channels.admin.previewing import SEEN, PreviewedMixin
from channels.admin.profile_form import FROM_STOCK, RULE, ProfileForm
from channels.models import Channel, Listing, Profile, ProfilePeriod, ProfileVersion, SellingList
from channels.profiles import rule_of
from desk.cells import NOTHING, ago, link, list_of, page_of, two_lines
from desk.errors import Refused
from desk.lists import ChangeList
from desk.paging import READ, bounded
from desk.saying import gettext

VERSIONS = 50
NAMED = 3

_IS_NUMBERED = "mode == 'custom' || mode == 'not_more_than'"
_IS_FROM_STOCK = "mode == 'product_value' || mode == 'not_more_than'"


class ChangedMeanwhile(Refused):
    """Somebody else changed the profile after the preview."""

    code = "changed_meanwhile"


def goes_by() -> QuerySet[Any]:
    """Listings with the profile that they go by, as `goes_by`."""
    profile = Coalesce(F("selling_list__profile"), F("channel__profile"))
    return Listing.objects.order_by().annotate(goes_by=profile)


def newest_versions() -> QuerySet[ProfileVersion]:
    """What each profile says now."""
    newest = ProfileVersion.objects.order_by("profile__name", "profile_id", "-number")
    return newest.distinct("profile__name", "profile_id").select_related("profile")


# Listings that go by a profile: those in its lists, and those in none of a channel that has it;
# each counted along an index, no further than lists show.
_GO_BY = f"""
SELECT profile.id, count(*) FROM unnest(%s::bigint[]) profile(id) CROSS JOIN LATERAL (
    (
        SELECT listing.id FROM channels_sellinglist list
        JOIN channels_listing listing ON listing.selling_list_id = list.id
        WHERE list.profile_id = profile.id LIMIT {READ + 1}
    ) UNION ALL (
        SELECT listing.id FROM channels_channel channel
        JOIN channels_listing listing
            ON listing.channel_id = channel.id AND listing.selling_list_id IS NULL
        WHERE channel.profile_id = profile.id LIMIT {READ + 1}
    ) LIMIT {READ + 1}
) listing GROUP BY profile.id
"""  # noqa: S608 - a number of ours


def _going_by(profile_ids: Sequence[int]) -> dict[int, int]:
    """How many listings go by each of these profiles; READ + 1 for more than READ."""
    with connection.cursor() as cursor:
        cursor.execute(_GO_BY, [list(profile_ids)])
        return dict(cursor.fetchall())


class ProfileList(ChangeList):
    """Puts where each profile is used on its row: three queries for all of them."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        ids = [row.pk for row in rows]
        channels = _names(Channel.objects.filter(profile__in=ids))
        lists = _names(SellingList.objects.filter(profile__in=ids))
        listings = _going_by(ids)
        words = wording.names_of(rule_of(each) for row in rows for each in row.newest)
        for row in rows:
            row.warehouse_names = words
            row.channel_names = channels[row.pk]
            row.list_names = lists[row.pk]
            row.listing_count = listings.get(row.pk, 0)
        self.result_list = rows


def _names(users: QuerySet[Any]) -> Mapping[int, list[str]]:
    """Names by the profile that they use."""
    found: dict[int, list[str]] = defaultdict(list)
    for profile, name in users.order_by("name").values_list("profile", "name"):
        found[profile].append(name)
    return found


def _few(names: list[str]) -> str:
    more = len(names) - NAMED
    named = ", ".join(names[:NAMED])
    if more <= 0:
        return named
    return gettext("%(names)s and %(number)d more") % {"names": named, "number": more}


@admin.register(Profile)
class ProfileAdmin(PreviewedMixin):
    """A change adds a version; what was said before stays, because receipts explain by it."""

    form = ProfileForm
    list_display = [
        "name",
        "show_mode",
        "show_summary",
        "show_channels",
        "show_lists",
        "show_listings",
        "show_changed",
    ]
    list_fullwidth = True
    search_fields = ["name"]
    search_help_text = _("Name")
    ordering = ["name"]
    readonly_fields = ["show_mode", "show_summary"]
    conditional_fields = {"quantity": _IS_NUMBERED} | dict.fromkeys(FROM_STOCK, _IS_FROM_STOCK)
    empty_hint = _(
        "No quantity rule yet: every channel shows the quantity at hand. Add a profile to keep"
        " units back, to cap a number, or to show a number of your own."
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ProfileList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Profile]:
        """With the newest version of each, in one more query."""
        rows: QuerySet[Profile] = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("versions", newest_versions(), to_attr="newest"))

    def get_actions(self, request: HttpRequest) -> Any:
        """Profiles go one by one: each says by itself why it can not."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return [(None, {"fields": ["name", "mode", *RULE[1:]]})]
        return [(None, {"fields": ["name", "show_mode", "show_summary"]})]

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        """The rule's fields are the form's own: Django would look for them on the profile."""
        if obj is None or self.has_change_permission(request, obj):
            kwargs["fields"] = ["name"]
        return super().get_form(request, obj, change=change, **kwargs)

    def preview_context(self, request: HttpRequest, form: ProfileForm) -> dict[str, Any]:
        rule, draft = form.rule(), form.draft()
        profile = form.instance if form.instance.pk else None
        is_told = profile is not None and goes_by().filter(goes_by=profile.pk).exists()
        may_update = is_told and rule.is_once and self.may_send(request)
        return {
            "title": gettext("Preview"),
            "subtitle": rule.name,
            "headline": wording.headline(rule),
            "summary": wording.summary(rule, wording.names_of([rule])),
            "examples": wording.examples(rule),
            "preview": selling.preview(profile, draft) if profile and is_told else None,
            "updated": selling.preview(profile, draft, is_asked=True)
            if profile and may_update
            else None,
            "may_update": may_update,
            "seen": profiles.current(profile).version if profile else "",
        }

    def may_send(self, _request: HttpRequest) -> bool:
        """Whether the person may have quantities told at once; the floor that can send decides."""
        return False

    def save_model(self, request: HttpRequest, obj: Profile, form: Any, change: bool) -> None:  # noqa: FBT001
        """A changed rule is confirmed first; a changed name alone tells nobody anything."""
        if change and not form.is_rule_changed:
            obj.save(update_fields=["name"])
            return
        self.confirm(request, form)
        _refuse_unseen(obj, request.POST.get(SEEN, ""))
        super().save_model(request, obj, form, change)
        selling.save(obj, form.draft(), request.user.get_username())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        profile = kwargs.get("obj")
        if isinstance(profile, Profile):
            versions = list(profile.versions.select_related("profile")[:VERSIONS])
            context |= {
                "subtitle": profile.name,
                "history": [
                    (version, head, words, ago(version.began_at))
                    for version, head, words in wording.told_of(versions)
                ],
                "uses": self._uses(request, profile),
            }
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def _uses(self, request: HttpRequest, profile: Profile) -> list[tuple[str, str, str]]:
        """What it is used by: kind, name, and the address where the person may look."""
        may_open = request.user.has_perms(["channels.view_channel"])
        lists = profile.selling_lists.select_related("channel")
        return [
            *(
                (gettext("Channel"), each.name, page_of(each) if may_open else "")
                for each in profile.channels.all()
            ),
            *((gettext("Selling list"), str(each), page_of(each)) for each in lists),
        ]

    def delete_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """What is used, or was, stays: the reason is said instead of a list of records."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        profile = self.get_object(request, object_id)
        if profile and (why := refusal(profile)):
            self.message_user(request, why, messages.ERROR)
            return HttpResponseRedirect(page_of(profile))
        response: HttpResponse = super().delete_view(request, object_id, *args, **kwargs)
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its versions go with it, and are nobody's to forbid."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    @display(description=_("Rule"))
    def show_mode(self, profile: Any) -> str:
        return wording.headline(rule_of(profile.newest[0])) if profile.newest else NOTHING

    @display(description=_("In words"))
    def show_summary(self, profile: Any) -> str:
        if not profile.newest:
            return NOTHING
        rule = rule_of(profile.newest[0])
        names = getattr(profile, "warehouse_names", None)
        return wording.summary(rule, wording.names_of([rule]) if names is None else names)

    @display(description=_("Channels"))
    def show_channels(self, profile: Any) -> str:
        return _few(profile.channel_names) or NOTHING

    @display(description=_("Selling lists"))
    def show_lists(self, profile: Any) -> Any:
        if not profile.list_names:
            return NOTHING
        return link(list_of(SellingList, profile__id__exact=profile.pk), _few(profile.list_names))

    @display(description=_("Listings"))
    def show_listings(self, profile: Any) -> str:
        return bounded(profile.listing_count)

    @display(description=_("Changed"))
    def show_changed(self, profile: Any) -> Any:
        if not profile.newest:
            return NOTHING
        newest = profile.newest[0]
        return two_lines(ago(newest.began_at), newest.created_by)


def _refuse_unseen(profile: Profile, seen: str) -> None:
    """Raises ChangedMeanwhile where the preview that was confirmed is not of what goes now."""
    if profile.pk and seen and seen != str(profiles.current(profile).version):
        raise ChangedMeanwhile(
            gettext(
                "“%(profile)s” was changed by somebody else in the meantime. Look at the preview"
                " again before you save."
            )
            % {"profile": profile}
        )


def refusal(profile: Profile) -> str:
    """Why it can not be deleted, and what to do; empty when it can."""
    users = [*profile.channels.all(), *profile.selling_lists.select_related("channel")]
    if users:
        named = _few([str(each) for each in users])
        return gettext("“%(profile)s” is used by %(users)s. Give them another profile first.") % {
            "profile": profile,
            "users": named,
        }
    if ProfilePeriod.objects.filter(profile=profile).exists():
        return gettext(
            "“%(profile)s” was in use before, and what was told then is explained by it, so it"
            " stays. Rename it if it is in the way."
        ) % {"profile": profile}
    return ""
