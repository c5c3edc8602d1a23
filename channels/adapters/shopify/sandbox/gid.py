"""Global ids: `gid://shopify/Type/123`, as the API writes them."""

from __future__ import annotations

import re

PATTERN = re.compile(r"gid://shopify/(\w+)/(\d+)(\?inventory_item_id=\d+)?")


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def level_gid(number: int, item: int) -> str:
    """A level's id has a query part: clients must treat it as an opaque text."""
    return f"gid://shopify/InventoryLevel/{number}?inventory_item_id={item}"


def parse(text: str) -> tuple[str, int] | None:
    """Kind and number, or None when the text is no global id."""
    match = PATTERN.fullmatch(text)
    return (match[1], int(match[2])) if match else None


def number_of(text: str, kind: str) -> int | None:
    """The number when the id is of this kind, else None."""
    parsed = parse(text)
    return parsed[1] if parsed and parsed[0] == kind else None
