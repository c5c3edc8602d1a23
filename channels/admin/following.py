"""What is on its way to a channel, which a page follows by itself; and since when a place does not
show what it should."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext

from channels.admin.notes import held_back
from channels.communicated import SILENT, Row
from channels.models import Communicated, Listing
from desk import moments

A_MINUTE = datetime.timedelta(minutes=1)


def is_on_its_way(entry: Communicated, row: Row) -> bool:
    """Whether a number goes out by itself within moments. What waits for a person, for a channel
    that rests, or for its own next try does not. Give level, listing and channel selected."""
    level = entry.level
    if level is None or row.should == row.acknowledged:
        return False
    return _is_due_by_itself(entry) and (level.retry_at is None or level.retry_at <= timezone.now())


def is_settling(entry: Communicated, row: Row) -> bool:
    """Whether its state becomes another one by itself, sooner or later: a number goes out or is
    tried again, a right one is looked at once more, or one that was taken is shown at last. Give
    level, listing and channel selected."""
    if entry.is_due:
        return row.should is not None and _is_due_by_itself(entry)
    return row.state == Communicated.State.UNCONFIRMED and held_back(entry.channel) is None


def _is_due_by_itself(entry: Communicated) -> bool:
    is_told = entry.state not in SILENT - {Communicated.State.SKIPPED}
    is_linked = entry.listing.state == Listing.State.LINKED
    is_by_itself = entry.channel.is_updated_on_change and held_back(entry.channel) is None
    return entry.level is not None and entry.is_due and is_told and is_linked and is_by_itself


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
        moments.exact(since),
        timesince(since, depth=1) if since < timezone.now() - A_MINUTE else gettext("a moment"),
    )
