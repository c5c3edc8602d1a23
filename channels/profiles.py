"""Which quantity rule a listing goes by, now or as of any past moment.

A listing goes by its selling list's profile, else by its channel's, else by the plain rule. What a
profile says is its newest version of the time; versions and periods are kept, never changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from channels.models import (
    Channel,
    Listing,
    Location,
    MembershipPeriod,
    Profile,
    ProfilePeriod,
    ProfileVersion,
    SellingList,
)
from channels.rules import PLAIN, Mode, Rule, Unknown, zero_until

Key = tuple[int, int]
"""(product id, channel id)"""


# What is so now is in the rows themselves; periods follow. All four find nothing to do as a rule.
# What ends is locked in primary-key order first: several may remember at once.
_END_PROFILES = """
WITH over AS MATERIALIZED (
    SELECT period.id FROM channels_profileperiod period
    JOIN channels_channel channel ON channel.id = period.channel_id
    LEFT JOIN channels_sellinglist list ON list.id = period.selling_list_id
    WHERE period.ended_at IS NULL AND period.profile_id IS DISTINCT FROM
        CASE WHEN list.id IS NULL THEN channel.profile_id ELSE list.profile_id END
    ORDER BY period.id FOR UPDATE OF period
)
UPDATE channels_profileperiod period SET ended_at = clock_timestamp()
FROM over WHERE period.id = over.id
"""
_BEGIN_PROFILES = """
INSERT INTO channels_profileperiod (channel_id, selling_list_id, profile_id, began_at)
SELECT used.channel_id, used.selling_list_id, used.profile_id, clock_timestamp()
FROM (
    SELECT id AS channel_id, NULL::bigint AS selling_list_id, profile_id
    FROM channels_channel WHERE profile_id IS NOT NULL
    UNION ALL
    SELECT channel_id, id, profile_id FROM channels_sellinglist
) used
WHERE NOT EXISTS (
    SELECT FROM channels_profileperiod period
    WHERE period.channel_id = used.channel_id
        AND period.selling_list_id IS NOT DISTINCT FROM used.selling_list_id
        AND period.ended_at IS NULL
)
ON CONFLICT DO NOTHING
"""
_END_MEMBERSHIPS = """
WITH over AS MATERIALIZED (
    SELECT period.id FROM channels_membershipperiod period
    JOIN channels_listing listing ON listing.id = period.listing_id
    WHERE period.ended_at IS NULL
        AND listing.selling_list_id IS DISTINCT FROM period.selling_list_id
    ORDER BY period.id FOR UPDATE OF period
)
UPDATE channels_membershipperiod period SET ended_at = clock_timestamp()
FROM over WHERE period.id = over.id
"""
_BEGIN_MEMBERSHIPS = """
INSERT INTO channels_membershipperiod (listing_id, selling_list_id, began_at)
SELECT listing.id, listing.selling_list_id, clock_timestamp() FROM channels_listing listing
WHERE listing.selling_list_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM channels_membershipperiod period
    WHERE period.listing_id = listing.id AND period.ended_at IS NULL
)
ORDER BY listing.id
ON CONFLICT DO NOTHING
"""


def remember() -> None:
    """Bring the periods up to which profile and list goes now; called in the transaction that
    changed it, and by every sweep."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_END_PROFILES, _BEGIN_PROFILES, _END_MEMBERSHIPS, _BEGIN_MEMBERSHIPS):
            cursor.execute(statement)


def rule_of(
    version: ProfileVersion, profile: Profile | None = None, number: int | None = None
) -> Rule:
    """A version as the rule that it is: a stored one, with `profile` selected; or a draft, as the
    version of that number of that profile."""
    return Rule(
        name=(profile or version.profile).name,
        mode=Mode(version.mode),
        version=number or version.number,
        quantity=version.quantity,
        buffer=version.buffer,
        percentage=version.percentage,
        minimum=version.minimum,
        unknown=Unknown(version.unknown),
        warehouse_ids=frozenset(version.warehouse_ids),
        profile_id=(profile or version.profile).pk,
    )


