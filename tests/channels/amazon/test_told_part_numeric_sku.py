"""A SKU of digits is no quantity: what was said of it is not looked for among the numbers."""

from __future__ import annotations

from channels.adapters.amazon import translate
from channels.admin.message import part_of
from channels.contract import LevelRef, Mode, Write


def test_a_sku_of_digits_is_not_shown_what_was_told_of_another_one() -> None:
    writes = [Write(LevelRef("5", "DEFAULT"), 30, None), Write(LevelRef("A-1", "DEFAULT"), 5, None)]
    feed = translate.payload(Mode.BULK, writes, "key")

    assert part_of(feed, {"5"}, "DEFAULT") == feed["messages"][0]
    assert part_of(feed, {"A-1"}, "DEFAULT", position=1) == feed["messages"][1]


def test_one_that_is_told_its_own_number_is_shown_no_fragment() -> None:
    patch = translate.payload(Mode.DELTA, [Write(LevelRef("5", "DEFAULT"), 5, None)], "key")

    assert part_of(patch, {"5"}, "DEFAULT", position=0) == patch


def test_one_whose_number_counts_a_message_is_not_in_it() -> None:
    writes = [Write(LevelRef(sku, "DEFAULT"), 9, None) for sku in ("A-1", "A-2")]
    feed = translate.payload(Mode.BULK, writes, "key")

    assert part_of(feed, {"2"}, "DEFAULT") is None


def test_a_sku_that_reads_like_a_word_of_the_message_is_not_taken_for_it() -> None:
    writes = [Write(LevelRef(sku, "DEFAULT"), 9, None) for sku in ("A-1", "A-2")]
    feed = translate.payload(Mode.BULK, writes, "key")

    assert part_of(feed, {"PATCH"}, "DEFAULT") is None
    assert part_of(feed, {"DEFAULT"}, "DEFAULT") is None


def test_what_stands_on_the_line_of_another_item_is_not_shown() -> None:
    writes = [Write(LevelRef(sku, "DEFAULT"), 9, None) for sku in ("A-1", "A-2")]
    feed = translate.payload(Mode.BULK, writes, "key")

    assert part_of(feed, {"A-2"}, "DEFAULT", position=0) is None
