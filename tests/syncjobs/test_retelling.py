"""Findings, oversell cases and errors are stored in English and told in the reader's language:
every sentence that we write is known again, and a channel's own words stay as they are."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone, translation

from channels import reasons
from channels.admin import stored
from channels.admin.anew import Form, Phrasebook
from channels.contract import Code, LevelRef, RemoteLevel
from channels.models import (
    Channel,
    ChannelOrder,
    Listing,
    ListingLevel,
    Location,
    Observation,
    Publication,
)
from channels.models.publication import Status
from inventory.models import Movement, Product, Warehouse
from syncjobs.admin.finding_words import FINDINGS, logged
from syncjobs.admin.oversell_words import OVERSELLS, span, units
from syncjobs.forensics import advice, timeline
from syncjobs.forensics.facts import Facts, Step
from syncjobs.models import Oversell, Run
from syncjobs.reconcile import judging
from syncjobs.reconcile.evidence import Case, Commitment, Hold
from syncjobs.reconcile.judging import Finder
from syncjobs.reconcile.subjects import Subject

NOW = timezone.now()
LONG_AGO = NOW - datetime.timedelta(days=3)
REF = LevelRef("I1", "L1")
SUBJECT = Subject(
    ref=REF,
    level_id=1,
    listing_id=1,
    product_id=1,
    location_id=1,
    sku="CUP 0.5 l. blue",
    location="St. Mary's St. Shop",
    believed=10,
    believed_at=LONG_AGO,
    read_at=None,
    is_due=False,
    due_since=LONG_AGO,
    pushed_version=1,
    reason="",
    listing_reason="",
    told=None,
    told_at=None,
    is_location_active=True,
    is_linked=True,
    is_fed=True,
)
FINDER = Finder(NOW, NOW, None, is_on=True, time_zone="Europe/Bucharest")


def level(available: int | None = 7, **fields: Any) -> RemoteLevel:
    usual: dict[str, Any] = {"committed": 0, "on_hand": available, "is_active": True}
    return RemoteLevel(REF, available, is_tracked=True, **usual | fields)


def case(available: int | None = 7, should: int | None = 10, **known: Any) -> Case:
    """What the channel shows; `known` are fields of what we know of the level."""
    return Case(replace(SUBJECT, **known), level(available), should)


def commitment(there: int, **here: int) -> Commitment:
    return Commitment(there, Hold(**here), there, Hold(**here))


FOUND: list[tuple[str, Case, Finder]] = [
    (
        name,
        found,
        replace(FINDER, problem="Shopify can not be reached (Timeout)")
        if name == "late"
        else FINDER,
    )
    for name, found in {
        "no place": case(is_location_active=False),
        "not linked": case(is_linked=False, listing_reason=Code.AMBIGUOUS_MATCH, believed=None),
        "item gone": replace(case(), shown=None),
        "not stocked": replace(case(), shown=level(is_active=False)),
        "not fed": case(is_fed=False),
        "unconfirmed": case(told=5, told_at=LONG_AGO),
        "unconfirmed none": case(None, told=None, told_at=LONG_AGO),
        **{f"refused {code}": case(reason=code) for code in Code if code not in judging.NO_REFUSAL},
        "refused in words": replace(case(is_due=True), refusal="Too many"),
        "late": case(is_due=True),
        **{f"late {code}": case(is_due=True, reason=code) for code in judging.NO_REFUSAL if code},
        "untracked": case(None),
        "edited": case(),
        "edited long ago": case(12, believed_at=None),
        "sold": replace(case(), commitment=commitment(5, held=1), parked=("#7", "#8")),
        "unexplained": case(10, 11),
        "more there": replace(case(10), commitment=commitment(5, held=1)),
        "released": replace(case(10), commitment=commitment(5, held=1, released=4)),
        "waiting": replace(case(10), commitment=commitment(1, held=2, waiting=3)),
        "fewer there": replace(case(10), commitment=commitment(1, held=3)),
        "set aside": replace(case(10), shown=level(10, on_hand=13)),
    }.items()
]


@pytest.mark.parametrize(
    ("found", "by"), [each[1:] for each in FOUND], ids=[each[0] for each in FOUND]
)
def test_every_sentence_of_a_finding_is_known_again(found: Case, by: Finder) -> None:
    said = judging.judge(found, by)
    assert isinstance(said, tuple), said

    assert FINDINGS.unknown(said[1]) == []
    assert FINDINGS.said(said[1]) == said[1]


def test_a_sale_that_may_still_be_listed_is_known_again() -> None:
    said = judging.judge(case(), replace(FINDER, listed_until=LONG_AGO))

    assert isinstance(said, tuple)
    assert "not listed there yet" in said[1]
    assert FINDINGS.unknown(said[1]) == []


CHANNEL = Channel(pk=1, name="St. Mary's St. Store", hooks_checked_at=None)
MAIN = Warehouse(pk=1, name="Main No. 2")
PLACE = Location(pk=1, channel=CHANNEL, name="Shop")


def move(**fields: Any) -> Movement:
    usual: dict[str, Any] = {"pk": 1, "state": "committed", "delta": 2, "reason": "commit"}
    usual |= {"document": "SO-1", "recorded_at": NOW}
    return Movement(warehouse=MAIN, **usual | fields)


def told(quantity: int = 3, **fields: Any) -> Publication:
    usual: dict[str, Any] = {"pk": 1, "status": Status.ACCEPTED, "created_at": NOW}
    spot = ListingLevel(location=PLACE)
    return Publication(level=spot, quantity=quantity, answered_at=NOW, **usual | fields)


def seen(available: int | None, believed: int | None, *, is_read: bool) -> Observation:
    spot = ListingLevel(location=PLACE)
    return Observation(
        pk=1, level=spot, available=available, believed=believed, is_read=is_read, read_at=NOW
    )


def bound(**fields: Any) -> ChannelOrder:
    return ChannelOrder(
        pk=1, channel=CHANNEL, number="#1001", placed_at=NOW, heard_at=NOW, **fields
    )


LISTED = [ListingLevel(location=PLACE, listing=Listing(channel=CHANNEL, product=Product()))]
FACTS = Facts(
    case=Oversell(short=2, warehouse=MAIN, product=Product(pk=1), opened_at=NOW),
    sale=Step(move(), -2),
    earlier=[
        Step(move(state="on_hand", reason="count", delta=-3), 0),
        Step(move(document="", reason="release", delta=-1), 3),
    ],
    bindings={"SO-1": bound()},
    first={},
    levels=LISTED,
    publications=[
        told(),
        told(expected=4, quantity=0),
        told(status=Status.REJECTED, code=Code.STALE),
    ],
    observations=[
        seen(5, 3, is_read=True),
        seen(None, None, is_read=True),
        seen(None, 3, is_read=False),
        seen(4, 5, is_read=False),
    ],
    runs=[
        Run(pk=4, kind="due", status=Run.Status.FAILED, error_code=Code.RATE_LIMITED),
        Run(pk=5, kind="due", status=Run.Status.PAUSED),
    ],
)


def on(**fields: Any) -> Facts:
    """The same, its channel switched otherwise."""
    usual: dict[str, Any] = {"pk": 1, "name": CHANNEL.name}
    channel = Channel(**usual | fields)
    order = ChannelOrder(pk=1, channel=channel, number="#1001", placed_at=NOW, heard_at=NOW)
    return replace(FACTS, bindings={"SO-1": order})


HOOKED = on(hooks_checked_at=NOW)
BARE = replace(FACTS, runs=[], publications=[])
ADVICE = [
    advice.enough_elsewhere(FACTS),
    advice.sold_here(FACTS),
    advice.stock_fell(FACTS, FACTS.earlier[0]),
    advice.not_imported(FACTS, FACTS.sale, 5.0),
    advice.not_imported(HOOKED, HOOKED.sale, 5.0),
    advice.not_imported(HOOKED, HOOKED.sale, 400_000.0),
    advice.not_imported(replace(FACTS, bindings={}), FACTS.sale, 300.0),
    advice.in_flight(FACTS, told(), 1.25),
    advice.not_told(on(is_active=False), [], None),
    advice.not_told(on(is_updated_on_change=False), [], None),
    advice.not_told(replace(BARE, levels=[]), [], None),
    advice.not_told(
        replace(BARE, levels=[ListingLevel(listing=Listing(is_ticked=False))]), [], None
    ),
    *(
        advice.not_told(
            replace(BARE, levels=[ListingLevel(listing=Listing(), reason=code)]), [], None
        )
        for code in Code
    ),
    *(advice.not_told(BARE, [told(code=code)], None) for code in Code),
    advice.not_told(FACTS, [], None),
    advice.not_told(replace(FACTS, runs=FACTS.runs[1:]), [], None),
    advice.not_told(BARE, [], None),
    advice.not_told(BARE, [], 1.5),
    advice.not_told(BARE, [], 90.0),
    advice.changed_there(FACTS, seen(5, None, is_read=True)),
    advice.unknown(FACTS, None),
    advice.unknown(FACTS, told()),
]


@pytest.mark.parametrize("text", ADVICE)
def test_every_sentence_about_an_oversell_is_known_again(text: str) -> None:
    assert OVERSELLS.unknown(text) == []
    assert OVERSELLS.said(text) == text


def test_every_line_of_a_timeline_is_known_again() -> None:
    lines = ["More was promised than was left.", *(each["what"] for each in timeline.draw(FACTS))]
    lines += [each["what"] for each in timeline.draw(replace(FACTS, bindings={}))]

    assert len(lines) > 15
    assert [OVERSELLS.line(line) for line in lines] == lines
    assert OVERSELLS.line("The cat sat on it.") is None


def test_what_stands_in_a_sentence_is_said_in_romanian() -> None:
    with translation.override("ro"):
        refused = str(reasons.label(Code.QUANTITY_REFUSED))
        message = FINDINGS.said("Our last number was refused: quantity refused.")
        moved = str(OVERSELLS.line("Counted (ST-4): -3 in stock at Main; 0 left to sell."))
        late = stored.reason("Rate limit reached")

    assert message.endswith(f"{stored.lower(refused)}.")
    assert "Counted" not in moved
    assert "ST-4" in moved
    assert late != "Rate limit reached"
    assert (units("1 unit"), units("many"), span("4 days")) == ("1 unit", "many", "4 days")


def test_a_channels_own_words_stay_as_they_are() -> None:
    own = "Throttled.  See\nhttps://x.example/a.b for more."
    with translation.override("ro"):
        assert stored.ERRORS.said(own) == own
        assert FINDINGS.said(own) == own
        assert stored.reason(own) == own


def test_a_line_of_the_process_log_keeps_its_place_and_foreign_words() -> None:
    found = "Shop: Our last number was refused: quantity refused."
    with translation.override("ro"):
        refused = stored.lower(str(reasons.label(Code.QUANTITY_REFUSED)))
        own = "Order SO-1: no such thing. It is late"

        assert logged(found).startswith("Shop: ")
        assert logged(found).endswith(f"{refused}.")
        assert logged(own) == own
    assert logged(found) == found


def test_the_form_that_fills_the_least_is_taken() -> None:
    book = Phrasebook(
        [Form("%(a)s is %(b)s."), Form("%(a)s is late."), Form("100 %% of %(n)d, twice %(n)d.")]
    )

    assert book.said("A is B is late. C is 4.") == "A is B is late. C is 4."
    assert book.unknown("Nobody knows. 100 % of -3, twice -3.") == ["Nobody knows."]
    assert book.unknown("100 % of -3, twice 4.") == ["100 % of -3, twice 4."]


def test_a_long_line_of_the_log_is_read_in_no_time() -> None:
    skus = ", ".join(f"{number}. a. b. c. d. e. f. g. h. i. j. k. l." for number in range(200))
    text = f"Order 1: no product here for {skus}."  # as placing.obstacle says it

    began = time.perf_counter()

    assert logged(text) == text
    assert logged(text[:1000]) == text[:1000]
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("piece", [". ", " by ", " (", "): ", " late. ", "Order "])
def test_no_name_in_a_sentence_makes_it_slow(piece: str) -> None:
    text = (f"a{piece}" * 500)[:1000]

    began = time.perf_counter()
    for book in (FINDINGS, OVERSELLS, stored.ERRORS):
        book.said(text)
        book.line(text)

    assert time.perf_counter() - began < 1


def test_what_stands_between_two_names_is_looked_for_once() -> None:
    book = Phrasebook([Form("%(a)s, %(b)s, %(c)s, %(d)s, %(e)s, %(f)s; done.")])
    text = ", " * 490

    began = time.perf_counter()

    assert book.line(text) is None
    assert (
        book.line("1, 2, 3, 4, 5, 6, 7; done. So; done.") == "1, 2, 3, 4, 5, 6, 7; done. So; done."
    )
    assert time.perf_counter() - began < 0.5


def test_a_long_text_is_shown_as_it_is() -> None:
    book = Phrasebook([Form("%(name)s is gone.", {"name": str.upper})])
    text = f"{'x' * 1000} is gone."

    assert (book.said(text), book.line(text), book.unknown(text)) == (text, None, [text])
    assert book.said("x is gone.") == "X is gone."
