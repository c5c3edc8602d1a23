"""Which listing levels follow a profile, a selling list, or a channel's own profile."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from channels.models import Channel, Feed, FeedPeriod, Listing, ListingLevel, Profile, SellingList


def of_profile(profile: Profile) -> QuerySet[ListingLevel]:
    """Levels of listings in its lists, and of listings in no list of its channels."""
    by_list = Q(listing__selling_list__profile=profile)
    by_channel = Q(listing__selling_list=None, listing__channel__profile=profile)
    return ours().filter(by_list | by_channel)


def of_target(target: SellingList | Channel) -> QuerySet[ListingLevel]:
    """Levels that go by the list's profile, or by the channel's own."""
    if isinstance(target, SellingList):
        return ours().filter(listing__selling_list=target)
    return ours().filter(listing__selling_list=None, listing__channel=target)


def ours() -> QuerySet[ListingLevel]:
    """Levels at places that are ours to write: what nothing ever fed is only ever zeroed, and a
    mirror's source is only read."""
    ever_fed = FeedPeriod.objects.filter(location=OuterRef("location"), is_released=False)
    return ListingLevel.objects.filter(Exists(ever_fed), location__mirror=None)


def told(levels: QuerySet[ListingLevel]) -> QuerySet[ListingLevel]:
    """Those of them that are told, or will be on their first day. One query more."""
    fed = list(Feed.objects.values_list("location_id", flat=True).order_by().distinct())
    return listed(levels).filter(location__in=fed)


def listed(levels: QuerySet[ListingLevel]) -> QuerySet[ListingLevel]:
    """Those of them whose listing is told, as it stands itself."""
    return levels.filter(
        listing__is_ticked=True,
        listing__is_excluded=False,
        listing__state__in=[Listing.State.LINKED, Listing.State.NEW],
        listing__product__is_active=True,
        listing__product__is_excluded=False,
    )
