"""The large data set, made small: true to the last unit, and quick to look at."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Count, Q
from django.test import RequestFactory
from django.urls import reverse

from channels import tallying
from channels.models import Channel, Communicated, ListingLevel, Publication
from channels.models.tally import Tally
from inventory import ledger
from inventory.admin.product_totals import totals
from inventory.models import Movement, Product, StockLevel
from orders.models import SalesOrder
from syncjobs.management.commands.measure import lists
from syncjobs.management.generating.sizes import Sizes, UnfitSizeError
from syncjobs.management.generating.working import choose
from syncjobs.management.measuring import report, variants
from syncjobs.management.measuring.visiting import MOST_STATEMENTS, Visit, visitor

SMALL = {"products": 200, "levels": 400, "movements": 1000}


@pytest.fixture
def generated(db: None) -> str:
    """What the command said while it made a small data set."""
    said = StringIO()
    call_command("generate", **SMALL, stdout=said)
    return said.getvalue()


def told(*command: str) -> str:
    said = StringIO()
    call_command(*command, stdout=said)
    return said.getvalue()


def test_what_is_generated_is_as_much_as_asked_for_and_true(generated: str) -> None:
    assert Product.objects.count() == 200
    assert ListingLevel.objects.count() == 400
    assert Movement.objects.count() == 1000
    assert "0 differences" in told("verify_ledger")
    assert "0 differences" in told("verify_orders")
    assert "movements" in generated
    assert "Done in" in generated


def test_what_is_generated_is_as_mixed_as_real_data(generated: str) -> None:
    levels = ListingLevel.objects.all()
    assert set(SalesOrder.objects.values_list("status", flat=True)) == {
        "open",
        "closed",
        "canceled",
    }
    assert 0 < StockLevel.objects.filter(is_short=True).count() < StockLevel.objects.count() / 2
    assert 0 < levels.filter(acknowledged=None).count() < 100
    assert Publication.objects.filter(status="accepted").count() > 100


def test_the_generated_tallies_are_what_the_tally_itself_makes(generated: str) -> None:
    columns = ("level_id", "on_hand", "committed", "should", "is_known", "level__should")
    before = sorted(Tally.objects.values_list(*columns), key=lambda row: row[0])

    ListingLevel.objects.update(tallied_version=-1)
    while tallying.tally():
        pass

    assert len(before) == 400
    assert sorted(Tally.objects.values_list(*columns), key=lambda row: row[0]) == before


def test_real_data_are_not_mixed_with_generated_ones_unless_that_is_meant(generated: str) -> None:
    with pytest.raises(CommandError, match="holds products"):
        call_command("generate", **SMALL, stdout=StringIO())
    assert Product.objects.count() == 200

    call_command("generate", **SMALL, add=True, stdout=StringIO())

    assert Product.objects.count() == 400
    assert "0 differences" in told("verify_ledger")
    assert "0 differences" in told("verify_orders")


@pytest.mark.parametrize(
    ("field", "number"),
    [("products", 0), ("products", -5), ("levels", 801), ("levels", 1), ("movements", 599)],
)
def test_a_number_that_does_not_fit_is_refused_by_its_name(field: str, number: int) -> None:
    with pytest.raises(UnfitSizeError, match=f"^--{field}: "):
        Sizes(**SMALL | {field: number})


def test_an_unfit_number_makes_nothing(db: None) -> None:
    with pytest.raises(CommandError, match=r"^--levels: "):
        call_command("generate", **SMALL | {"levels": 9999}, stdout=StringIO())
    assert not Product.objects.exists()


def test_shares_must_be_whole() -> None:
    with pytest.raises(ValueError, match="90"):
        choose("dice", {"a": 60, "b": 30})


def test_every_list_and_the_dashboard_cost_few_statements(generated: str) -> None:
    pages = [("Dashboard", reverse("admin:index")), *lists()]
    with visitor(repeats=1) as somebody:
        visits = [somebody.measure(name, "first page", url)[0] for name, url in pages]

    assert len(visits) > 30
    assert [f"{each.page}: {each.problem}" for each in visits if each.problem] == []
    assert [
        f"{each.page}: {each.statements}" for each in visits if each.statements > MOST_STATEMENTS
    ] == []


def test_every_search_filter_and_order_of_every_list_finds_its_way(
    generated: str, admin_user: User
) -> None:
    """Asked, not drawn: to draw a thousand pages takes minutes, and tells nothing more."""
    asked = RequestFactory().get
    searched = variants.terms()
    opened = 0
    for model, owner in admin.site._registry.items():
        first = asked("/")
        first.user = admin_user
        shown: Any = owner.get_changelist_instance(first)
        found = dict(variants.of_list(shown, searched))
        for query in found.values():
            request = asked(f"/{query}")
            request.user = admin_user
            listed = owner.get_changelist_instance(request)
            assert len(listed.result_list) <= listed.list_per_page, f"{model} {query}"
            opened += 1

    assert opened > 150


def test_orders_are_measured_within_a_small_channel_and_a_middling_one(
    generated: str, admin_user: User, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variants, "READ", 5)
    sizes = Channel.objects.annotate(size=Count("listings")).order_by("size")
    [small, middling, *_] = sizes.values_list("pk", "size")
    request = rf.get("/")
    request.user = admin_user
    shown: Any = admin.site._registry[Communicated].get_changelist_instance(request)
    found = dict(variants.of_list(shown, variants.terms()))

    assert small[1] <= 5 < middling[1]
    for size, (pk, _) in {"small": small, "middling": middling}.items():
        query = found[f"{size} channel, sort: available"]
        assert query.startswith(f"?channel__id__exact={pk}&o=")


@pytest.mark.parametrize(
    ("choice", "condition"),
    [
        ("in", Q(in_stock__isnull=False, at_hand__gt=0)),
        ("out", Q(in_stock__isnull=False, at_hand=0)),
        ("backordered", Q(at_hand__lt=0)),
        ("unknown", Q(in_stock__isnull=True)),
    ],
)
def test_the_stock_filter_finds_what_the_columns_say(
    generated: str, rf: RequestFactory, admin_user: User, choice: str, condition: Q
) -> None:
    level = StockLevel.objects.filter(is_short=False).earliest("pk")
    ledger.commit(level.warehouse_id, [(level.product_id, 10_000)], ledger.Cause())
    request = rf.get("/", {"stock": choice})
    request.user = admin_user
    shown: Any = admin.site._registry[Product].get_changelist_instance(request)

    found = set(shown.get_queryset(request).values_list("pk", flat=True))

    assert found
    assert found == set(
        totals(Product.objects.all()).filter(condition).values_list("pk", flat=True)
    )


def test_the_table_marks_what_is_over_the_bar(db: None) -> None:
    quick = Visit("Products", "first page", 120.4, 30.2, 7)
    slow = Visit("Runs", "sort: id", 301.0, 280.0, 7)
    chatty = Visit("Logs", "first page", 10.0, 5.0, 13)
    broken = Visit("Orders", "first page", None, 0, 4, "answered 500")

    page = report.document([quick, slow, chatty, broken])

    assert "| Products | first page | 120 | 30 | 7 |" in page
    assert "| **Runs** | **sort: id** | **301** | **280** | **7** |" in page
    assert "| **Logs** | **first page** | **10** | **5** | **13** |" in page
    assert "**answered 500**" in page
    assert "First pages over it: 2 of 3" in page
    assert page.index("answered 500") < page.index("## What is left as it is")
