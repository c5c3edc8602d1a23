"""The product's page: where it is communicated, who may say so, and what the channels hear."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import onboarding
from channels.admin.marketplace import ASK
from channels.admin.previewing import CONFIRMED
from channels.admin.product_told import Told
from channels.models import Channel, Listing
from inventory.models import Product
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:inventory_product_changelist")


def page(product: Product) -> str:
    return reverse("admin:inventory_product_change", args=[product.pk])


def form(product: Product, **changes: Any) -> dict[str, Any]:
    """What the browser would send, with these changes; with the inline's part."""
    listings = Listing.objects.filter(product=product.pk)
    data = {
        "sku": product.sku,
        "name": product.name,
        "barcode": product.barcode,
        "is_active": "on",
        "marketplace": [each.channel_id for each in listings if each.is_ticked],
        "excluded_on": [each.channel_id for each in listings if each.is_excluded],
        "levels-TOTAL_FORMS": 0,
        "levels-INITIAL_FORMS": 0,
        "components-TOTAL_FORMS": 0,
        "components-INITIAL_FORMS": 0,
    }
    return {key: value for key, value in (data | changes).items() if value is not None}


def told_on(response: Any) -> list[Told]:
    """What the page says of each place."""
    panels = [each for each in response.context["overview"] if "told" in each.context]
    return [told for panel in panels for told in panel.context["told"]]


@pytest.fixture
def second(world: World) -> Channel:
    """Another channel, for which nothing is ticked."""
    return Channel.objects.create(kind="pretend", name="Second shop")


def test_ticking_a_channel_lists_the_product_there(
    admin_client: Client, world: World, second: Channel
) -> None:
    product = world.products[0]

    response = admin_client.post(
        page(product), form(product, marketplace=[world.channel.pk, second.pk])
    )

    assert response.status_code == 302
    listing = Listing.objects.get(product=product, channel=second)
    assert (listing.is_ticked, listing.state) == (True, Listing.State.NEW)
    assert world.listing(product).state == Listing.State.LINKED


def test_unticking_keeps_the_listing_and_its_link(admin_client: Client, world: World) -> None:
    product = world.products[0]

    admin_client.post(page(product), form(product, marketplace=[]))

    listing = world.listing(product)
    assert (listing.is_ticked, listing.item_id) == (False, "I-CUP-0")


def test_a_product_is_ticked_when_it_is_added(admin_client: Client, world: World) -> None:
    data = form(Product(sku="NEW-1", name="New"), marketplace=[world.channel.pk])

    response = admin_client.post(reverse("admin:inventory_product_add"), data)

    assert response.status_code == 302
    assert Listing.objects.get(product__sku="NEW-1").channel == world.channel


def test_excluding_on_one_channel_makes_its_levels_due(admin_client: Client, world: World) -> None:
    product = world.products[0]
    before = world.level(product).stale_version

    admin_client.post(page(product), form(product, excluded_on=[world.channel.pk]))

    assert world.listing(product).is_excluded
    assert world.level(product).stale_version == before + 1


def test_all_that_keeps_numbers_back_stands_in_one_table(
    admin_client: Client, world: World, second: Channel
) -> None:
    product = world.products[0]
    Listing.objects.filter(product=product).update(is_excluded=True)

    shown = admin_client.get(page(product)).content.decode()

    table = shown[shown.index("sc-places") :]
    table = table[: table.index("</table>")]
    boxes = re.findall(
        r'<input type="checkbox" name="(\w+)"(?: value="(\d+)")?[^>]*?( checked)?>', table
    )
    mine, other = str(world.channel.pk), str(second.pk)
    assert sorted(boxes) == sorted(
        [
            ("is_excluded", "", ""),
            ("marketplace", mine, " checked"),
            ("excluded_on", mine, " checked"),
            ("marketplace", other, ""),
            ("excluded_on", other, ""),
        ]
    )
    assert shown.count('name="is_excluded"') == 1
    assert shown.count('name="excluded_on"') == 2


