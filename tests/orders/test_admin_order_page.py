"""An order's page tells each thing once, and offers each step once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from orders import asn
from orders.admin.story import SAME
from orders.models import Asn, SalesOrder
from tests.orders.factories import whole
from tests.orders.test_admin import act, user_with
from tests.orders.test_admin_repeats import line_of

pytestmark = pytest.mark.django_db


def shown(client: Client, order: SalesOrder) -> Any:
    return client.get(reverse("admin:orders_salesorder_change", args=[order.pk]))


@pytest.mark.parametrize("language", ["en", "ro"])
def test_a_draft_is_told_once_with_who_made_it(
    admin_client: Client, order: SalesOrder, language: str
) -> None:
    with translation.override(language):
        act(admin_client, "salesorder_draft_asn", order.pk, **{line_of(order): 4, "carrier": "UPS"})
    notice = Asn.objects.get()
    shown(admin_client, order)  # tells what was done, once

    page = shown(admin_client, order).context["page"]
    told = [event for event in page["story"] if str(notice) in event.text]
    assert [(event.icon, event.actor) for event in told] == [("note_add", "admin")]

    # What the history tells of another moment stays.
    Asn.objects.filter(pk=notice.pk).update(created_at=timezone.now() - 2 * SAME)
    story = shown(admin_client, order).context["page"]["story"]
    assert sum(str(notice) in event.text for event in story) == 2


def test_a_step_is_offered_once(admin_client: Client, order: SalesOrder) -> None:
    asn.draft(order.pk, whole(order))
    text = shown(admin_client, order).text
    assert "Complete the tracking and send it" in text
    assert text.count("Send the ASN") == 1


def test_nor_to_those_who_may_not_do_it(client: Client, order: SalesOrder) -> None:
    asn.draft(order.pk, whole(order))
    user_with(client, "view_salesorder")
    text = shown(client, order).text
    assert "Complete the tracking and send it" in text
    assert "Send the ASN" not in text
