"""Which switch keeps a product back is said, and whose it is; once cleared, it leaves no trace."""

from __future__ import annotations

import pytest
from django.test import Client

from channels import due
from channels.models import Communicated, Listing
from inventory.models import Product
from syncjobs import claims
from tests.channels.test_admin_marketplace import form, page, told_on
from tests.pretend import World, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("flag", "reason"), [("is_excluded", "excluded"), ("is_active", "product_inactive")]
)
def test_what_was_passed_over_is_no_error_once_it_may_be_told_again(
    admin_client: Client, world: World, flag: str, reason: str
) -> None:
    product = world.products[0]
    off = {flag: flag == "is_excluded"}
    Product.objects.filter(pk=product.pk).update(**off)
    due.by_level([world.level(product).pk])
    assert reason in {each.code for each in claims.pass_over(world.channel)}
    assert world.row(product).state == Communicated.State.EXCLUDED

    admin_client.post(page(product), form(product))

    row = world.row(product)
    assert (row.state, row.reason) == (Communicated.State.PENDING, "")


@pytest.mark.parametrize(
    ("here", "everywhere", "group", "why", "advice"),
    [
        (True, False, "Warehouse manager", "on Corner shop", "Only your CSM can clear it"),
        (False, True, "Warehouse manager", "on all channels", "Clear “Excluded from sync on all"),
        (True, False, "CSM", "on Corner shop", "Clear “Excluded” for Corner shop"),
        (False, True, "CSM", "on all channels", "Ask a warehouse manager to clear it for all"),
        (True, True, "CSM", "and on Corner shop by itself", "Clear “Excluded” for Corner shop"),
    ],
)
def test_the_page_says_whose_switch_excludes_it_and_what_this_person_may_do(
    client: Client, world: World, here: bool, everywhere: bool, group: str, why: str, advice: str
) -> None:
    client.force_login(person("somebody", group=group))
    product = world.products[0]
    Listing.objects.filter(product=product).update(is_excluded=here)
    Product.objects.filter(pk=product.pk).update(is_excluded=everywhere)

    shown = client.get(page(product))
    [told] = told_on(shown)

    assert told.why.endswith(why)
    assert advice in told.advice
    assert "Clear the exclude switch" not in shown.text


def test_where_it_is_communicated_is_read_with_where_it_is_excluded(
    client: Client, world: World
) -> None:
    client.force_login(person("manager", group="Warehouse manager"))
    product = world.products[0]
    Listing.objects.filter(product=product).update(is_excluded=True)
    here = client.get(page(product)).text
    Product.objects.filter(pk=product.pk).update(is_excluded=True)
    everywhere = client.get(page(product)).text

    assert "Corner shop (excluded). Ask your CSM" in here
    assert "Nothing is sent now: it is excluded from sync on all channels." in everywhere
    assert "Excluded from sync on all channels" in here  # what his own switch is called
