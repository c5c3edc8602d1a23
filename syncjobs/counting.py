"""Counts many lists in one statement, none of them further than a list shows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext

from desk import numbers
from desk.paging import READ

MOST_GROUPED = 5 * READ
"""Rows that are looked at, at most, to be counted by group."""

_PART = """
SELECT %s::text, count(*), coalesce(sum(units), 0)::bigint, min(since)
FROM ({}) part(units, since)
"""
_GROUPED = """
SELECT %s::text || key, count(*), 0::bigint, NULL::timestamptz FROM ({}) part(key) GROUP BY key
"""


@dataclass(frozen=True, slots=True)
class Count:
    """rows: how many a list has, READ + 1 for more than READ; units, oldest: summed and the
    earliest over these rows, where they were asked for."""

    rows: int = 0
    units: int = 0
    oldest: datetime.datetime | None = None

    def __bool__(self) -> bool:
        return self.rows > 0

    @property
    def figure(self) -> str:
        """As a list says it."""
        return bounded(self.rows)


NONE = Count()


def bounded(number: int) -> str:
    """12,345 as “10,000+”, for no list shows more."""
    if number > READ:
        return gettext("%(number)s+") % {"number": numbers.shown(READ)}
    return numbers.shown(number)


def counted(rows: QuerySet[Any], units: Any = None, since: str = "") -> QuerySet[Any]:
    """The rows of a list as `count` wants them: what each counts for, and since when."""
    moment = F(since) if since else Value(None, output_field=DateTimeField(null=True))
    made = rows.order_by().annotate(
        counted_units=Cast(Value(0) if units is None else units, BigIntegerField()),
        counted_since=Cast(moment, DateTimeField(null=True)),
    )
    found: QuerySet[Any] = made.values_list("counted_units", "counted_since")
    return found


def keyed(rows: QuerySet[Any], *columns: str) -> QuerySet[Any]:
    """The rows of a list as `count` wants them to count them by these columns."""
    parts = [Cast(F(column), TextField()) for column in columns]
    colon = Value(":", output_field=TextField())
    between = [part for each in parts for part in (colon, each)]
    made = rows.order_by().annotate(counted_key=Concat(*between))
    found: QuerySet[Any] = made.values_list("counted_key")
    return found


def count(
    lists: Mapping[str, QuerySet[Any]], groups: Mapping[str, QuerySet[Any]] | None = None
) -> dict[str, Count]:
    """What each of these lists (made by `counted`) holds, by name, and what is in each group of
    those made by `keyed`, as name:key; in one statement. Groups without rows are absent."""
    statements: list[str] = []
    parameters: list[Any] = []
    for name, rows in lists.items():
        sql, values = rows[: READ + 1].query.sql_with_params()
        statements.append(_PART.format(sql))
        parameters += [name, *values]
    for name, rows in (groups or {}).items():
        sql, values = rows[:MOST_GROUPED].query.sql_with_params()
        statements.append(_GROUPED.format(sql))
        parameters += [name, *values]
    if not statements:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        return {row[0]: Count(*row[1:]) for row in cursor.fetchall()}
