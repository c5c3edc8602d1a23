"""Mutations of quantities: set, adjust, move, under the `@idempotent` directive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from channels.adapters.shopify.sandbox import stock, views
from channels.adapters.shopify.sandbox.context import Info, Request
from channels.adapters.shopify.sandbox.executor import Rows
from channels.adapters.shopify.sandbox.gid import gid, number_of
from channels.adapters.shopify.sandbox.idempotency import KeyRefusedError, Outcome
from channels.adapters.shopify.sandbox.paging import refusal
from channels.adapters.shopify.sandbox.resolvers.catalogue import by_number
from channels.adapters.shopify.sandbox.views import View

Execute = Callable[[], Outcome]


def once(info: Info, arguments: object, execute: Execute, *, is_required: bool = True) -> Outcome:
    """Execute under the root field's idempotency key, or tell the first outcome again.

    Raises GraphQLError when the directive is missing or its key blank, KeyRefusedError when the key
    can not be used.
    """
    request: Request = info.context
    key = request.keys_by_field.get(str(info.path.key))
    if key is None:
        if not is_required:
            return execute()
        message = "The @idempotent directive is required for this mutation but was not provided."
        raise refusal(message, "BAD_REQUEST")
    if not key.strip():
        raise refusal("The idempotency key must not be blank.", "BAD_REQUEST")
    if key in request.busy_keys:
        raise KeyRefusedError(
            "IDEMPOTENCY_CONCURRENT_REQUEST",
            "A request with this idempotency key is being executed.",
        )
    outcome, is_repeat = request.keys.once(key, [info.field_name, arguments], execute)
    request.replays += is_repeat
    return outcome


def demand_keys(type_name: str, lines: Sequence[Mapping[str, Any]]) -> None:
    """Each line must bear the key `changeFromQuantity`, be it null; checked before all else."""
    if any("changeFromQuantity" not in line for line in lines):
        message = f"{type_name} must include the following argument: changeFromQuantity."
        raise refusal(message, "INVALID_FIELD_ARGUMENTS")


def _write(
    info: Info,
    given: Mapping[str, Any],
    perform: Callable[..., Outcome],
    lines: Collection[Any],
) -> View:
    request: Request = info.context
    replays = request.replays
    try:
        outcome = once(info, given, lambda: perform(request.store, given))
    except KeyRefusedError as error:
        entry = {"code": error.code, "field": None, "message": error.message}
        return {"inventoryAdjustmentGroup": None, "userErrors": [entry]}
    if outcome["group"] and request.replays == replays:
        request.lines_written += len(lines)
    return {"inventoryAdjustmentGroup": outcome["group"], "userErrors": outcome["errors"]}


def set_quantities(_root: None, info: Info, input: Mapping[str, Any]) -> View:  # noqa: A002
    demand_keys("InventoryQuantityInput", input["quantities"])
    return _write(info, input, stock.set_quantities, input["quantities"])


def adjust_quantities(_root: None, info: Info, input: Mapping[str, Any]) -> View:  # noqa: A002
    demand_keys("InventoryChangeInput", input["changes"])
    return _write(info, input, stock.adjust_quantities, input["changes"])


def move_quantities(_root: None, info: Info, input: Mapping[str, Any]) -> View:  # noqa: A002
    ends = [line[side] for line in input["changes"] for side in ("from", "to")]
    demand_keys("InventoryMoveQuantityTerminalInput", ends)
    return _write(info, input, stock.move_quantities, input["changes"])


def changes(
    group: View,
    _info: Info,
    inventoryItemIds: Sequence[str] | None = None,  # noqa: N803
    locationIds: Sequence[str] | None = None,  # noqa: N803
    quantityNames: Sequence[str] | None = None,  # noqa: N803
) -> Rows:
    """The lines of a group; `quantityAfterChange` is null, as recorded shops answer it."""
    items = None if inventoryItemIds is None else set(_numbers(inventoryItemIds, "InventoryItem"))
    places = None if locationIds is None else set(_numbers(locationIds, "Location"))
    return Rows(
        {
            "__typename": "InventoryChange",
            "name": name,
            "delta": delta,
            "quantityAfterChange": None,
            "ledgerDocumentUri": document,
            "item": {"id": gid("InventoryItem", item), "__typename": "InventoryItem"},
            "location": {"id": gid("Location", place), "__typename": "Location"},
        }
        for item, place, name, delta, document in group["changes"]
        if (items is None or item in items)
        and (places is None or place in places)
        and (quantityNames is None or name in quantityNames)
    )


def _numbers(texts: Sequence[str], kind: str) -> list[int | None]:
    return [number_of(text, kind) for text in texts]


def _item(change: View, info: Info) -> View | None:
    number = number_of(change["item"]["id"], "InventoryItem")
    row = by_number(info.context.store, "variants", number, "item_id")
    return views.item(row) if row else None


def _location(change: View, info: Info) -> View | None:
    number = number_of(change["location"]["id"], "Location")
    row = by_number(info.context.store, "locations", number)
    return views.location(row) if row else None


RESOLVERS: dict[str, Callable[..., Any]] = {
    "Mutation.inventorySetQuantities": set_quantities,
    "Mutation.inventoryAdjustQuantities": adjust_quantities,
    "Mutation.inventoryMoveQuantities": move_quantities,
    "InventoryAdjustmentGroup.id": lambda group, _info: gid(
        "InventoryAdjustmentGroup", group["number"]
    ),
    "InventoryAdjustmentGroup.changes": changes,
    "InventoryChange.item": _item,
    "InventoryChange.location": _location,
}
