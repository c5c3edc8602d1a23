"""How far the telling of a number has come: the communicated table finds what waits, and what a
channel took and does not show yet, however many they are."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from channels.models import Channel, ListingLevel
from desk import narrowing
from syncjobs.admin.waiting import unconfirmed_url, waiting_url
from tests.pretend import World

pytestmark = pytest.mark.django_db


def skus(client: Client, address: str) -> set[str]:
    return {row.shown.sku for row in client.get(address).context["cl"].result_list}


@pytest.mark.parametrize("read", [10_000, 1, 0], ids=["few", "many", "more"])
def test_what_a_channel_does_not_show_yet_is_listed(
    admin_client: Client, world: World, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = [world.level(product).pk for product in world.products[:2]]
    ListingLevel.objects.filter(pk__in=taken).update(told=5, told_at=timezone.now())
    other = Channel.objects.create(kind="pretend", name="Other", checked_at=timezone.now())
    monkeypatch.setattr(narrowing, "READ", read)

    everywhere = unconfirmed_url(world.channel).replace(
        f"channel__id__exact={world.channel.pk}", ""
    )
    assert skus(admin_client, unconfirmed_url(world.channel)) == {"CUP-0", "CUP-1"}
    assert skus(admin_client, everywhere) == {"CUP-0", "CUP-1"}
    assert skus(admin_client, unconfirmed_url(other)) == set()


def test_what_waits_to_be_sent_is_listed(admin_client: Client, world: World) -> None:
    world.tell(world.products[0])

    assert skus(admin_client, waiting_url(world.channel)) == {"CUP-1", "CUP-2"}
