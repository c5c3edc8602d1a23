"""What of channels a partner may see: its channels, and those places whose stock comes from
warehouses in its sight, and always did.

The number of a place tells the stock behind it, and receipts and past moments tell what was behind
it then; so a place that a warehouse out of sight feeds, or ever fed, is not there at all.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from channels.models import (
    Channel,
    ChannelOrder,
    Communicated,
    Feed,
    FeedPeriod,
    Listing,
    ListingLevel,
    Location,
    Profile,
    ProfileVersion,
    Publication,
    SellingList,
)
from orders.models import SalesOrder
from partners import sight
from partners.models import Partner


@sight.rule(Channel)
def own(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """The channels themselves."""
    ids = partner.channel_ids
    return rows if ids is None else rows.filter(pk__in=ids)


@sight.rule(Listing, SellingList, Location)
def of_channel(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What belongs to a channel."""
    ids = partner.channel_ids
    return rows if ids is None else rows.filter(channel__in=ids)


@sight.rule(Location)
def always_fed_from_sight(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """Places that no warehouse out of sight feeds, ever fed, or mirrors."""
    ids = partner.warehouse_ids
    if ids is None:
        return rows
    here = OuterRef("pk")
    return rows.filter(
        ~Exists(FeedPeriod.objects.filter(location=here).exclude(warehouse__in=ids)),
        ~Exists(Feed.objects.filter(location=here).exclude(warehouse__in=ids)),
        Q(mirror=None) | Q(mirror__in=ids),
    )


def places(partner: Partner) -> list[int] | None:
    """Ids of the places that a partner may see; None when it sees those of all channels. They are
    few: with their ids in the query, a page of a long list is found without asking about feeds for
    each row."""
    if partner.channel_ids is None and partner.warehouse_ids is None:
        return None
    seen = sight.seen(Location.objects.order_by("pk"), partner)
    return list(seen.values_list("pk", flat=True))


@sight.rule(ListingLevel)
def at_place(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What is at a place."""
    ids = places(partner)
    return rows if ids is None else rows.filter(location__in=ids)


@sight.rule(Communicated)
def at_place_or_none(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What is at a place; of a listing that is at none, that it is so."""
    if partner.channel_ids is not None:
        rows = rows.filter(channel__in=partner.channel_ids)
    if partner.warehouse_ids is None:
        return rows
    return rows.filter(Q(location=None) | Q(location__in=places(partner) or ()))


@sight.rule(Publication)
def told_to_place(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What a place was told."""
    if partner.channel_ids is not None:
        rows = rows.filter(batch__channel__in=partner.channel_ids)
    if partner.warehouse_ids is None:
        return rows
    return rows.filter(level__location__in=places(partner) or ())


@sight.rule(Profile)
def naming_only_seen(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """Profiles that never named a warehouse out of sight."""
    ids = partner.warehouse_ids
    if ids is None:
        return rows
    said = ProfileVersion.objects.filter(profile=OuterRef("pk"))
    return rows.filter(~Exists(said.exclude(warehouse_ids__contained_by=ids)))


@sight.rule(Profile)
def in_use(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """Profiles that a channel in sight uses, and those that the partner made as long as nobody
    does: it makes them to use them."""
    ids = partner.channel_ids
    if ids is None:
        return rows
    channels = Channel.objects.filter(profile=OuterRef("pk"))
    lists = SellingList.objects.filter(profile=OuterRef("pk"))
    is_seen = Q(Exists(channels.filter(pk__in=ids))) | Q(Exists(lists.filter(channel__in=ids)))
    is_used = Q(Exists(channels)) | Q(Exists(lists))
    return rows.filter(is_seen | (~is_used & Q(Exists(_made_by(partner)))))


def profiles(partner: Partner) -> frozenset[int] | None:
    """Ids of the global profiles that a partner may see, which are few; None when it sees all."""
    if partner.channel_ids is None and partner.warehouse_ids is None:
        return None
    seen = sight.seen(Profile.objects.order_by(), partner)
    return frozenset(seen.values_list("pk", flat=True))


def _made_by(partner: Partner) -> QuerySet[ProfileVersion]:
    """First versions that were made with one of its keys, whatever the partner was called then."""
    by_key = Q(pk__in=())
    for prefix in partner.keys.values_list("prefix", flat=True):
        by_key |= Q(created_by__endswith=f"({prefix})")
    return ProfileVersion.objects.filter(by_key, profile=OuterRef("pk"), number=1)


@sight.rule(SalesOrder)
def bound_in_sight(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """Orders that came from a channel are for those who see it, and so are their ASNs."""
    ids = partner.channel_ids
    if ids is None:
        return rows
    bound = ChannelOrder.objects.filter(order=OuterRef("pk"))
    return rows.filter(~Exists(bound.exclude(channel__in=ids)))
