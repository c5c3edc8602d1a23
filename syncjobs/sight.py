"""What of sync a partner may see: runs and lines of its channels, drift at the places it sees."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from channels.models import Channel, Location
from channels.sight import places
from partners import sight
from partners.models import Partner
from syncjobs.models import Finding, ProcessLog, Run


@sight.rule(Run, ProcessLog, Finding)
def of_channel(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What is of a channel."""
    ids = partner.channel_ids
    return rows if ids is None else rows.filter(channel__in=ids)


@sight.rule(Finding)
def at_place(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What is at a channel's place for stock."""
    if partner.warehouse_ids is None:
        return rows  # every place of a channel in sight
    return rows.filter(level__location__in=places(partner) or ())


@sight.rule(ProcessLog)
def of_no_hidden_place(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What is about no product, where not every place is seen: lines do not say of which place they
    are, and one of a hidden place would tell what is there."""
    hidden = partly_hidden(partner)
    if not hidden:
        return rows
    return rows.exclude(Q(channel__in=hidden) & (~Q(sku="") | Q(product__isnull=False)))


def partly_hidden(partner: Partner) -> frozenset[int]:
    """Channels in sight of which some place is not: what was counted or said over all of their
    places would tell of that one. One query, or none for who sees every warehouse."""
    if partner.warehouse_ids is None:
        return frozenset()
    channels = sight.seen(Channel.objects.order_by(), partner).values("pk")
    seen = sight.seen(Location.objects.order_by(), partner).values("pk")
    hidden = Location.objects.order_by().filter(channel__in=channels).exclude(pk__in=seen)
    return frozenset(hidden.values_list("channel_id", flat=True).distinct())
