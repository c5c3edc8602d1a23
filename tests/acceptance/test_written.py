"""Days, moments and numbers are written by one rule, in every language. That every page keeps to it
is seen where all pages are read, in test_romanian.py."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from channels.models import Communicated
from desk import moments, numbers
from desk.cells import page_of
from inventory.models import StockLevel, Warehouse
from orders.models import SalesOrder
from syncjobs.admin.finding_words import FINDINGS
from tests.factories import make_product
from tests.orders.factories import make_order
from tests.pretend import World

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
FLOORS = ("channels", "desk", "inventory", "orders", "partners", "syncjobs")
WRITES = re.compile(r"\bintcomma\b|\bdate_format\(|:,\}|:,\.\d|DATE(?:TIME)?_FORMAT")
BY_ITSELF = {
    "desk/formats/en/formats.py",
    "desk/formats/ro/formats.py",
    "desk/moments.py",
}
"""Where it is said how."""
MACHINES = ("/api/", "/adapters/", "/management/", "/migrations/")


@pytest.mark.parametrize("language", ["en", "ro"])
def test_a_moment_is_written_alike_in_every_language(language: str) -> None:
    at = datetime.datetime(2026, 11, 2, 14, 5, 9, tzinfo=datetime.UTC)
    shown = "{% load written %}{{ at }} | {{ at.date }} | {{ at|second }} | {{ none|minute }}"
    with translation.override(language):
        written = Template(shown).render(Context({"at": at, "none": None}))

        assert written == "2026-11-02 14:05 | 2026-11-02 | 2026-11-02 14:05:09 | "
        assert moments.exact(at) == "2026-11-02 14:05:09 UTC"
        assert forms.DateField(localize=True).clean("2026-11-02") == at.date()
        assert forms.IntegerField().clean("1234567") == 1_234_567


def test_a_sentence_with_numbers_in_it_is_said_in_the_readers_way() -> None:
    values = {"done": 12_000, "total": 1_234_567, "who": "Ana"}
    text = "%(who)s: %(done)d of %(total)s, 100 %%"
    with translation.override("ro"):
        assert numbers.said(text, values) == "Ana: 12.000 of 1.234.567, 100 %"
        assert (numbers.shown(-1234.5), numbers.change(1_500)) == ("-1.234,5", "+1.500")


def test_what_a_romanian_typed_until_now_is_still_read() -> None:
    with translation.override("ro"):
        assert forms.DateField().clean("02.11.2026") == datetime.date(2026, 11, 2)
        assert forms.DateTimeField().clean("02.11.2026, 14:05").hour == 14


@pytest.mark.parametrize(("language", "units"), [("en", "1,234,567"), ("ro", "1.234.567")])
def test_a_quantity_is_grouped_as_the_readers_language_does(
    admin_client: Client, world: World, language: str, units: str
) -> None:
    StockLevel.objects.filter(product=world.products[0]).update(on_hand=1_234_567)
    shown = {
        name: admin_client.get(address, headers={"Accept-Language": language}).content.decode()
        for name, address in {
            "product": reverse("admin:inventory_product_change", args=[world.products[0].pk]),
            "products": reverse("admin:inventory_product_changelist"),
            "levels": reverse("admin:inventory_stocklevel_changelist"),
            "communicated": reverse("admin:channels_communicated_changelist"),
            "explanation": page_of(Communicated.objects.get(product=world.products[0])),
        }.items()
    }
    translation.activate("en")

    assert {name for name, html in shown.items() if units not in html} == set()
    assert {name for name, html in shown.items() if re.search(r">\s*1234567\s*<", html)} == set()


@pytest.mark.parametrize(
    ("language", "shipped", "counting"),
    [
        ("en", "0 of 80,995", "Canceled, still counts 80,995 units"),
        ("ro", "0 din 80.995", "Anulată, încă rezervă 80.995 de unități"),
    ],
)
def test_an_orders_units_are_grouped_in_its_list_also_within_sentences(
    admin_client: Client, warehouse: Warehouse, language: str, shipped: str, counting: str
) -> None:
    product = make_product()
    make_order(warehouse, {product: 80_995}, number="SO-1")
    SalesOrder.objects.update(status=SalesOrder.Status.CANCELED)
    address = reverse("admin:orders_salesorder_changelist")
    html = admin_client.get(address, headers={"Accept-Language": language}).text
    translation.activate("en")

    assert shipped in html
    assert counting in html
    assert "80995" not in html


def test_a_stored_number_is_grouped_when_it_is_said_anew() -> None:
    said = FINDINGS.said("The channel shows 12345, 1000 is right.")
    with translation.override("ro"):
        romanian = FINDINGS.said("The channel shows 12345, 1000 is right.")

    assert said == "The channel shows 12,345, 1,000 is right."
    assert ("12.345" in romanian, "1.000" in romanian) == (True, True)


def test_a_number_in_a_sentence_of_a_page_is_written_by_the_house() -> None:
    """`%` alone does not group: desk.saying and numbers.said do."""
    files = [path for floor in FLOORS for path in (ROOT / floor).glob("admin/**/*.py")]
    ungrouped = {
        str(path.relative_to(ROOT))
        for path in files
        for text in [path.read_text()]
        if re.search(r"%\(\w+\)d", text)
        and re.search(r"^from django.utils.translation import .*\bn?gettext\b", text, re.M)
        and "numbers.said(" not in text
        and "Form(" not in text  # said anew by channels.admin.anew
    }

    assert len(files) > 100
    assert ungrouped == set()


def test_how_a_day_or_a_number_is_written_is_said_in_one_place() -> None:
    files = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    elsewhere = {
        str(name)
        for path in files
        for name in [path.relative_to(ROOT)]
        if str(name) not in BY_ITSELF
        and not any(each in f"/{name}" for each in MACHINES)
        and WRITES.search(path.read_text())
    }
    templates = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"""\|(?:date|time):["'](?![cT]["'])|\|intcomma""", path.read_text())
    }

    assert elsewhere == set()
    assert templates == set()
