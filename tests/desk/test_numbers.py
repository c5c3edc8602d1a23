"""Numbers as people read them, also what is kept of them."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils.translation import override

from desk import history, numbers, saying
from inventory.models import Product, Warehouse
from syncjobs.admin.progress import lasted
from tests.factories import stock
from tests.orders.factories import make_order
from tests.orders.test_work_ship import line_of, page


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        (1.99, 0, "2"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (1999.9, 0, "2,000"),
        (2.675, 2, "2.68"),
        (-1.5, 0, "-2"),
        (7, 1, "7.0"),
        (1234.56, None, "1,234.56"),
    ],
)
def test_decimals_that_are_not_shown_round_the_last_one(
    number: float, places: int | None, text: str
) -> None:
    assert numbers.shown(number, places) == text


def test_a_length_of_time_is_rounded_and_not_cut_off() -> None:
    assert lasted(33.88) == "33.9 s"


def test_a_kept_number_is_written_in_the_way_of_whoever_reads_it() -> None:
    with override("ro"):
        said = saying.gettext("%(before)d → %(after)s") % {"before": 1234, "after": -5678}
        assert said == "1.234 → -5.678"

    kept = saying.as_data(said)

    assert kept["values"] == {"named": {"before": 1234, "after": -5678}}
    with override("en"):
        assert saying.again(kept) == "1,234 → -5,678"
        assert saying.gettext("Run %(number)d") % {"number": "4000123"} == "Run 4000123"


@pytest.mark.django_db
def test_what_a_romanian_shipped_is_a_thousand_to_an_english_reader_too(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5000)
    order = make_order(warehouse, {product: 1234}, number="SO-BIG")
    given = {"key": "k", line_of(order): "1234"}
    with override("ro"):  # a request leaves its language behind
        admin_client.post(page("pick", order), given, headers={"Accept-Language": "ro"})
    [entry] = LogEntry.objects.filter(object_id=str(order.pk))

    with override("en"):
        assert history.told(entry) == "1,234 units shipped."
    with override("ro"):
        assert history.told(entry).startswith("1.234 ")
