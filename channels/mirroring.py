"""A channel's own stock as a source: what one of its locations shows becomes the stock of a mirror
warehouse, and so of whatever that warehouse feeds elsewhere.

A mirror holds the source's *available* number, so what the source itself sold is gone from it
already; what is sold elsewhere is promised from the mirror like from any other warehouse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from channels.contract import Adapter, LevelRef, RemoteLevel
from channels.models import Channel, Feed, FeedPeriod, Listing, ListingLevel, Location
from channels.signals import levels_due
from inventory import ledger, warehousing
from inventory.errors import Mirrored
from inventory.ledger import Cause
from inventory.models import BundleComponent, StockLevel, Warehouse

FORGOTTEN_AT_ONCE = 1000


class Source(NamedTuple):
    """A location and the warehouse that is its mirror. is_active: the channel still has it."""

    location_id: int
    external_id: str
    name: str
    warehouse_id: int
    is_active: bool


def attach(location: Location, warehouse: Warehouse) -> None:
    """From now on the stock shown at this location is this warehouse's. Nothing is ever told to the
    location. Its numbers come with the next comparison, which whoever listens asks for at once.

    Raises Mirrored: the location is fed or has a mirror, the warehouse has stock of its own or is
    another location's mirror, or would feed a location of the same channel.
    """
    with transaction.atomic():
        place = _locked(location)
        if place.mirror_id is not None:
            raise Mirrored(
                gettext("%(place)s is the source of %(mirror)s already: take that away first.")
                % {"place": place, "mirror": place.mirror},
                field="mirror",
            )
        warehousing.become_mirror(warehouse)
        _point(place, warehouse)
        demand_sound(place.channel)
        _stop_telling(place)
        levels_due.send(sender=None, channel_ids=[place.channel_id])
    location.mirror = warehouse


def detach(location: Location) -> None:
    """The location is no source any more. Its warehouse becomes an ordinary one whose stock is
    unknown until somebody counts it: what was read last would be wrong sooner or later."""
    with transaction.atomic():
        place = _locked(location)
        if place.mirror is None:
            return
        warehouse = place.mirror
        _point(place, None)
        warehousing.end_mirror(warehouse, str(place.channel), f"{place.name} is its source no more")
    location.mirror = None


def _point(place: Location, warehouse: Warehouse | None) -> None:
    place.mirror = warehouse
    place.save(update_fields=["mirror"])


def _locked(location: Location) -> Location:
    places = Location.objects.select_related("channel", "mirror")
    return places.select_for_update(of=["self"], no_key=True).get(pk=location.pk)


def demand_sound(channel: Channel) -> None:
    """Raises Mirrored when a source of the channel is fed, too, or feeds the channel itself: its
    units would be shown twice there. Asked after every change of the mapping."""
    default = Channel.objects.values_list("default_location", flat=True).get(pk=channel.pk)
    for place in channel.locations.exclude(mirror=None).select_related("mirror"):
        if place.pk == default:
            raise Mirrored(
                gettext(
                    "%(place)s is the default location, which is fed by all warehouses: choose"
                    " another default location, or no source."
                )
                % {"place": place},
                field="mirror",
            )
        if place.warehouses.exists():
            raise Mirrored(
                gettext(
                    "%(place)s is fed by warehouses, so what it shows is ours already: take its"
                    " warehouses away, or leave “Becomes the stock of” empty."
                )
                % {"place": place},
                field="mirror",
            )
        _demand_no_loop(channel, place)


def _demand_no_loop(channel: Channel, place: Location) -> None:
    named = channel.locations.filter(warehouses=place.mirror_id)
    fed = channel.locations.filter(
        Exists(Feed.objects.filter(location=OuterRef("pk"), warehouse=place.mirror_id))
    )
    other = named.first() or fed.first()
    if other is not None:
        raise Mirrored(
            gettext(
                "%(mirror)s is the stock of %(place)s, and %(other)s of the same channel"
                " would show it a second time: take it away from there. (A default location"
                " shows every warehouse that no location names.)"
            )
            % {"mirror": place.mirror, "place": place.name, "other": other.name},
            field="mirror",
        )


def _stop_telling(place: Location) -> None:
    """What we told there, or were about to, is nobody's business any more: not even once the
    location is no source any more is it ours to zero."""
    FeedPeriod.objects.filter(location=place).update(is_released=True)
    levels = (
        ListingLevel.objects.filter(location=place).order_by("pk").select_for_update(no_key=True)
    )
    ListingLevel.objects.filter(pk__in=list(levels.values_list("pk", flat=True))).update(
        acknowledged=None,
        read_at=None,
        told=None,
        told_at=None,
        pushed_version=F("stale_version"),
        is_falling=False,
        reason="",
    )


def sources(channel: Channel) -> list[Source]:
    """The channel's locations that have a mirror."""
    places = channel.locations.exclude(mirror=None).order_by("pk")
    return [
        Source(*row)
        for row in places.values_list("pk", "external_id", "name", "mirror_id", "is_active")
    ]


