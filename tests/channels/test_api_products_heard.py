"""What a partner changes of a product, channels hear as if a person had changed it."""

from __future__ import annotations

import pytest

from channels import onboarding
from channels.models import Listing
from tests.api import Api
from tests.inventory.answers import done
from tests.pretend import World


@pytest.mark.parametrize("switch", [{"is_active": False}, {"is_excluded": True}])
def test_a_product_that_is_switched_is_looked_at_again(
    api: Api, world: World, switch: dict[str, bool]
) -> None:
    product, other = world.products[0], world.products[1]
    before, others = world.level(product).stale_version, world.level(other).stale_version
    done(api.patch(f"/products/{product.pk}", switch))
    assert world.level(product).stale_version == before + 1
    done(api.patch(f"/products/{product.pk}", switch))  # nothing changes now
    assert world.level(product).stale_version == before + 1
    assert world.level(other).stale_version == others


def test_a_renamed_product_is_matched_again_before_anything_is_sent(api: Api, world: World) -> None:
    product = world.products[0]
    done(api.patch(f"/products/{product.pk}", {"barcode": "501", "name": "Beaker"}))
    assert world.listing(product).state == Listing.State.LINKED
    done(api.patch(f"/products/{product.pk}", {"sku": "CUP-NEW"}))
    listing = world.listing(product)
    assert (listing.state, listing.item_id) == (Listing.State.NEW, "")
    assert [each.pk for each in onboarding.waiting(world.channel)] == [listing.pk]
