"""Of a feed about many SKUs, a receipt's page finds what was said of its own."""

from __future__ import annotations

from channels.adapters.amazon import translate
from channels.admin.message import part_of
from channels.contract import LevelRef, Mode, Write

WRITES = [
    Write(LevelRef(sku, "DEFAULT"), number, None) for number, sku in enumerate(["A-1", "A-11"])
]


def test_a_sku_is_found_among_the_messages_of_a_feed() -> None:
    feed = translate.payload(Mode.BULK, WRITES, "key")

    parts = [part_of(feed, {write.ref.item_id}, "DEFAULT") for write in WRITES]

    assert parts == feed["messages"]


def test_a_message_about_one_sku_is_its_own_part() -> None:
    patch = translate.payload(Mode.DELTA, WRITES[:1], "key")

    assert part_of(patch, {"A-1"}, "DEFAULT") == patch
