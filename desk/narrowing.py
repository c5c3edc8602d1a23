"""Looks only among few rows, wherever a choice leaves few of millions.

An order of a list is an index over all its rows: walked for what is rare, it is read to its end;
and what is asked of each row is asked twice, once for the page and once for the number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.expressions import RawSQL

from desk.paging import READ

MOST = 5 * READ
"""Ids that are handed back to the database at most where to find them costs much: as many cost less
than to find them twice."""


def few(parts: Sequence[QuerySet[Any]]) -> frozenset[int] | None:
    """The ids that these parts name, each a list of one column in the order of the index that holds
    it; None where they are more than a list shows. One query.

    Without an order of its own, a part is looked through whole for what the planner takes to be
    many."""
    return if_few(*together(*parts))


def named_first(parts: Sequence[QuerySet[Any]], times: float) -> tuple[frozenset[int], bool]:
    """The ids that these parts name first, of each so many times what a list shows; and whether
    that is all of them. One query, or none for none."""
    found = together(*parts, times=times) if parts else []
    return frozenset(chain(*found)), all(len(part) <= times * READ for part in found)


def if_few(*parts: Collection[int]) -> frozenset[int] | None:
    """The ids of these parts; None where they are more than a list shows, or where a part was cut:
    one that it named twice may stand where another was left out."""
    found = frozenset(chain(*parts))
    is_cut = any(len(part) > READ for part in parts)
    return None if is_cut or len(found) > READ else found


def together(*parts: QuerySet[Any], times: float = 1) -> list[list[int]]:
    """The first ids that each of these parts names, each a list of one column: to one beyond what a
    list shows, or so many times that. One query."""
    most = int(times * READ) + 1
    marked = [part.annotate(part=Value(n))[:most] for n, part in enumerate(parts)]
    found: list[list[int]] = [[] for _ in parts]
    rows = marked[0].union(*marked[1:], all=True) if marked[1:] else marked[0]
    for named, n in rows:
        found[n].append(named)
    return found


def asked(*statements: str) -> list[int] | None:
    """The ids that these statements of ours find together; None where they are more than can be
    handed back. One query."""
    every = "\nUNION ALL\n".join(statements)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({every}) found(id) LIMIT {MOST + 1}")  # noqa: S608
        found = [row[0] for row in cursor.fetchall()]
    return None if len(found) > MOST else found


def these(ids: Collection[int]) -> RawSQL:
    """Handed back as one value: thousands of them would each have to be written and read."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
