"""What is on its way to a channel, which a page follows by itself; and since when a place does not
show what it should."""

from __future__ import annotations

import datetime

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext

from channels.admin.notes import held_back
from channels.communicated import SILENT, Row
from channels.models import Communicated, Listing

A_MINUTE = datetime.timedelta(minutes=1)


def is_on_its_way(entry: Communicated, row: Row) -> bool:
    """Whether a number goes out by itself within moments. What waits for a person, for a channel
    that rests, or for its own next try does not. Give level, listing and channel selected."""
    level = entry.level
    if level is None or not entry.is_due or row.should == row.acknowledged:
        return False
    is_told = entry.state not in SILENT - {Communicated.State.SKIPPED}
    is_linked = entry.listing.state == Listing.State.LINKED
    is_free = level.retry_at is None or level.retry_at <= timezone.now()
    is_by_itself = entry.channel.is_updated_on_change and held_back(entry.channel) is None
    return is_told and is_linked and is_free and is_by_itself


def differs_since(entry: Communicated, row: Row) -> datetime.datetime | None:
    """Since when a place that is told does not show what it should: the later of when it became due
    and when the channel last took or showed another number. None where it does, or is told nothing.
    Give level selected."""
    level = entry.level
    if level is None or row.state in SILENT or row.should in {None, row.acknowledged}:
        return None
    return max(level.stale_at, entry.acknowledged_at or level.stale_at)


def so_long(since: datetime.datetime) -> str:
    """“12 minutes”, with the exact time on hover."""
    local = timezone.localtime(since)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        formats.date_format(local, "Y-m-d H:i:s T"),
        timesince(since, depth=1) if since < timezone.now() - A_MINUTE else gettext("a moment"),
    )
