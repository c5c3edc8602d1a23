"""Changes of profiles and selling lists, each in one transaction with the marks that make it told.

A change of what a profile says, of which profile goes, and of who goes by it may come together. All
hold the rows that decide (channels and lists, then profiles, then listings, then levels; each in
primary-key order), so that no number is made by a rule that is about to change and told for good.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext

from channels import due, profiles
from channels.models import Channel, Listing, ListingLevel, Profile, ProfileVersion, SellingList
from channels.selling import reach
from channels.selling.drafts import said, validate
from desk.wording import named

PART = 5000
"""Levels marked in one statement. Bounds memory."""
NAMED = 5


def save(profile: Profile, draft: ProfileVersion, by: str) -> ProfileVersion:
    """Let the profile say what the draft says, from now on; a new profile is stored as well. Every
    level that goes by it is due. What it tells once only is told again by an update alone.

    Returns the version that goes now: the last one when nothing changed. Raises ValidationError
    with the fields.
    """
    validate(draft)
    with transaction.atomic():
        if not profile.pk:
            profile.full_clean()
            profile.save()
        _hold_profiles([profile.pk])
        last = profile.versions.order_by("-number").first()
        if last is not None and said(last) == said(draft):
            return last
        version = ProfileVersion.objects.create(
            profile=profile,
            number=last.number + 1 if last else 1,
            began_at=Now(),  # the database's clock, as of every period
            created_by=by,
            **said(draft),
        )
        version.refresh_from_db(fields=["began_at"])
        _mark(_parts(reach.of_profile(profile)), due.by_level)
    return version


def set_profile(target: SellingList | Channel, profile: Profile | None) -> int:
    """Let a selling list, or the listings of a channel that are in none, go by another profile. A
    channel may have none. Returns how many levels are due by it."""
    if profile is None and isinstance(target, SellingList):
        raise ValidationError(
            {"profile": gettext("A selling list needs a global profile: choose one.")}
        )
    with transaction.atomic():
        rows = _row(target)
        _hold(rows, profile)
        target.refresh_from_db(fields=["profile"])
        if target.profile == profile:
            return 0
        rows.update(profile=profile)
        target.profile = profile
        profiles.remember()
        return _mark(_parts(reach.of_target(target)), due.by_level)


def assign(selling_list: SellingList | None, listing_ids: Collection[int]) -> int:
    """Put listings into a selling list of their channel, out of the one they were in; or out of any
    with None. Returns how many moved. Raises ValidationError when one is another channel's."""
    with transaction.atomic():
        listings = Listing.objects.filter(pk__in=listing_ids)
        if selling_list is None:
            _hold(Channel.objects.filter(pk__in=listings.values("channel")))
        else:
            _demand_its_channel(selling_list, listings)
            _hold(SellingList.objects.filter(pk=selling_list.pk))
        moving = listings.exclude(selling_list=selling_list).order_by("pk")
        held = moving.select_for_update(of=("self",), no_key=True)
        moved = list(held.values_list("pk", flat=True))
        Listing.objects.filter(pk__in=moved).update(selling_list=selling_list)
        profiles.remember()
        _mark(_parts_of(moved), due.by_level)
    return len(moved)


def update_quantities(channel: Channel, which: SellingList | Collection[int]) -> int:
    """Update Q: tell these listings of the channel (a selling list's, or by id) their quantities
    again, those that are told once included. Returns how many levels wait for it now."""
    with transaction.atomic():
        if isinstance(which, SellingList):
            levels = reach.of_target(which).filter(listing__channel=channel)
            return _mark(_parts(levels), due.by_update)
        its = Listing.objects.filter(channel=channel, pk__in=which)
        return _mark(_parts_of(list(its.values_list("pk", flat=True))), due.by_update)


def _mark(parts: Iterable[Sequence[int]], mark: Callable[[Collection[int]], None]) -> int:
    """Mark parts of levels that come in primary-key order, whatever channel they are of: so every
    marking locks them."""
    number = 0
    for part in parts:
        mark(part)
        number += len(part)
    return number


def _parts(levels: QuerySet[ListingLevel]) -> Iterator[Sequence[int]]:
    after = 0
    ids = levels.order_by("pk").values_list("pk", flat=True)
    while part := list(ids.filter(pk__gt=after)[:PART]):
        yield part
        after = part[-1]


def _parts_of(listing_ids: Collection[int]) -> Iterator[Sequence[int]]:
    """The levels of these listings: found at once, not by looking for all of them in each part."""
    levels = reach.ours().filter(listing__in=listing_ids).order_by("pk")
    ids = list(levels.values_list("pk", flat=True))
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]


def _row(target: SellingList | Channel) -> QuerySet[SellingList] | QuerySet[Channel]:
    if isinstance(target, SellingList):
        return SellingList.objects.filter(pk=target.pk)
    return Channel.objects.filter(pk=target.pk)


def _hold(
    owners: QuerySet[SellingList] | QuerySet[Channel], profile: Profile | None = None
) -> None:
    """Nobody changes which profile these go by, nor what it says, before this transaction ends."""
    held = owners.order_by("pk").select_for_update(of=("self",), no_key=True)
    used = [owner.profile_id for owner in held] + [profile.pk if profile else None]
    _hold_profiles([each for each in used if each is not None])


def _hold_profiles(profile_ids: Collection[int]) -> None:
    rows = Profile.objects.filter(pk__in=profile_ids).order_by("pk")
    list(rows.select_for_update(no_key=True))


def _demand_its_channel(selling_list: SellingList, listings: QuerySet[Listing]) -> None:
    foreign = listings.exclude(channel=selling_list.channel_id).order_by("product__sku")
    found = list(foreign.values_list("product__sku", "channel__name")[: NAMED + 1])
    if found:
        listings_named = named([f"{sku} ({channel})" for sku, channel in found], NAMED)
        raise ValidationError(
            {
                "listings": gettext(
                    "%(list)s is a list of %(channel)s; these are listings of another channel:"
                    " %(listings)s. Choose listings of %(channel)s, or a list of theirs."
                )
                % {
                    "list": selling_list.name,
                    "channel": selling_list.channel.name,
                    "listings": listings_named,
                }
            }
        )