def of_places(
    places: Collection[tuple[int, int]], as_of: datetime | None = None
) -> Mapping[tuple[int, int], Rule]:
    """The rules of (product id, location id) pairs; absent ones go by the plain rule. One query as
    long as no channel of these locations uses a profile, four otherwise."""
    locations = {location for _, location in places}
    users = _users(locations, as_of)
    if not users:
        return {}
    products = {product for product, location in places if location in users}
    channels = set(users.values())
    profiles = _now(products, channels) if as_of is None else _then(products, channels, as_of)
    rules = _rules(set(profiles.values()), as_of)
    return {
        (product, location): rules[profile]
        for product, location in places
        if (profile := profiles.get((product, users.get(location, 0)))) in rules
    }


def current(profile: Profile | None) -> Rule:
    """What a profile says now; without one, or before it says anything, the plain rule."""
    rules = _rules([profile.pk], None) if profile and profile.pk else {}
    return next(iter(rules.values()), PLAIN)


def lists_then(listing_ids: Collection[int], moment: datetime) -> Mapping[int, str]:
    """The names of the selling lists that these listings were in at a past moment. One query."""
    members = MembershipPeriod.objects.filter(_during(moment), listing__in=listing_ids)
    return dict(members.values_list("listing_id", "selling_list__name"))


def zero_limit(channel: Channel) -> int | None:
    """Units at hand at or below which a listing of the channel may show 0, whatever its profile;
    None when a profile's zeros do not depend on them alone."""
    used = set(SellingList.objects.filter(channel=channel).values_list("profile_id", flat=True))
    if channel.profile_id:
        used.add(channel.profile_id)
    limits = [zero_until(rule) for rule in (PLAIN, *_rules(used, None).values())]
    known = [limit for limit in limits if limit is not None]
    return max(known) if len(known) == len(limits) else None


def _users(location_ids: Collection[int], as_of: datetime | None) -> dict[int, int]:
    """Channel by location, of channels with any profile in use (now, or ever)."""
    locations = Location.objects.filter(pk__in=location_ids)
    lists = SellingList.objects.filter(channel=OuterRef("channel"))
    used = Q(Exists(lists)) | Q(channel__profile__isnull=False)
    if as_of is not None:
        used = Q(Exists(ProfilePeriod.objects.filter(channel=OuterRef("channel"))))
    return dict(locations.filter(used).values_list("pk", "channel_id"))


def _now(products: Collection[int], channels: Collection[int]) -> dict[Key, int]:
    listings = Listing.objects.filter(product__in=products, channel__in=channels)
    profile = Coalesce(F("selling_list__profile"), F("channel__profile"))
    rows = listings.annotate(goes_by=profile).exclude(goes_by=None)
    return {(row[0], row[1]): row[2] for row in rows.values_list("product", "channel", "goes_by")}


def _then(products: Collection[int], channels: Collection[int], moment: datetime) -> dict[Key, int]:
    periods = ProfilePeriod.objects.filter(_during(moment), channel__in=channels)
    rows = list(periods.values_list("channel", "selling_list", "profile"))
    of_list = {selling_list: profile for _, selling_list, profile in rows if selling_list}
    of_channel = {channel: profile for channel, selling_list, profile in rows if not selling_list}
    listings = Listing.objects.filter(product__in=products, channel__in=channels)
    members = MembershipPeriod.objects.filter(_during(moment), listing__in=listings)
    lists = dict(members.values_list("listing", "selling_list"))
    found = {}
    for listing, product, channel in listings.values_list("pk", "product", "channel"):
        goes_by = of_list.get(lists.get(listing, 0)) or of_channel.get(channel)
        if goes_by:
            found[product, channel] = goes_by
    return found


def _during(moment: datetime) -> Q:
    return Q(began_at__lte=moment) & (Q(ended_at=None) | Q(ended_at__gt=moment))


def _rules(profile_ids: Collection[int], as_of: datetime | None) -> dict[int, Rule]:
    """The newest version of each, or the newest that had begun by then."""
    if not profile_ids:
        return {}
    versions: Sequence[ProfileVersion] = list(
        ProfileVersion.objects.filter(
            Q() if as_of is None else Q(began_at__lte=as_of), profile__in=profile_ids
        )
        .order_by("profile_id", "-number")
        .distinct("profile_id")
        .select_related("profile")
    )
    return {version.profile_id: rule_of(version) for version in versions}
