"""Finds which item of a channel a product is: by SKU, by barcode, or by exact name, never by guess.

A product without a match, or with more than one, is skipped and says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from django.db import connection

from channels.contract import Adapter, Code, RemoteListing
from channels.models import Channel, Listing


def match(channel: Channel, listings: Sequence[Listing], adapter: Adapter) -> dict[int, Code]:
    """Link these listings (products selected) to the channel's items.

    Returns a code by listing id: ACCEPTED for linked ones, else why it was skipped. Stores state
    and ids. Raises ChannelError when the channel can not be asked.
    """
    wanted = {listing.pk: _key(channel, listing) for listing in listings}
    found = _candidates(channel, adapter, wanted)
    codes = {listing.pk: _judge(listing, wanted[listing.pk], found) for listing in listings}
    _refuse_shared(channel, listings, codes)
    _store(listings)
    return codes


_STORE = """
UPDATE channels_listing listing
SET state = found.state, reason = found.reason, external_id = found.external_id,
    item_id = found.item_id, title = found.title
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS found(id, state, reason, external_id, item_id, title)
WHERE listing.id = found.id
"""


def _store(listings: Sequence[Listing]) -> None:
    fields = ("pk", "state", "reason", "external_id", "item_id", "title")
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE, [[_plain(getattr(each, field)) for each in listings] for field in fields]
        )


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value


def _key(channel: Channel, listing: Listing) -> str:
    product = listing.product
    return {
        Channel.Matching.SKU: product.sku,
        Channel.Matching.BARCODE: product.barcode,
        Channel.Matching.NAME: product.name,
    }[Channel.Matching(channel.matching)]


def _candidates(
    channel: Channel, adapter: Adapter, wanted: Mapping[int, str]
) -> Mapping[str, Sequence[RemoteListing]]:
    """The channel's items by the code that this channel is matched by."""
    keys = {key for key in wanted.values() if key}
    is_searchable = channel.matching == Channel.Matching.SKU and len(keys) <= adapter.search_limit
    found: dict[str, list[RemoteListing]] = defaultdict(list)
    for remote in adapter.pull_listings(sorted(keys) if is_searchable else None):
        key = getattr(remote, channel.matching)
        if key in keys:
            found[key].append(remote)
    return found


def _judge(listing: Listing, key: str, found: Mapping[str, Sequence[RemoteListing]]) -> Code:
    candidates = found.get(key, ()) if key else ()
    if len(candidates) != 1:
        return _skip(listing, Code.AMBIGUOUS_MATCH if candidates else Code.NOT_MATCHED)
    remote = candidates[0]
    if not remote.is_active:
        return _skip(listing, Code.REMOTE_INACTIVE)
    listing.state, listing.reason = Listing.State.LINKED, ""
    listing.external_id, listing.item_id = remote.external_id, remote.item_id
    listing.title = remote.name[:255]
    return Code.ACCEPTED


def _skip(listing: Listing, code: Code) -> Code:
    listing.state, listing.reason = Listing.State.SKIPPED, code
    listing.external_id = listing.item_id = ""
    return code


def _refuse_shared(channel: Channel, listings: Sequence[Listing], codes: dict[int, Code]) -> None:
    """Two products on one item would overwrite each other's number for ever: link neither."""
    uses = Counter(listing.item_id for listing in listings if listing.item_id)
    mine = [listing.pk for listing in listings]
    others = Listing.objects.filter(channel=channel, item_id__in=list(uses)).exclude(pk__in=mine)
    uses.update(others.values_list("item_id", flat=True))
    for listing in listings:
        if uses[listing.item_id] > 1:
            codes[listing.pk] = _skip(listing, Code.AMBIGUOUS_MATCH)