def test_who_may_not_edit_the_product_reads_there_whether_it_is_excluded_everywhere(
    client: Client, world: World
) -> None:
    client.force_login(person("csm", "inventory.view_product", "channels.change_listing"))
    product = world.products[0]
    Product.objects.filter(pk=product.pk).update(is_excluded=True)

    shown = client.get(page(product)).content.decode()
    client.post(page(product), form(product, excluded_on=[world.channel.pk]))

    assert 'name="is_excluded"' not in shown
    table = shown[shown.index("sc-places") :]
    assert "yes" in table[: table.index("</tr>", table.index("All channels"))]
    product.refresh_from_db()
    assert product.is_excluded
    assert world.listing(product).is_excluded


def test_excluding_where_it_is_not_communicated_is_refused_and_stays_typed(
    admin_client: Client, world: World, second: Channel
) -> None:
    product = world.products[0]
    data = form(product, excluded_on=[second.pk])

    refused = admin_client.post(page(product), data)

    assert refused.status_code == 200
    assert "Second shop: the product is not communicated there" in refused.text
    kept = f'name="excluded_on" value="{second.pk}"'
    assert "checked" in refused.text[refused.text.index(kept) :].split(">", 1)[0]
    data["marketplace"] = [world.channel.pk, second.pk]
    assert admin_client.post(page(product), data).status_code == 302
    assert Listing.objects.get(product=product, channel=second).is_excluded


def test_saving_without_a_change_marks_nothing(admin_client: Client, world: World) -> None:
    product = world.products[0]
    before = world.level(product).stale_version

    response = admin_client.post(page(product), form(product))

    assert response.status_code == 302
    assert world.level(product).stale_version == before


@pytest.mark.parametrize("field", ["is_active", "is_excluded"])
def test_switching_the_product_itself_makes_its_levels_due(
    admin_client: Client, world: World, field: str
) -> None:
    product = world.products[0]
    before = world.level(product).stale_version

    admin_client.post(
        page(product), form(product, **{field: None if field == "is_active" else "on"})
    )

    assert world.level(product).stale_version == before + 1


@pytest.mark.parametrize("action", ["exclude_from_sync", "archive"])
def test_switching_many_products_makes_their_levels_due(
    admin_client: Client, world: World, action: str
) -> None:
    chosen = world.products[:2]
    before = [world.level(product).stale_version for product in chosen]

    chosen_ids = [product.pk for product in chosen]
    asked = {"action": action, "_selected_action": chosen_ids}
    assert admin_client.post(LIST, asked).status_code == 200
    assert [world.level(product).stale_version for product in chosen] == before
    admin_client.post(LIST, asked | {CONFIRMED: "1", "index": "0"})

    assert [world.level(product).stale_version for product in chosen] == [
        version + 1 for version in before
    ]


def test_without_the_permission_the_marketplace_is_read_and_not_changed(
    client: Client, world: World, second: Channel
) -> None:
    client.force_login(person("mover", "inventory.view_product", "inventory.change_product"))
    product = world.products[0]

    shown = client.get(page(product)).content.decode()
    data = form(product, name="Renamed", marketplace=[second.pk], excluded_on=[world.channel.pk])
    response = client.post(page(product), data)

    assert str(ASK) in shown
    assert 'name="marketplace"' not in shown
    assert response.status_code == 302
    product.refresh_from_db()
    assert product.name == "Renamed"
    assert list(Listing.objects.filter(product=product).values_list("channel", "is_excluded")) == [
        (world.channel.pk, False)
    ]


def test_with_that_permission_alone_only_the_marketplace_changes(
    client: Client, world: World, second: Channel
) -> None:
    client.force_login(person("csm", "inventory.view_product", "channels.change_listing"))
    product = world.products[0]

    data = form(product, name="Renamed", is_active=None, marketplace=[second.pk])
    response = client.post(page(product), data)

    assert response.status_code == 302
    product.refresh_from_db()
    assert (product.name, product.is_active) == ("Cup 0", True)
    assert not world.listing(product).is_ticked
    assert Listing.objects.get(product=product, channel=second).is_ticked