def refresh(channel: Channel, adapter: Adapter, listing_ids: Collection[int] = ()) -> int:
    """Read what the channel's sources show, of some listings or (none given) of all, and bring
    their mirrors to it; how many levels changed. Needs the channel's lease, which keeps readings in
    order. What is no longer listed there becomes unknown.

    Reads `adapter.reads_at_once` levels at a time. Raises ChannelError; what was read until then
    stays, and doing it again changes nothing that is right.
    """
    listings = _listings(channel)
    if listing_ids:
        listings = listings.filter(pk__in=list(listing_ids))
    changed = 0
    for source in sources(channel):
        changed += _refresh(channel, adapter, source, listings)
        if not listing_ids:
            changed += _forget_unlisted(channel, source)
    return changed


def refresh_items(channel: Channel, adapter: Adapter, refs: Collection[LevelRef]) -> int:
    """As refresh, for some levels at the channel's sources; others are passed over."""
    changed = 0
    for source in sources(channel):
        items = {ref.item_id for ref in refs if ref.location_id == source.external_id}
        if items:
            listings = _listings(channel).filter(item_id__in=items)
            changed += _refresh(channel, adapter, source, listings)
    return changed


def _listings(channel: Channel) -> QuerySet[Listing]:
    """What can be read: a bundle has no stock of its own, so its listing has nothing to mirror."""
    components = BundleComponent.objects.filter(bundle=OuterRef("product"))
    return Listing.objects.filter(
        ~Exists(components),
        channel=channel,
        state=Listing.State.LINKED,
        is_ticked=True,
        is_excluded=False,
    ).exclude(item_id="")


def _refresh(
    channel: Channel, adapter: Adapter, source: Source, listings: QuerySet[Listing]
) -> int:
    changed = 0
    for part in _parts(listings, adapter.reads_at_once):
        read_at = timezone.now()
        refs = {LevelRef(item, source.external_id): product for product, item in part}
        shown = adapter.read_levels(list(refs)) if source.is_active else {}
        numbers = {product: _number(shown.get(ref)) for ref, product in refs.items()}
        cause = Cause(actor=str(channel), note=f"Shown at {source.name}", occurred_at=read_at)
        changed += _post(source, numbers, cause)
    return changed


def _parts(listings: QuerySet[Listing], size: int) -> Iterator[Sequence[tuple[int, str]]]:
    """Product and item ids, by the listings' primary keys."""
    after = 0
    rows = listings.order_by("pk").values_list("pk", "product_id", "item_id")
    while part := list(rows.filter(pk__gt=after)[:size]):
        after = part[-1][0]
        yield [(product, item) for _, product, item in part]


def _number(level: RemoteLevel | None) -> int | None:
    """Units, None where the channel has none to tell: the item is gone, not stocked there, or not
    tracked."""
    return level.available if level and level.is_active and level.is_tracked else None


def _post(source: Source, numbers: dict[int, int | None], cause: Cause) -> int:
    """Nothing when somebody detached the source while it was read."""
    with transaction.atomic():
        places = Location.objects.filter(pk=source.location_id, mirror=source.warehouse_id)
        if places.select_for_update(of=["self"], no_key=True).first() is None:
            return 0
        return len(ledger.mirror(source.warehouse_id, numbers, cause).levels)


def _forget_unlisted(channel: Channel, source: Source) -> int:
    """Levels that nobody reads any more, because their product was unticked, excluded, or lost its
    item at the channel."""
    read = _listings(channel).filter(product=OuterRef("product"))
    left = StockLevel.objects.filter(
        ~Exists(read), warehouse=source.warehouse_id, is_known=True
    ).order_by("product_id")
    changed = 0
    while products := list(left.values_list("product_id", flat=True)[:FORGOTTEN_AT_ONCE]):
        cause = Cause(actor=str(channel), note=f"Not communicated with {source.name} any more")
        forgotten = _post(source, dict.fromkeys(products), cause)
        if not forgotten:
            break
        changed += forgotten
    return changed
