"""Pure translation between the contract's words and Shopify's: no call, no clock, no randomness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from channels.adapters.shopify import documents
from channels.adapters.shopify.documents import Operation
from channels.contract import (
    ChannelError,
    Code,
    LevelRef,
    Mode,
    Payload,
    RemoteLevel,
    RemoteListing,
    RemoteLocation,
    Write,
)

MAX_LINES = 250
REASON = "correction"
REFERENCE_PREFIX = "gid://stockcast/StockPush/"
SKUS_PER_SEARCH = 40
MAX_LOCATIONS = 10
_UNSEARCHABLE = frozenset("'\"\\")


def payload(mode: Mode, writes: Sequence[Write], reference: str) -> Payload:
    """The request body but for the key: `{operationName, query, variables: {input}}`.

    Raises ValueError for no line, more than 250, a negative quantity, an empty reference, or a
    difference without the number it starts from.
    """
    if not 0 < len(writes) <= MAX_LINES:
        raise ValueError(f"A batch holds 1 to {MAX_LINES} lines, not {len(writes)}")
    if not reference:
        raise ValueError("A batch needs a reference")
    if any(write.quantity is None or write.quantity < 0 for write in writes):
        raise ValueError("This channel is sent a quantity, and never a negative one")
    is_delta = mode is Mode.DELTA
    operation = documents.ADJUST_QUANTITIES if is_delta else documents.SET_QUANTITIES
    lines = [(_change if is_delta else _quantity)(write) for write in writes]
    return {
        "operationName": operation.name,
        "query": operation.text,
        "variables": {
            "input": {
                "name": "available",
                "reason": REASON,
                "referenceDocumentUri": REFERENCE_PREFIX + quote(reference, safe=""),
                "changes" if is_delta else "quantities": lines,
            }
        },
    }


def operation_of(built: Payload) -> Operation:
    """The operation of a stored payload, with its own text: a document that has changed since
    must not change a repeat. Raises ChannelError (BAD_REQUEST) when it is none of ours."""
    for known in (documents.ADJUST_QUANTITIES, documents.SET_QUANTITIES):
        if known.name == built["operationName"]:
            return Operation(known.name, built["query"], known.root, known.cost)
    message = f"{built['operationName']} is no stock update"
    raise ChannelError(Code.BAD_REQUEST, message, permanent=True)


def refs_of(built: Payload) -> list[LevelRef]:
    """The levels a payload writes, in its order."""
    given = built["variables"]["input"]
    lines = given["changes"] if "changes" in given else given["quantities"]
    return [LevelRef(line["inventoryItemId"], line["locationId"]) for line in lines]


def location(node: Payload) -> RemoteLocation:
    return RemoteLocation(node["id"], node["name"], node["isActive"])


def listing(node: Payload) -> RemoteListing:
    """A variant. Its name is the product's title, and the variant's too where there are options
    to tell apart (a product without options has one variant, titled `Default Title`)."""
    product, item = node["product"], node["inventoryItem"]
    is_alone = product["hasOnlyDefaultVariant"]
    return RemoteListing(
        external_id=node["id"],
        item_id=item["id"],
        sku=node["sku"] or "",
        barcode=node["barcode"] or "",
        name=product["title"] if is_alone else f"{product['title']} - {node['title']}",
        is_active=product["status"] == "ACTIVE",
        is_tracked=item["tracked"],
    )


def level(ref: LevelRef, item: Payload, node: Payload | None) -> RemoteLevel:
    """A level as read; `node` is None when the item was never stocked at the location.

    Shopify keeps numbers for an untracked item but does not use them: they count as unknown.
    """
    told: dict[str, int] = {}
    if node is not None and item["tracked"]:
        told = {entry["name"]: entry["quantity"] for entry in node["quantities"]}
    return RemoteLevel(
        ref=ref,
        available=told.get("available"),
        committed=told.get("committed"),
        on_hand=told.get("on_hand"),
        is_active=node is not None and node["isActive"],
        is_tracked=item["tracked"],
    )


def levels(
    nodes: Sequence[Payload | None], items: Sequence[str], locations: Sequence[str]
) -> dict[LevelRef, RemoteLevel]:
    """Answer of `documents.levels`: nodes come in the order asked, null for a missing item."""
    return {
        ref: level(ref, node, node[f"l{index}"])
        for item_id, node in zip(items, nodes, strict=True)
        if node
        for index, location_id in enumerate(locations)
        for ref in [LevelRef(item_id, location_id)]
    }


def is_searchable(sku: str) -> bool:
    """Whether Shopify's text search surely finds the SKU; one that holds quotes it may not."""
    return not _UNSEARCHABLE.intersection(sku)


def searches(skus: Sequence[str]) -> Iterator[str]:
    """Filters that find variants by SKU, some at a time."""
    for start in range(0, len(skus), SKUS_PER_SEARCH):
        yield " OR ".join(f"sku:'{sku}'" for sku in skus[start : start + SKUS_PER_SEARCH])


def level_variables(items: Sequence[str], locations: Sequence[str]) -> dict[str, Any]:
    """Variables of `documents.levels(len(locations))`."""
    return {"ids": list(items), **{f"l{index}": name for index, name in enumerate(locations)}}


def reading_plan(refs: Iterable[LevelRef]) -> Iterator[tuple[list[str], list[str]]]:
    """(items, locations) to read together: 250 items and 10 locations cost some 230 points.

    Items wanted at the same locations go together, so no level is read that nobody asked for.
    """
    wanted: dict[str, dict[str, None]] = {}
    for ref in refs:
        wanted.setdefault(ref.item_id, {})[ref.location_id] = None
    groups: dict[tuple[str, ...], list[str]] = {}
    for item_id, locations in wanted.items():
        groups.setdefault(tuple(sorted(locations)), []).append(item_id)
    for names, items in groups.items():
        for chunk in _chunks(list(names), MAX_LOCATIONS):
            yield from ((part, chunk) for part in _chunks(items, MAX_LINES))


def _chunks(values: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _change(write: Write) -> Payload:
    if write.quantity is None or write.expected is None:
        raise ValueError("A difference needs the number it starts from")
    return {
        "inventoryItemId": write.ref.item_id,
        "locationId": write.ref.location_id,
        "delta": write.quantity - write.expected,
        "changeFromQuantity": write.expected,
    }


def _quantity(write: Write) -> Payload:
    # The key must be there even when it is null: leaving it out is refused since 2026-04.
    return {
        "inventoryItemId": write.ref.item_id,
        "locationId": write.ref.location_id,
        "quantity": write.quantity,
        "changeFromQuantity": write.expected,
    }
