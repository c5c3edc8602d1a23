"""What somebody else switched since the page was opened is not switched back because a name was
corrected."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from channels.models import Channel, Listing
from inventory.models import Product
from tests.channels.test_admin_marketplace import form, page
from tests.pretend import World, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(world: World) -> Channel:
    """Another channel, for which nothing is ticked."""
    return Channel.objects.create(kind="pretend", name="Second shop")


def opened(client: Client, product: Product, **changes: Any) -> dict[str, Any]:
    """What the browser sends of a page as it is shown now, with these changes."""
    shown = client.get(page(product)).text
    hidden = {
        html.unescape(name): html.unescape(value)
        for tag in re.findall(r'<input type="hidden"[^>]*>', shown)
        for name in re.findall(r'name="(initial-[^"]+)"', tag)
        for value in [(re.findall(r'value="([^"]*)"', tag) or [""])[0]]
    }
    assert {"initial-name", "initial-is_active", "initial-is_excluded"} <= hidden.keys()
    return form(product, **hidden, **changes)


def test_a_page_opened_before_an_exclusion_does_not_undo_it(
    admin_client: Client, world: World
) -> None:
    product = world.products[0]
    sent = opened(admin_client, product, name="Better name")
    Listing.objects.filter(product=product).update(is_excluded=True)
    before = world.level(product).stale_version

    assert admin_client.post(page(product), sent).status_code == 302

    product.refresh_from_db()
    assert product.name == "Better name"
    assert world.listing(product).is_excluded
    assert world.level(product).stale_version == before  # and no channel is told again


def test_nor_a_tick_nor_what_was_switched_on_the_product_itself(
    admin_client: Client, world: World, second: Channel
) -> None:
    product = world.products[0]
    sent = opened(admin_client, product, excluded_on=[world.channel.pk])
    Listing.objects.create(product=product, channel=second, is_ticked=True, is_excluded=True)
    Product.objects.filter(pk=product.pk).update(is_active=False, is_excluded=True, name="Beaker")

    admin_client.post(page(product), sent)

    product.refresh_from_db()
    assert (product.name, product.is_active, product.is_excluded) == ("Beaker", False, True)
    listings = Listing.objects.filter(product=product).order_by("channel__name")
    assert [(each.is_ticked, each.is_excluded) for each in listings] == [(True, True), (True, True)]


def test_nor_does_a_manager_who_may_not_place(client: Client, world: World) -> None:
    client.force_login(person("mover", "inventory.view_product", "inventory.change_product"))
    product = world.products[0]
    sent = opened(client, product, name="Better name")
    Product.objects.filter(pk=product.pk).update(is_excluded=True, barcode="4006381333931")

    client.post(page(product), sent)

    product.refresh_from_db()
    assert (product.name, product.is_excluded) == ("Better name", True)
    assert product.barcode == "4006381333931"


def test_what_this_person_cleared_is_cleared(
    admin_client: Client, world: World, second: Channel
) -> None:
    product = world.products[0]
    Listing.objects.create(product=product, channel=second, is_ticked=True, is_excluded=True)
    Listing.objects.filter(product=product).update(is_excluded=True)
    sent = opened(admin_client, product, excluded_on=[second.pk])

    admin_client.post(page(product), sent)

    assert not world.listing(product).is_excluded
    assert Listing.objects.get(product=product, channel=second).is_excluded


def test_a_refused_form_remembers_what_was_shown_first(
    admin_client: Client, world: World, second: Channel
) -> None:
    product = world.products[0]
    sent = opened(admin_client, product, excluded_on=[second.pk])
    Listing.objects.filter(product=product).update(is_excluded=True)

    refused = admin_client.post(page(product), sent)

    assert refused.status_code == 200
    assert re.search(r'name="initial-excluded_on" value=""', refused.text)
    admin_client.post(page(product), sent | {"excluded_on": []})
    assert world.listing(product).is_excluded


def test_a_channel_that_is_gone_since_is_no_error(
    admin_client: Client, world: World, second: Channel
) -> None:
    product = world.products[0]
    sent = opened(admin_client, product, name="Better name")
    sent["initial-marketplace"] += f",{second.pk}"
    second.delete()

    assert admin_client.post(page(product), sent).status_code == 302
    assert world.listing(product).is_ticked
