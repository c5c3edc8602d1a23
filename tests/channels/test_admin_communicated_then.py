"""The communicated table as of a past moment, in a file, and in the drawer."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from channels.admin import communicated_export
from channels.models import Listing, Publication
from desk import moments
from desk.cells import page_of
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product
from tests.factories import make_profile, make_selling_list, make_warehouse, stock
from tests.pretend import World, person

# Each movement needs a moment of its own, which the database takes from the transaction.
pytestmark = pytest.mark.django_db(transaction=True)

LIST = reverse("admin:channels_communicated_changelist")


def now() -> str:
    return timezone.now().isoformat().replace("+00:00", "Z")


def exported(client: Client, form: str = "csv", **query: Any) -> bytes:
    answer: Any = client.get(reverse("admin:channels_communicated_export", args=[form]), query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def lines(client: Client, **query: Any) -> list[dict[str, str]]:
    text = exported(client, **query).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def then(world: World) -> str:
    """A moment before fifteen of the first product were shipped."""
    moment = now()
    ledger.ship(world.warehouse.pk, [(world.products[0].pk, 15)], Cause())
    return moment


def test_the_list_is_told_as_it_was_then(admin_client: Client, world: World, then: str) -> None:
    page = admin_client.get(LIST, {"as_of": then})
    shown = {row.shown.sku: row.shown.on_hand for row in page.context["cl"].result_list}
    assert (shown["CUP-0"], shown["CUP-1"]) == (40, 5)
    assert "As it was on" in page.text
    page = admin_client.get(LIST, {"as_of": then, "q": "cup-1"})
    assert [row.shown.sku for row in page.context["cl"].result_list] == ["CUP-1"]
    elsewhere = make_warehouse()
    fed = "location__feeds__warehouse__id__exact"
    for warehouse, number in ((world.warehouse, 4), (elsewhere, 0)):
        page = admin_client.get(LIST, {"as_of": then, fed: str(warehouse.pk)})
        assert len(page.context["cl"].result_list) == number


def test_what_is_only_known_of_now_is_left_out_and_said_so(
    admin_client: Client, world: World, then: str
) -> None:
    query: Any = {"as_of": then, "state__exact": "skipped", "o": "-3"}
    page = admin_client.get(LIST, query)
    assert len(page.context["cl"].result_list) == 4
    assert "are of now, and left out" in page.text
    assert "are of now" not in admin_client.get(LIST, {"as_of": then}).text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2999-01-01T00:00", "is to come: give a past moment"),
        ("yesterday", "is no date and time"),
        ("2026-13-45T10:00", "is no date and time"),
        ("0001-01-01T00:00", ""),
    ],
)
def test_no_moment_is_refused_in_words_with_the_list_of_now(
    admin_client: Client, world: World, text: str, words: str
) -> None:
    page = admin_client.get(LIST, {"as_of": text, "q": "cup"}, follow=True)
    assert page.status_code == 200
    assert words in page.text
    row = page_of(world.row(world.products[0]))
    assert admin_client.get(row, {"as_of": text}).status_code == 200
    form = reverse("admin:channels_communicated_export", args=["csv"])
    sent_back = admin_client.get(form, {"as_of": text, "q": "cup"}, follow=True)
    assert sent_back.status_code == 200
    if words:
        for shown in (page, sent_back):
            assert words in shown.context["as_of_error"]
            assert shown.context["as_of"] == ""
            assert len(shown.context["cl"].result_list) == 4


@pytest.mark.parametrize("text", ["9999-12-31T23:30:00Z", "0001-01-01T00:30:00Z"])
@pytest.mark.parametrize("zone", ["Europe/Bucharest", "America/New_York"])
def test_a_moment_at_the_ends_of_time_is_refused_wherever_the_site_is(
    admin_client: Client, world: World, text: str, zone: str
) -> None:
    row = page_of(world.row(world.products[0]))
    with timezone.override(ZoneInfo(zone)):
        pages = [admin_client.get(each, {"as_of": text}, follow=True) for each in (LIST, row)]

    assert [page.status_code for page in pages] == [200, 200]
    if (text > "5") == (zone > "B"):  # after the last day that the site knows, or before its first
        assert "is no date and time: give one such as" in pages[0].context["as_of_error"]


def test_a_moment_that_is_to_come_stays_typed_beside_what_is_wrong_with_it(
    admin_client: Client, world: World
) -> None:
    page = admin_client.get(LIST, {"as_of": "2999-01-01T08:30", "q": "cup", "o": "1"})

    field = page.text[page.text.index('id="id_as_of"') :].split(">", 1)[0]
    assert 'value="2999-01-01T08:30:00"' in field
    assert 'aria-describedby="id_as_of_zone id_as_of_error" aria-invalid="true"' in field
    assert '<input type="hidden" name="q" value="cup">' in page.text
    error = page.text[page.text.index('id="id_as_of_error"') :].split("</p>", 1)[0]
    assert f"{timezone.now():%Y-%m-%d %H}" in error
    assert "The table below is of now." in error
    assert "as_of=" not in page.text


def test_the_drawer_shows_the_same_then(admin_client: Client, world: World, then: str) -> None:
    address = page_of(world.row(world.products[0]))
    drawn = admin_client.get(address, {"drawer": "1", "as_of": then})
    assert "40 in stock in Main" in drawn.text
    assert "As it was on" in drawn.text
    assert "<html" not in drawn.text
    assert "25 in stock in Main" in admin_client.get(address, {"drawer": "1"}).text
    before = admin_client.get(address, {"as_of": "2020-01-01T00:00"})
    assert "was not communicated to Corner shop yet" in before.text


def test_the_sum_names_orders_profile_and_answer(admin_client: Client, world: World) -> None:
    cup = world.products[0]
    safe = make_profile(name="Amazon safe", buffer=5)
    make_selling_list(world.channel, safe, cup)
    for units in (3, 4, 5):
        world.hold(cup, units)
    world.tell(cup)
    told_at = timezone.localtime(world.level(cup).acknowledged_at)
    page = admin_client.get(page_of(world.row(cup)))
    assert page.context["explanation"].sentence == (
        "40 in stock in Main − 12 on 3 orders = 28 at hand; profile “Amazon safe” keeps 5 back"
        f" → 23 sent; acknowledged 23 at {told_at:%H:%M:%S}"
    )
    assert "it should have shown 23, and showed 23" in page.text


def test_the_drawer_costs_a_bounded_number_of_statements(
    admin_client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for units in range(1, 8):
        world.hold(world.products[0], units)
        world.tell(world.products[0])
    address = page_of(world.row(world.products[0]))
    with django_assert_max_num_queries(12):
        admin_client.get(address, {"drawer": "1"})


def test_a_file_holds_what_is_filtered_in_the_order_of_the_list(
    admin_client: Client, world: World, then: str
) -> None:
    assert [row["SKU"] for row in lines(admin_client, o="-5")][:2] == ["CUP-0", "CUP-1"]
    assert [row["SKU"] for row in lines(admin_client, state__exact="skipped")] == ["CUP-3"]
    [row] = lines(admin_client, q="cup-0")
    assert (row["Quantity in stock"], row["Should send"], row["State"]) == ("25", "25", "Pending")
    [row] = lines(admin_client, q="cup-0", as_of=then)
    assert (row["Quantity in stock"], row["Should send"]) == ("40", "40")
    sheet = load_workbook(io.BytesIO(exported(admin_client, "xlsx", q="cup-0"))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][:5] == ["CUP-0", "Cup 0", "Corner shop", "Shop", 25]


def test_a_formula_is_told_as_text(admin_client: Client, world: World) -> None:
    for number, name in enumerate(["=1+1", "+1", "-1", "@SUM(A1)"]):
        Product.objects.filter(pk=world.products[number].pk).update(name=name)
    assert [row["Product"] for row in lines(admin_client)] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)"]
    sheet = load_workbook(io.BytesIO(exported(admin_client, "xlsx"))).active
    assert sheet is not None
    assert sheet["B2"].data_type == "s"


def test_a_sheet_that_is_full_says_what_to_do(
    admin_client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(communicated_export, "EXCEL_ROWS", 4)
    sheet = load_workbook(io.BytesIO(exported(admin_client, "xlsx"))).active
    assert sheet is not None
    assert sheet.max_row == 4
    assert str(sheet["A4"].value).startswith("There are more rows than a sheet holds: export CSV")


def test_a_file_is_for_those_who_see_the_table(client: Client, world: World) -> None:
    address = reverse("admin:channels_communicated_export", args=["csv"])
    client.force_login(person("other", "inventory.view_product"))
    assert client.get(address).status_code == 403
    client.force_login(person("looker", "channels.view_communicated"))
    assert client.get(address).status_code == 200
    unknown = reverse("admin:channels_communicated_export", args=["exe"])
    assert client.get(unknown).status_code == 404


def test_quick_filters_keep_what_was_searched(admin_client: Client, world: World) -> None:
    chips = admin_client.get(LIST, {"q": "cup", "p": "1", "differs": "yes"}).context["chips"]
    assert [chip.is_current for chip in chips] == [False, True, False, False, False, False]
    assert {chip.name: chip.url for chip in chips}["Pending"] == "?q=cup&state__exact=waiting"


def test_what_still_waits_to_be_tallied_is_said(
    admin_client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(world.products[2], world.warehouse, 3)
    assert "being recomputed" not in admin_client.get(LIST).text
    monkeypatch.setattr("channels.admin.communicated_list.AT_ONCE", 0)
    assert "4 numbers are being recomputed" in admin_client.get(LIST, {"o": "3"}).text
    monkeypatch.undo()
    assert "being recomputed" not in admin_client.get(LIST, {"o": "3"}).text


def test_a_listing_without_location_is_in_the_list_and_in_the_file(
    admin_client: Client, world: World
) -> None:
    world.listing(world.products[0]).levels.all().delete()
    assert Listing.objects.count() == 4
    for query in ({}, {"o": "-3"}, {"o": "8"}):
        assert len(admin_client.get(LIST, query).context["cl"].result_list) == 4
        assert len(lines(admin_client, **query)) == 4


def test_what_nothing_was_known_of_is_no_zero(admin_client: Client, world: World) -> None:
    Listing.objects.update(ticked_at=timezone.now() - datetime.timedelta(days=3))
    before = (timezone.now() - datetime.timedelta(days=2)).isoformat()
    page = admin_client.get(LIST, {"as_of": before, "q": "cup-0"})
    assert "nothing was known yet" in page.text
    assert "Product value" not in page.text
    [row] = lines(admin_client, q="cup-0", as_of=before)
    assert (row["Quantity in stock"], row["Quantity at hand"]) == ("", "")
    assert "nothing was known yet" not in admin_client.get(LIST, {"q": "cup-3"}).text


def test_times_on_a_past_page_are_the_times_themselves(admin_client: Client, world: World) -> None:
    told = world.tell(world.products[0])
    page = admin_client.get(LIST, {"as_of": now(), "q": "cup-0"})
    assert told.answered_at is not None
    assert f"{timezone.localtime(told.answered_at):%H:%M:%S} UTC</time>" in page.text
    assert 'id="id_as_of_zone" class="sc-quiet">UTC<' in page.text
    assert " ago</time>" not in page.text
    drawn = admin_client.get(page_of(world.row(world.products[0])), {"as_of": now()}).text
    assert " ago</time>" not in drawn


def test_times_in_a_sheet_are_dates_in_the_zone_that_their_heading_names(
    admin_client: Client, world: World
) -> None:
    told = world.tell(world.products[0])
    sheet = load_workbook(io.BytesIO(exported(admin_client, "xlsx", q="cup-0"))).active
    assert sheet is not None
    cells = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    written = cells["Acknowledged at (UTC)"].value
    assert isinstance(written, datetime.datetime)
    assert told.answered_at is not None
    assert abs(written - told.answered_at.replace(tzinfo=None)) < datetime.timedelta(seconds=3)


def test_the_history_says_when_a_late_answer_came(admin_client: Client, world: World) -> None:
    told = world.tell(world.products[0])
    sent = timezone.localtime(told.created_at) - datetime.timedelta(minutes=5)
    Publication.objects.filter(pk=told.pk).update(created_at=sent)
    response = admin_client.get(page_of(world.row(world.products[0])))
    [event] = response.context["explanation"].history
    assert told.answered_at is not None
    taken = timezone.localtime(told.answered_at)
    assert event.detail == f"Sent {sent:%H:%M:%S}, taken {taken:%H:%M:%S}."
    chart = response.context["explanation"].chart
    assert "Since " in chart.words
    assert [name for name, _, is_chosen in chart.spans if is_chosen] == ["all"]
    assert chart.began == moments.minute(sent)  # nothing was known before
