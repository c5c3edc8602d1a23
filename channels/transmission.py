"""A sent ASN is told to the channel that its order came from, with tracking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from channels.contract import ChannelError, Shipment
from channels.models import Channel, ChannelOrder, Transmission
from channels.signals import levels_due
from orders.models import AsnLine
from orders.signals import asn_sent


def connect() -> None:
    """Listen to ASNs; called once, when the app is ready."""
    asn_sent.connect(_on_asn_sent, dispatch_uid="channels.transmission")


def _on_asn_sent(asn_ids: Sequence[int], **_: object) -> None:
    """Queue a transmission for each ASN whose order a channel knows, in the ASN's transaction.
    One that has its transmission already tells what the channel did itself."""
    untold = set(asn_ids) - set(
        Transmission.objects.filter(asn__in=asn_ids).values_list("asn", flat=True)
    )
    bound = ChannelOrder.objects.filter(order__asns__in=untold).annotate(asn=F("order__asns"))
    found = list(bound.filter(asn__in=untold).values_list("asn", "pk", "channel_id"))
    Transmission.objects.bulk_create(
        Transmission(asn_id=asn_id, channel_order_id=order) for asn_id, order, _ in found
    )
    if found:
        levels_due.send(sender=None, channel_ids=sorted({channel for *_, channel in found}))


def waiting(channel: Channel, limit: int) -> list[Transmission]:
    """Transmissions that the channel was not told yet, oldest first."""
    transmissions = Transmission.objects.filter(
        status=Transmission.Status.WAITING, channel_order__channel=channel
    )
    return list(transmissions.select_related("asn", "channel_order").order_by("pk")[:limit])


def is_waiting(channel: Channel) -> bool:
    return Transmission.objects.filter(
        status=Transmission.Status.WAITING, channel_order__channel=channel
    ).exists()


def shipment(transmission: Transmission) -> Shipment:
    """The ASN in the channel's own ids. Lines the channel does not know are left out."""
    notice = transmission.asn
    lines = AsnLine.objects.filter(asn=notice, order_line__binding__isnull=False)
    return Shipment(
        order_id=transmission.channel_order.external_id,
        lines=dict(lines.values_list("order_line__binding__external_id", "quantity")),
        tracking_number=notice.tracking_number,
        tracking_url=notice.tracking_url,
        carrier=notice.carrier,
        reference=str(notice),
        sent_at=notice.sent_at,
    )


def note_sent(transmission: Transmission, external_id: str) -> None:
    transmission.status, transmission.external_id = Transmission.Status.SENT, external_id
    transmission.reason, transmission.message = "", ""
    transmission.sent_at = timezone.now()
    transmission.save()


def note_refused(transmission: Transmission, error: ChannelError) -> None:
    """The channel refuses this one for good; a person may set it waiting again."""
    transmission.status = Transmission.Status.FAILED
    transmission.reason, transmission.message = error.code, error.message
    transmission.save()


def send_again(transmission_ids: Iterable[int]) -> int:
    """Let refused ones wait again; returns how many did."""
    refused = Transmission.objects.filter(
        pk__in=list(transmission_ids), status=Transmission.Status.FAILED
    )
    with transaction.atomic():
        channel_ids = sorted(set(refused.values_list("channel_order__channel", flat=True)))
        number = refused.update(status=Transmission.Status.WAITING, reason="", message="")
        if number:
            levels_due.send(sender=None, channel_ids=channel_ids)
    return number
