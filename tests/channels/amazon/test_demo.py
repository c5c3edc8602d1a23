"""The demonstration with a second channel: other numbers for the same goods, and why."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from pytest_django import Settings

from channels.models import Channel, Communicated, SellingList
from channels.publishing import Place, decide
from syncjobs.models import Run
from tests.channels.amazon.engine import KIND
from tests.channels.amazon.rehearsal import Rehearsal
from tests.store import Store

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_demo_offers_the_same_goods_there_by_other_rules(
    amazon_sandbox: Rehearsal, store: Store, settings: Settings
) -> None:
    settings.STOCKCAST_DEMO = True
    sandboxes = ("--sandbox", f"shopify={store.url}", "--sandbox", f"{KIND}={amazon_sandbox.url}")
    call_command("demo", *sandboxes, stdout=io.StringIO())
    call_command("demo", *sandboxes, stdout=io.StringIO())

    channel = Channel.objects.get(kind=KIND)
    assert Run.objects.filter(channel=channel, status=Run.Status.QUEUED).count() == 1
    teasers = SellingList.objects.get(channel=channel)
    rows = Communicated.objects.filter(listing__selling_list=teasers).exclude(location=None)
    places = {row.pk: Place(row.product_id, row.location_id or 0) for row in rows}
    decisions = decide(places.values())
    assert len(places) == 8
    assert all(decisions[place].quantity in range(11) for place in places.values())
    assert {decisions[place].rule.name for place in places.values()} == {"Not more than 10"}
