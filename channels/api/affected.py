"""Who may change what many places go by: those who see all of the places."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from channels.models import Channel, Location, Profile
from partners import sight
from partners.models import Partner
from partners.rest.problems import Problem


def users_of(profile: Profile) -> QuerySet[Channel]:
    """Channels that go by a profile, themselves or by a selling list."""
    return Channel.objects.filter(Q(profile=profile) | Q(selling_lists__profile=profile))


def demand_all_seen(profile: Profile, partner: Partner) -> None:
    """Raises a Problem where a channel goes by the profile that the partner does not see."""
    ids = partner.channel_ids
    if ids is not None and users_of(profile).exclude(pk__in=ids).exists():
        raise Problem(
            409,
            "used_out_of_sight",
            "Channels that you do not see go by this profile, too: make one of your own for yours.",
        )


def demand_no_hidden_place(channels: QuerySet[Channel], partner: Partner) -> None:
    """Raises a Problem where some place of these channels is out of the partner's sight: its number
    would change with the others, and counts over all of them would tell of the stock behind it."""
    if partner.warehouse_ids is None and partner.channel_ids is None:
        return
    places = Location.objects.filter(channel__in=channels.values("pk")).order_by()
    seen = sight.seen(Location.objects.order_by(), partner)
    if places.exclude(pk__in=seen.values("pk")).exists():
        raise Problem(
            409,
            "partly_hidden",
            "It is also for places whose stock you do not see: somebody who sees all of them"
            " decides, and sees what it would tell.",
        )
