"""Patches of a listing's attributes: what is refused, and what they make of them. Pure.

Attributes are a JSON object of lists, as `{"fulfillment_availability": [{...}, ...]}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]
AVAILABILITY = "fulfillment_availability"
CHANNEL = "fulfillment_channel_code"
MERCHANT = "DEFAULT"
PREFIX = "/attributes/"
OPS = ("add", "replace", "merge", "delete")
OTHERS = frozenset(
    (
        "condition_type",
        "item_name",
        "list_price",
        "merchant_shipping_group",
        "merchant_suggested_asin",
        "product_description",
        "purchasable_offer",
    )
)
"""Attributes that are kept and do nothing here."""
LEAD_DAYS = 30


def issue(code: str, message: str, category: str, attribute: str) -> Json:
    return {
        "code": code,
        "message": message,
        "severity": "ERROR",
        "attributeNames": [attribute],
        "categories": [category],
    }


def _wrong(message: str, attribute: str = AVAILABILITY) -> Json:
    return issue("90000900", message, "INVALID_ATTRIBUTE", attribute)


def unlisted(sku: str) -> Json:
    """The issue of a SKU that is not listed. Its number is the one older feeds had."""
    return issue("8560", f"SKU '{sku}' is not listed.", "INVALID_ATTRIBUTE", "sku")


def check(patches: Iterable[Json]) -> list[Json]:
    """The issues of patches that are well formed; any of them makes the submission INVALID."""
    return [found for patch in patches for found in _check_patch(patch)]


def _check_patch(patch: Json) -> list[Json]:
    name = patch["path"].removeprefix(PREFIX)
    if name in OTHERS and patch["path"].startswith(PREFIX):
        return []
    if patch["path"] != PREFIX + AVAILABILITY:
        # Wrong case, nested pointers and misspelt names alike.
        return [_wrong(f"The attribute '{patch['path']}' is invalid.", name)]
    elements = patch.get("value") or []
    if not elements:
        return [_wrong(f"'{AVAILABILITY}' has no value.")]
    if patch["op"] == "delete":
        return [found for element in elements for found in _check_channel(element)]
    return [found for element in elements for found in _check_element(element)]


def _check_channel(element: Json) -> list[Json]:
    code = element.get(CHANNEL)
    if code is None:
        return [issue("90220", f"'{CHANNEL}' is required.", "MISSING_ATTRIBUTE", CHANNEL)]
    if not isinstance(code, str) or not re.fullmatch(r"DEFAULT|AMAZON_(NA|EU|JP)", code):
        return [_wrong(f"'{code}' is no fulfillment channel.", CHANNEL)]
    return []


def _check_element(element: Json) -> list[Json]:
    found = _check_channel(element)
    for name in element:
        if name not in CHECKS:
            found.append(_wrong(f"'{AVAILABILITY}' has no field '{name}'.", name))
        elif not CHECKS[name](element[name]):
            found.append(_wrong(f"'{element[name]}' is not allowed for '{name}'.", name))
    has_quantity = "quantity" in element
    if element.get(CHANNEL) != MERCHANT:
        return [*found, *([_wrong("Amazon counts this stock.", "quantity")] * has_quantity)]
    if has_quantity == ("is_inventory_available" in element):
        # Handling time alone can not be changed, and the two ways to say it exclude each other.
        message = "'quantity' is required but not supplied."
        found.append(issue("90220", message, "MISSING_ATTRIBUTE", "quantity"))
    return found


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


CHECKS: dict[str, Callable[[Any], bool]] = {
    CHANNEL: lambda value: isinstance(value, str),
    "quantity": lambda value: _is_whole(value) and value >= 0,
    "lead_time_to_ship_max_days": lambda value: _is_whole(value) and 0 <= value <= LEAD_DAYS,
    "restock_date": lambda value: isinstance(value, str),
    "is_inventory_available": lambda value: isinstance(value, bool),
}
"""Fields of an element of fulfillment_availability; any other is refused, marketplace_id too."""


def apply(attributes: Json, patches: Iterable[Json]) -> Json:
    """The attributes after checked patches. Elements are told apart by their channel code: one of
    another channel stays where it is."""
    after = dict(attributes)
    for patch in patches:
        name = patch["path"].removeprefix(PREFIX)
        if name != AVAILABILITY:
            after[name] = patch.get("value") or []
            if patch["op"] == "delete":
                del after[name]
            continue
        elements = {element[CHANNEL]: element for element in after.get(name, [])}
        for element in patch["value"]:
            _put(elements, patch["op"], element)
        after[name] = list(elements.values())
    return after


def _put(elements: dict[str, Json], op: str, element: Json) -> None:
    code = element[CHANNEL]
    if op == "delete":
        elements.pop(code, None)
    elif op == "merge":
        elements[code] = elements.get(code, {}) | element
    else:
        # The whole element anew: a handling time that is not repeated is gone.
        elements[code] = dict(element)


def changes(patches: Iterable[Json]) -> list[tuple[str, int | None]]:
    """What patches do to stock: channel code and quantity, None where the number is taken away."""
    return [
        (element[CHANNEL], None if patch["op"] == "delete" else element.get("quantity"))
        for patch in patches
        if patch["path"] == PREFIX + AVAILABILITY
        for element in patch["value"]
    ]
