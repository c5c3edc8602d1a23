"""However the communicated table is narrowed and sorted, a page costs a bounded number of
statements."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from channels import due, selling, tallying
from channels.models import Listing
from channels.rules import Mode
from tests.factories import make_products, make_profile, make_selling_list
from tests.pretend import World

pytestmark = pytest.mark.django_db

LIST = "/admin/channels/communicated/"


@pytest.fixture
def narrowed(world: World) -> list[dict[str, str]]:
    """Two things that are asked for together, each page more than full."""
    products = make_products(60)
    careful = make_selling_list(world.channel, make_profile(Mode.NOT_MORE_THAN, quantity=7))
    Listing.objects.bulk_create(
        Listing(channel=world.channel, product=product, state="linked", item_id=product.sku)
        for product in products
    )
    due.by_channel(world.channel)
    listings = Listing.objects.filter(product__in=products)
    selling.assign(careful, list(listings.values_list("pk", flat=True)))
    tallying.tally(1000)
    places = [
        {"channel__id__exact": str(world.channel.pk)},
        {"location__id__exact": str(world.location.pk)},
        {"location__feeds__warehouse__id__exact": str(world.warehouse.pk)},
        {"profile__id__exact": str(careful.profile.pk)},
        {"selling_list__id__exact": str(careful.pk)},
    ]
    ways = [
        {"o": "-5"},
        {"o": "-9"},
        {"state__exact": "waiting"},
        {"q": "o"},
        {"activity": "inactive"},
        {"differs": "yes"},
        {"differs": "left"},
    ]
    both = {"state__exact": "waiting", "q": "o"}
    return [both, *(place | way for place in places for way in ways)]


def test_a_page_narrowed_twice_costs_a_bounded_number_of_statements(
    admin_client: Client,
    narrowed: list[dict[str, str]],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for query in narrowed:
        with django_assert_max_num_queries(12, info=str(query)):
            assert admin_client.get(LIST, query).status_code == 200
