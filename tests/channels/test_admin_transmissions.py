"""ASNs on their way to a channel: what was refused says why, and is sent again from its page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import transmission
from channels.contract import ChannelError, Code
from channels.models import ChannelOrder, Transmission
from desk.cells import page_of
from orders import asn
from orders.models import SalesOrder
from tests.orders.factories import whole
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

Status = Transmission.Status


@pytest.fixture
def refused(world: World) -> Transmission:
    """Its ASN has no tracking, and the channel demands it."""
    order = SalesOrder.objects.get(pk=world.hold(world.products[0], 2))
    ChannelOrder.objects.create(
        channel=world.channel,
        external_id="77",
        number="#77",
        order=order,
        updated_at=timezone.now(),
    )
    asn.send([asn.draft(order.pk, whole(order)).pk])
    sent = Transmission.objects.get()
    error = ChannelError(Code.TRACKING_MISSING, "No shipment without a carrier", permanent=True)
    transmission.note_refused(sent, error)
    return sent


def send_again(client: Client, sent: Transmission) -> Any:
    page = reverse("admin:channels_transmission_send_this_again", args=[sent.pk])
    return client.post(page, {"_form_submitted": "True", "key": "dialog-1"})


def test_the_page_says_status_and_reason_in_words(
    admin_client: Client, refused: Transmission
) -> None:
    lists = reverse("admin:channels_transmission_changelist")
    for page in (page_of(refused), lists):
        text = admin_client.get(page).text
        assert "Refused" in text
        assert "Tracking is missing" in text
        assert "Enter carrier and tracking number on the ASN, then choose Send again." in text
        assert "&#x27;failed&#x27;" not in text
        assert "('failed'" not in text


def test_what_was_refused_is_sent_again_from_its_page_and_nothing_else(
    admin_client: Client, refused: Transmission
) -> None:
    address = reverse("admin:channels_transmission_send_this_again", args=[refused.pk])
    assert address in admin_client.get(page_of(refused)).text
    for _ in range(2):
        assert send_again(admin_client, refused).status_code == 302
    refused.refresh_from_db()
    assert (refused.status, refused.reason) == (Status.WAITING, "")
    assert address not in admin_client.get(page_of(refused)).text


def test_who_may_only_look_does_not_send_again(client: Client, refused: Transmission) -> None:
    client.force_login(person("viewer", "channels.view_transmission"))
    assert client.get(page_of(refused)).status_code == 200
    assert send_again(client, refused).status_code in {302, 403}
    refused.refresh_from_db()
    assert refused.status == Status.FAILED
