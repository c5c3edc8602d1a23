"""Whether a run may be asked for, and about which products."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from channels import mirroring
from channels.models import Channel
from partners import sight
from partners.models import Partner
from partners.rest.problems import Problem, pointer
from syncjobs.models import Run

Kind = Run.Kind

_CHOSEN = """
SELECT wanted.position - 1, wanted.sku, listing.product_id
FROM unnest(%s::text[]) WITH ORDINALITY AS wanted(sku, position)
LEFT JOIN inventory_product product ON upper(product.sku) = upper(wanted.sku)
LEFT JOIN channels_listing listing
    ON listing.product_id = product.id AND listing.channel_id = %s AND listing.is_ticked
ORDER BY wanted.position
"""


def find(name: str, partner: Partner) -> Channel:
    """The channel with this name. Raises a Problem when there is none that the partner may see."""
    channel = sight.seen(Channel.objects.all(), partner).filter(name=name).first()
    if channel is None:
        raise _wrong(422, "unknown_reference", "channel", f"There is no channel {name}.")
    return channel


def demand_switched_on(channel: Channel, kind: str) -> None:
    """Raises a Problem when a run of this kind would do nothing there."""
    if not channel.is_active:
        raise _switched_off(f"{channel} is switched off: nothing runs there.")
    if kind == Kind.ORDERS or channel.is_stock_synced:
        return
    if kind != Kind.COMPARE or not mirroring.sources(channel):
        raise _switched_off(f"Stock sync is off for {channel}: only orders can be taken in.")


def chosen(channel: Channel, kind: str, skus: Collection[str] | None) -> Sequence[int]:
    """Ids of the products that are named, none for kinds that name none. Raises a Problem with
    each SKU that is not communicated there: a run would take nothing for everything."""
    if kind != Kind.BULK:
        if skus is not None:
            raise _wrong(422, "not_for_kind", "skus", "Only a bulk run is about chosen products.")
        return []
    if not skus:
        raise _wrong(422, "required", "skus", "Name the products that a bulk run is about.")
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, [list(skus), channel.pk])
        rows = cursor.fetchall()
    missing = [(position, sku) for position, sku, product in rows if product is None]
    if missing:
        raise _not_communicated(channel, missing)
    return sorted({product for _, _, product in rows})


def _not_communicated(channel: Channel, missing: Sequence[tuple[int, str]]) -> Problem:
    errors = [
        {
            "pointer": pointer(f"skus.{position}"),
            "detail": f"{sku} is not communicated on {channel}: check its spelling, or tick the"
            " channel for it first.",
            "code": "unknown_reference",
        }
        for position, sku in missing[:100]
    ]
    more = f" ({len(missing) - 1} more)" if len(missing) > 1 else ""
    return Problem(422, "unknown_reference", errors[0]["detail"] + more, errors)


def _switched_off(detail: str) -> Problem:
    return _wrong(409, "channel_off", "channel", detail)


def _wrong(status: int, code: str, field: str, detail: str) -> Problem:
    return Problem(
        status, code, detail, [{"pointer": pointer(field), "detail": detail, "code": code}]
    )
