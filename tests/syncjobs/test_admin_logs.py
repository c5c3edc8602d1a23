"""Process logs: one box that understands words, reasons with their remedy, and retry."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from channels import reasons
from channels.contract import Code
from channels.models import Channel
from inventory.models import Product
from syncjobs import claims
from syncjobs.admin.logs import searching, words
from syncjobs.models import ProcessLog, Run
from tests.factories import make_product
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LOGS = reverse("admin:syncjobs_processlog_changelist")
REASONS = reverse("admin:syncjobs_processlog_reasons")


@pytest.fixture
def logged(world: World) -> World:
    """Lines about four products for three reasons, on two channels and of two runs."""
    harbour = Channel.objects.create(kind="pretend", name="Harbour Street Store")
    Product.objects.filter(pk=world.products[1].pk).update(sku="MUG-1", barcode="5901234123457")
    Product.objects.filter(pk=world.products[2].pk).update(name="Harbour lantern")
    world.products = list(Product.objects.order_by("pk"))
    first, second = (
        Run.objects.create(channel=world.channel, kind="due", trigger="change") for _ in range(2)
    )
    world.log(world.products[0], "rate_limited", first)
    world.log(world.products[1], "rate_limited", second)
    world.log(world.products[2], "not_matched", second)
    line = world.log(world.products[1], "untracked")
    ProcessLog.objects.filter(pk=line.pk).update(channel=harbour)
    both = world.log(world.products[1], "rate_limited")
    ProcessLog.objects.filter(pk=both.pk).update(channel=harbour)
    return world


def search(client: Client, query: str) -> tuple[list[tuple[str, str]], set[str]]:
    """Lines found, as SKU and reason, and how the words were understood."""
    response = client.get(LOGS, {"q": query})
    assert response.status_code == 200
    lines = response.context["cl"].result_list
    chips = {chip.text for chip in response.context["chips"]}
    return sorted((line.sku, line.code) for line in lines), chips


@pytest.mark.parametrize(
    ("query", "found", "understood"),
    [
        ("cup-0", 1, {"Product CUP-0"}),
        ("5901234123457", 3, {"Product MUG-1"}),
        ("CUP", 5, {"Product with CUP in its SKU or name"}),
        ("MUG", 3, {"SKU that begins with MUG"}),
        ("harbour street", 2, {"Channel Harbour Street Store"}),
        ("corner shop", 3, {"Channel Corner shop"}),
        ("rate limit", 3, {"Reason Rate limit reached"}),
        ("rate_limited", 3, {"Reason Rate limit reached"}),
        ("No match at the channel", 1, {"Reason No match at the channel"}),
        (
            "harbour mug rate limit",
            1,
            {
                "Channel Harbour Street Store",
                "SKU that begins with mug",
                "Reason Rate limit reached",
            },
        ),
        ("cup-0 mug-1", 4, {"Product CUP-0", "Product MUG-1"}),
        ("lantern", 1, {"Product with lantern in its SKU or name"}),
        ("teapot", 0, {"SKU that begins with teapot"}),
        ("  ", 5, set()),
        ("run 99999999999999999999", 0, {"SKU that begins with run"}),
    ],
)
def test_the_search_box_understands_words(
    admin_client: Client, logged: World, query: str, found: int, understood: set[str]
) -> None:
    lines, chips = search(admin_client, query)

    assert len(lines) == found
    assert understood <= chips


def test_a_run_is_found_by_its_number(admin_client: Client, logged: World) -> None:
    first = Run.objects.earliest("pk")

    for query in (f"run {first.pk}", f"#{first.pk}", f"Run #{first.pk}"):
        lines, chips = search(admin_client, query)
        assert (lines, chips) == ([("CUP-0", "rate_limited")], {f"Run {first.pk}"})


def test_a_reason_is_understood_in_the_language_of_who_asks(
    admin_client: Client, logged: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = reasons.REASONS[Code.RATE_LIMITED]._replace(label="Limită de apeluri atinsă")
    monkeypatch.setitem(reasons.REASONS, Code.RATE_LIMITED, said)

    lines, chips = search(admin_client, "limită de apeluri")

    assert (len(lines), chips) == (3, {"Reason Limită de apeluri atinsă"})


def test_each_chip_is_taken_away_by_itself(admin_client: Client, logged: World) -> None:
    page = admin_client.get(LOGS, {"q": "harbour mug rate limit", "level__exact": "warning"})

    left = {
        chip.kind: {each.kind for each in admin_client.get(LOGS + chip.without).context["chips"]}
        for chip in page.context["chips"]
    }

    assert left == {
        "channel": {"part", "reason"},
        "part": {"channel", "reason"},
        "reason": {"channel", "part"},
    }
    assert all("level__exact=warning" in chip.without for chip in page.context["chips"])


@pytest.mark.parametrize(
    "query", ["cup-0", "cup", "harbour", "rate limit", "run 7", "corner cup-0 rate limit"]
)
def test_no_search_looks_through_the_table(logged: World, query: str) -> None:
    lines = searching.find(ProcessLog.objects.order_by("-id"), words.understand(query))[:50]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = lines.explain()

    assert "Seq Scan" not in plan, plan
    assert "Index" in plan


def test_a_search_costs_the_list_a_handful_of_queries(
    admin_client: Client, logged: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        logged.log(logged.products[0], "rate_limited")

    with django_assert_max_num_queries(12):
        response = admin_client.get(LOGS, {"q": "corner"})

    assert response.context["cl"].result_count == 33

    for words_asked in ("vintage oak", "cup 1"):
        with django_assert_max_num_queries(12):
            page = admin_client.get(LOGS, {"q": words_asked})
        assert len(page.context["chips"]) == 2


def test_every_reason_has_a_label_a_meaning_and_a_remedy() -> None:
    assert set(reasons.REASONS) == set(Code)
    for code in Code:
        assert reasons.label(code)
        assert reasons.meaning(code).endswith(".")
        assert reasons.advice(code).endswith(".")


def test_what_is_stored_is_english_whoever_works() -> None:
    with override("ro"):
        assert reasons.stored("rate_limited") == "Rate limit reached"


def test_the_page_of_reasons_tells_how_often_each_came_up(
    admin_client: Client, logged: World
) -> None:
    page = admin_client.get(REASONS)

    told = {reason.code: reason for reason in page.context["reasons"]}
    assert (told["rate_limited"].number, told["untracked"].number) == (3, 1)
    assert page.context["reasons"][0].code == "rate_limited"
    for code in ("rate_limited", "untracked", "not_matched"):
        listed = admin_client.get(told[code].url).context["cl"].result_count
        assert listed == told[code].number
    assert len(told) == len(Code)
    assert told["accepted"].number is None


@pytest.mark.parametrize("code", ["rate_limited", "breaker", "accepted"])
def test_a_reason_has_a_page_of_its_own(admin_client: Client, logged: World, code: str) -> None:
    page = admin_client.get(reverse("admin:syncjobs_processlog_reason", args=[code]))

    for words_ in (reasons.label(code), reasons.meaning(code), reasons.advice(code)):
        assert words_.replace("'", "&#x27;") in page.text


def test_no_such_reason_is_not_found(admin_client: Client) -> None:
    address = reverse("admin:syncjobs_processlog_reason", args=["nonsense"])

    assert admin_client.get(address).status_code == 404


def test_reasons_are_for_those_who_may_see_logs(client: Client) -> None:
    client.force_login(person("stranger", "inventory.view_product"))

    assert client.get(REASONS).status_code == 403


def test_a_line_leads_to_the_page_of_its_reason(admin_client: Client, logged: World) -> None:
    address = reverse("admin:syncjobs_processlog_reason", args=["rate_limited"])

    assert address in admin_client.get(LOGS).text


def test_products_found_by_a_barcode_of_several_are_all_searched(
    admin_client: Client, world: World
) -> None:
    twins = [make_product(barcode="4006381333931") for _ in range(2)]
    for twin in twins:
        world.log(twin, "ambiguous_match")

    lines, _ = search(admin_client, "4006381333931")

    assert len(lines) == 2


def test_every_reason_that_a_statement_writes_is_in_the_catalogue() -> None:
    written = set(re.findall(r"THEN '(\w+)'", claims._EXPLAIN_UNSENT))

    assert written
    assert written <= {code.value for code in Code}