def test_that_permission_alone_offers_no_action_on_products(client: Client, world: World) -> None:
    client.force_login(person("csm", "inventory.view_product", "channels.change_listing"))
    product = world.products[0]

    client.post(LIST, {"action": "archive", "_selected_action": [product.pk]})

    product.refresh_from_db()
    assert product.is_active


def test_the_page_says_what_each_channel_is_told(admin_client: Client, world: World) -> None:
    world.tell(world.products[0])

    told = told_on(admin_client.get(page(world.products[0])))
    [unmatched] = told_on(admin_client.get(page(world.products[3])))

    assert [(each.row.should, each.row.acknowledged) for each in told] == [(40, 40)]
    assert unmatched.row.why_not == "No match at the channel"
    assert "correct its SKU" in unmatched.advice


def test_who_may_not_see_the_table_sees_no_numbers_told(client: Client, world: World) -> None:
    client.force_login(person("counter", "inventory.view_product"))

    assert told_on(client.get(page(world.products[0]))) == []


def test_products_are_filtered_by_marketplace(
    admin_client: Client, world: World, second: Channel
) -> None:
    def found(value: int | str) -> int:
        response = admin_client.get(LIST, {"marketplace": value})
        return len(response.context["cl"].result_list)

    assert (found(world.channel.pk), found(second.pk), found("none")) == (4, 0, 0)


def test_page_and_list_of_products_stay_cheap(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        admin_client.get(LIST)
    with django_assert_max_num_queries(25):
        admin_client.get(page(world.products[0]))


def test_a_changed_sku_is_matched_again_where_the_sku_counts(
    admin_client: Client, world: World, second: Channel
) -> None:
    product = world.products[0]
    Channel.objects.filter(pk=second.pk).update(matching=Channel.Matching.BARCODE)
    Listing.objects.create(channel=second, product=product, state="linked", item_id="B-1")

    response = admin_client.post(page(product), form(product, sku="CUP-NEW"), follow=True)

    listing = world.listing(product)
    assert (listing.state, listing.item_id, listing.external_id) == (Listing.State.NEW, "", "")
    assert listing.eligible_at <= timezone.now()
    assert [each.pk for each in onboarding.waiting(world.channel)] == [listing.pk]
    assert Listing.objects.get(channel=second).item_id == "B-1"
    assert "Corner shop: the product is matched again" in response.text


def test_a_changed_name_keeps_the_link_where_the_sku_counts(
    admin_client: Client, world: World
) -> None:
    product = world.products[0]

    admin_client.post(page(product), form(product, name="Beaker"))

    assert world.listing(product).item_id == "I-CUP-0"


def test_a_new_listing_waits_for_its_day_whatever_changes(
    admin_client: Client, world: World
) -> None:
    product = world.products[0]
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    Listing.objects.filter(product=product).update(state="new", item_id="", eligible_at=tomorrow)

    admin_client.post(page(product), form(product, sku="CUP-NEW"))

    assert world.listing(product).eligible_at == tomorrow


def test_many_products_are_ticked_and_unticked_at_once(
    admin_client: Client, world: World, second: Channel
) -> None:
    chosen = [product.pk for product in world.products]
    data = {"action": f"tick_{second.pk}", "_selected_action": chosen}

    assert admin_client.post(LIST, data).status_code == 200
    assert not second.listings.exists()
    data |= {CONFIRMED: "1", "index": "0"}
    assert admin_client.post(LIST, data).status_code == 302
    assert second.listings.filter(is_ticked=True).count() == len(chosen)

    admin_client.post(LIST, data | {"action": f"untick_{second.pk}"})
    assert not second.listings.filter(is_ticked=True).exists()


def test_only_who_decides_on_marketplaces_can_tick_many(
    client: Client, world: World, second: Channel
) -> None:
    client.force_login(person("manager", group="Warehouse manager"))
    data = {"action": f"tick_{second.pk}", "_selected_action": [world.products[0].pk]}

    client.post(LIST, data)

    assert not second.listings.exists()
