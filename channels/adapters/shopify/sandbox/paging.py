"""Connections: `first`/`after` and `last`/`before` over one SQL query, by key and not by offset."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from channels.adapters.shopify.sandbox.store import Row, Store

MAX_PAGE = 250
Node = dict[str, Any]


def refusal(message: str, code: str) -> GraphQLError:
    """A top-level error as Shopify writes it: the reason stands in `extensions.code`."""
    return GraphQLError(message, extensions={"code": code})


@dataclass(frozen=True, slots=True)
class Source:
    """What a connection pages through. `sort` is an SQL expression; ties break by `id`."""

    table: str
    where: str = "1"
    parameters: Sequence[object] = ()
    sort: str = "id"
    id: str = "id"


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the source is asked for, and from which end."""

    size: int
    is_backward: bool
    is_reversed: bool
    cursor: str | None


def connection(
    store: Store, source: Source, page: Mapping[str, Any], view: Callable[[Row], Node]
) -> Node:
    """The connection for these arguments (`first`, `after`, `last`, `before`, `reverse`).

    Raises GraphQLError when neither or both of `first` and `last` are given, or one is beyond 250.
    """
    window = _window(page)
    rows = _fetch(store, source, window)
    has_more = len(rows) > window.size
    rows = rows[: window.size]
    if window.is_backward:
        rows.reverse()
    return _shape(rows, [view(row) for row in rows], window, has_more=has_more)


def _window(page: Mapping[str, Any]) -> Window:
    first, last = page.get("first"), page.get("last")
    if (first is None) == (last is None):
        raise refusal("you must provide one of first or last", "BAD_REQUEST")
    size = first if first is not None else last
    if not isinstance(size, int) or not 0 < size <= MAX_PAGE:
        message = f"Page size {size} is not between 1 and the maximum of {MAX_PAGE}"
        raise refusal(message, "BAD_REQUEST")
    is_backward = first is None
    cursor = page.get("before") if is_backward else page.get("after")
    return Window(size, is_backward, bool(page.get("reverse")), cursor)


def _fetch(store: Store, source: Source, window: Window) -> list[Row]:
    is_descending = window.is_reversed != window.is_backward
    direction, compare = ("DESC", "<") if is_descending else ("ASC", ">")
    where, parameters = source.where, list(source.parameters)
    if window.cursor is not None:
        where = f"({where}) AND ({source.sort}, {source.id}) {compare} (?, ?)"
        parameters += _decode(window.cursor)
    return store.all(
        f"SELECT *, {source.sort} AS sort_key, {source.id} AS sort_id FROM {source.table} "  # noqa: S608
        f"WHERE {where} ORDER BY {source.sort} {direction}, {source.id} {direction} LIMIT ?",
        [*parameters, window.size + 1],
    )


def _shape(rows: Sequence[Row], nodes: Sequence[Node], window: Window, *, has_more: bool) -> Node:
    has_cursor = window.cursor is not None
    return {
        "nodes": nodes,
        "edges": lambda _info: [
            {"cursor": _encode(row), "node": node} for row, node in zip(rows, nodes, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": has_cursor if window.is_backward else has_more,
            "hasPreviousPage": has_more if window.is_backward else has_cursor,
            "startCursor": _encode(rows[0]) if rows else None,
            "endCursor": _encode(rows[-1]) if rows else None,
        },
    }


def _encode(row: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["sort_key"], row["sort_id"]]).encode()).decode()


def _decode(cursor: str) -> list[Any]:
    try:
        sort_key, sort_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, UnicodeDecodeError, TypeError, ValueError) as error:
        message = f"Invalid cursor for current pagination sort: {cursor}"
        raise refusal(message, "BAD_REQUEST") from error
    return [sort_key, sort_id]
